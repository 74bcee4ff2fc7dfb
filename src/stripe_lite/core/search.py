r"""Stripe's search query language: text in, typed clauses out.

query  := clause ((AND | OR | nothing but space) clause)*      at most ten clauses; AND and OR do not mix
clause := "-"? field operator value
field  := name ("." name)*  |  metadata["key"]
value  := "text" | 'text' | 12.5 | null                        a backslash escapes a quote inside of quotes
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from stripe_lite.core.errors import InvalidParameter

CLAUSES_MAX = 10
SUBSTRING_CHARACTERS_MIN = 3
NUMERIC_DIGITS_MAX = 18  # What a bigint column can be compared with.

_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
_OPERATOR = re.compile(r">=|<=|>|<|:|~")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?![A-Za-z0-9_.])")
_NULL = re.compile(r"null(?![A-Za-z0-9_.])", re.IGNORECASE)
_JOINT = re.compile(r"\s+(?:(AND|OR)\s+)?", re.IGNORECASE)
_PAGE_PREFIX = "p1."


class Operator(StrEnum):
    """How a field is compared with a value."""

    EQUALS = ":"
    CONTAINS = "~"
    ABOVE = ">"
    BELOW = "<"
    AT_LEAST = ">="
    AT_MOST = "<="


class Kind(StrEnum):
    """What a field can be asked."""

    TOKEN = "token"  # the whole value
    BOOLEAN = "boolean"  # the tokens "true" and "false"
    STRING = "string"  # a phrase, or a part of the value
    NUMERIC = "numeric"  # a number, or a range
    TIME = "time"  # a range of moments, written in unix seconds


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison. `key` is set for metadata only; the value None asks whether there is none at all."""

    field: str
    operator: Operator
    value: str | None
    negated: bool = False
    key: str | None = None

    @property
    def number(self) -> Decimal:
        """The value of a clause on a numeric field, which `check` has let pass."""
        return Decimal(self.value or 0)


@dataclass(frozen=True, slots=True)
class Query:
    """Clauses of which all must match, or with `any_of` at least one."""

    clauses: tuple[Clause, ...]
    any_of: bool = False


def parse(text: str) -> Query:
    """The clauses of a query; raises InvalidParameter where it cannot be read."""
    return _Parser(text.strip()).query()


def check(query: Query, fields: Mapping[str, Kind], resource: str) -> None:
    """Refuse fields that the resource (by its plural, as in the URL) cannot be searched by, and what they cannot be
    asked. Metadata is searchable where `fields` names it."""
    for clause in query.clauses:
        kind = fields.get(clause.field)
        if kind is None:
            page = f"http://stripe.com/docs/search#query-fields-for-{resource.replace('_', '-')}"
            raise InvalidParameter(
                f"Field `{clause.field}` is an unsupported search field for resource `{resource}`. "
                f"See {page} for a list of supported fields."
            )
        _check_operator(clause, kind)


def page_token(last_id: str) -> str:
    """The opaque `next_page` that continues after the object `last_id`."""
    return base64.urlsafe_b64encode(f"{_PAGE_PREFIX}{last_id}".encode()).decode().rstrip("=")


def page_position(token: str) -> str:
    """The id that a `page` token continues after; raises InvalidParameter for a token that we did not make."""
    try:
        text = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        text = ""
    if not re.fullmatch(r"p1\.[A-Za-z0-9_]{1,255}", text):
        raise InvalidParameter(f"Invalid page token: {token}", param="page")
    return text.removeprefix(_PAGE_PREFIX)


def _unreadable(why: str) -> InvalidParameter:
    return InvalidParameter(
        f"We were unable to parse your search query: {why} "
        'Try using the format `metadata["key"]:"value"` to query for metadata or key:"value" to query for other fields.'
    )


def _check_operator(clause: Clause, kind: Kind) -> None:
    """Each kind of field has its operators; `:null` may be asked of every one."""
    if clause.value is None and clause.operator is Operator.EQUALS:
        return
    ranged = clause.operator not in (Operator.EQUALS, Operator.CONTAINS)
    allowed = {
        Kind.TOKEN: clause.operator is Operator.EQUALS,
        Kind.BOOLEAN: clause.operator is Operator.EQUALS,
        Kind.STRING: not ranged,
        Kind.NUMERIC: clause.operator is not Operator.CONTAINS,
        Kind.TIME: clause.operator is not Operator.CONTAINS,
    }
    if not allowed[kind] or clause.value is None:
        shown = "null" if clause.value is None else f"the operator `{clause.operator}`"
        raise InvalidParameter(f"Field `{clause.field}` is of type {_type_name(kind)} and does not support {shown}.")
    if clause.operator is Operator.CONTAINS and len(clause.value) < SUBSTRING_CHARACTERS_MIN:
        raise InvalidParameter(
            f"Substring search on field `{clause.field}` needs at least {SUBSTRING_CHARACTERS_MIN} characters."
        )
    if kind is Kind.BOOLEAN and clause.value.lower() not in ("true", "false"):
        raise InvalidParameter(f'Field `{clause.field}` accepts only the tokens "true" and "false".')
    if kind in (Kind.NUMERIC, Kind.TIME) and not _is_number(clause.value):
        raise InvalidParameter(f"Field `{clause.field}` is numeric and cannot be compared with `{clause.value}`.")


def _type_name(kind: Kind) -> str:
    """What Stripe calls the type: times are numbers, and booleans tokens."""
    return {Kind.TIME: Kind.NUMERIC, Kind.BOOLEAN: Kind.TOKEN}.get(kind, kind).value


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None and len(text) <= NUMERIC_DIGITS_MAX


class _Parser:
    """Reads one query from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def query(self) -> Query:
        if not self.text:
            raise _unreadable("it is empty.")
        if "\0" in self.text:
            raise _unreadable("it contains a NUL character.")
        clauses = [self._clause()]
        joints: set[str] = set()
        while self.at < len(self.text):
            joint = self._take(_JOINT)
            if joint is None:
                raise _unreadable(f"there is something left over at `{self._rest()}`.")
            joints.add((joint.group(1) or "AND").upper())
            clauses.append(self._clause())
        if len(joints) > 1:
            raise _unreadable("AND and OR cannot be combined in one query.")
        if len(clauses) > CLAUSES_MAX:
            raise _unreadable(f"it has more than {CLAUSES_MAX} clauses.")
        return Query(tuple(clauses), any_of=joints == {"OR"})

    def _clause(self) -> Clause:
        negated = self.text.startswith("-", self.at)
        self.at += negated
        name = self._take(_FIELD)
        if name is None:
            raise _unreadable(f"there is no field name at `{self._rest()}`.")
        key = self._key() if self.text.startswith("[", self.at) else None
        if (key is not None) != (name.group() == "metadata"):
            raise _unreadable('brackets belong to metadata, and only to it: metadata["key"].')
        operator = self._take(_OPERATOR)
        if operator is None:
            raise _unreadable(f"there is no operator after `{name.group()}`.")
        return Clause(name.group(), Operator(operator.group()), self._value(), negated, key)

    def _key(self) -> str:
        self.at += 1
        key = self._quoted()
        if not self.text.startswith("]", self.at):
            raise _unreadable("a bracket is not closed.")
        self.at += 1
        return key

    def _value(self) -> str | None:
        if self.text.startswith(('"', "'"), self.at):
            return self._quoted()
        if self._take(_NULL) is not None:
            return None
        number = self._take(_NUMBER)
        if number is None:
            raise _unreadable(f"text values need quotation marks at `{self._rest()}`.")
        return number.group()

    def _quoted(self) -> str:
        quote = self.text[self.at : self.at + 1]
        if quote not in ('"', "'"):
            raise _unreadable(f"text values need quotation marks at `{self._rest()}`.")
        self.at += 1
        letters: list[str] = []
        while self.at < len(self.text):
            letter = self.text[self.at]
            self.at += 1
            if letter == quote:
                return "".join(letters)
            if letter == "\\" and self.text[self.at : self.at + 1] in ('"', "'", "\\"):
                letter = self.text[self.at]
                self.at += 1
            letters.append(letter)
        raise _unreadable("a quotation mark is not closed.")

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return found

    def _rest(self) -> str:
        return self.text[self.at : self.at + 40]
