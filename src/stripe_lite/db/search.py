"""Searching a resource's rows: clauses of Stripe's query language as conditions, and pages that continue by id."""

import math
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar, assert_never

from sqlalchemy import ColumnElement, Numeric, Text, and_, cast, false, func, literal, not_, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from stripe_lite.core import search as language
from stripe_lite.core.clock import from_unix
from stripe_lite.core.errors import InvalidParameter
from stripe_lite.core.lists import AnyObject, SearchParams, SearchResultObject
from stripe_lite.core.search import Clause, Kind, Operator
from stripe_lite.db.base import Resource
from stripe_lite.db.work import Work

AnyResource = TypeVar("AnyResource", bound=Resource)

VERSION_MIN = "2020-08-27"
COUNT_MAX = 10_000  # Beyond, the total of what matches stays at this.
UNIX_MAX = 253_402_300_799  # The last second of the year 9999, which timestamps reach.
# What may stand before and after a word: a phrase must match whole words.
WORD_BEGINS = r"(^|[\s\"'(\[])"
WORD_ENDS = r"($|[\s\"')\],;:!?]|\.(\s|$))"


@dataclass(frozen=True, slots=True)
class Field:
    """A searchable field: what it can be asked, and the column or JSON path that holds it.

    A token may be text or a number; a numeric field a bigint; a time a timestamptz.
    """

    kind: Kind
    expression: ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Searchable:
    """What a resource, named by its plural as in the URL, can be searched by."""

    resource: str
    fields: Mapping[str, Field]
    metadata: ColumnElement[Any] | None = None

    def kinds(self) -> dict[str, Kind]:
        """Every field's kind, metadata's among them."""
        kinds = {name: field.kind for name, field in self.fields.items()}
        return kinds if self.metadata is None else kinds | {"metadata": Kind.TOKEN}


@dataclass(frozen=True, slots=True)
class Found(Generic[AnyResource]):
    """Rows of one page of results, newest first, and the token of the next page where there is one."""

    rows: list[AnyResource]
    has_more: bool
    next_page: str | None
    count: Callable[[], Awaitable[int]]

    def shown(self, objects: Sequence[AnyObject], url: str) -> SearchResultObject[AnyObject]:
        """The page as clients see it, given what they see of its rows."""
        page: SearchResultObject[AnyObject] = SearchResultObject(
            data=list(objects), has_more=self.has_more, next_page=self.next_page, url=url
        )
        return page.count_with(self.count)


async def search(
    work: Work, model: type[AnyResource], searchable: Searchable, params: SearchParams, *conditions: ColumnElement[bool]
) -> Found[AnyResource]:
    """The account's rows in this mode that match the query, one page of them."""
    if (work.request.api_version or VERSION_MIN) < VERSION_MIN:
        raise InvalidParameter(
            f"Search is available from API version {VERSION_MIN} on; this request was made with "
            f"{work.request.api_version}."
        )
    matching = [
        model.account_id == work.account_id,
        model.livemode == work.livemode,
        condition(params.query, searchable),
        *conditions,
    ]

    async def count() -> int:
        some = select(model.id).where(*matching).limit(COUNT_MAX).subquery()
        [[total]] = await work.values(select(func.count()).select_from(some))
        return int(total)

    rest = [] if params.page is None else [model.id < language.page_position(params.page)]
    statement = select(model).where(*matching, *rest).order_by(model.id.desc()).limit(params.limit + 1)
    rows = await work.all(statement)
    has_more, rows = len(rows) > params.limit, rows[: params.limit]
    return Found(rows, has_more, language.page_token(rows[-1].id) if has_more else None, count)


def condition(text: str, searchable: Searchable) -> ColumnElement[bool]:
    """The query as one condition; raises InvalidParameter for what the language or the resource does not have."""
    query = language.parse(text)
    language.check(query, searchable.kinds(), searchable.resource)
    parts = [_clause(clause, searchable) for clause in query.clauses]
    return or_(*parts) if query.any_of else and_(*parts)


def _clause(clause: Clause, searchable: Searchable) -> ColumnElement[bool]:
    if clause.key is not None and searchable.metadata is not None:
        matches = _matches(clause, Kind.TOKEN, cast(searchable.metadata, JSONB)[clause.key].astext)
    else:
        field = searchable.fields[clause.field]
        matches = _matches(clause, field.kind, field.expression)
    # A comparison with nothing is unknown in SQL; here it does not match, so that its negation does.
    return not_(func.coalesce(matches, false())) if clause.negated else matches


def _matches(clause: Clause, kind: Kind, value: ColumnElement[Any]) -> ColumnElement[bool]:
    if clause.value is None:
        return value.is_(None)
    match kind:
        case Kind.TOKEN | Kind.BOOLEAN:
            return func.lower(cast(value, Text)) == func.lower(literal(clause.value, Text))
        case Kind.STRING if clause.operator is Operator.CONTAINS:
            return func.lower(value).contains(func.lower(literal(_like(clause.value), Text)), escape="\\")
        case Kind.STRING:
            return value.regexp_match(_phrase(clause.value), flags="i")
        case Kind.NUMERIC:
            return _compare(value, clause.operator, literal(clause.number, Numeric()))
        case Kind.TIME:
            return _compare_time(value, clause.operator, clause.number)
        case _:
            assert_never(kind)


def _like(text: str) -> str:
    """Text whose characters all stand for themselves in a LIKE pattern."""
    return re.sub(r"([%_\\])", r"\\\1", text)


def _phrase(text: str) -> str:
    """A pattern of the text's words, in their order, one after the other, as whole words of a longer text."""
    words = r"\s+".join(re.escape(word) for word in text.split())
    return f"{WORD_BEGINS}{words}{WORD_ENDS}" if words else r"^\s*$"


def _compare(value: ColumnElement[Any], operator: Operator, number: ColumnElement[Any]) -> ColumnElement[bool]:
    match operator:
        case Operator.ABOVE:
            return value > number
        case Operator.BELOW:
            return value < number
        case Operator.AT_LEAST:
            return value >= number
        case Operator.AT_MOST:
            return value <= number
        case Operator.EQUALS:
            return value == number
        case Operator.CONTAINS:
            raise AssertionError("a number has no parts")
        case _:
            assert_never(operator)


def _compare_time(moment: ColumnElement[Any], operator: Operator, number: Decimal) -> ColumnElement[bool]:
    """Clients see whole seconds, so that a comparison with a second is one with its beginning or its end."""
    begin, end = math.ceil(number), math.floor(number) + 1
    match operator:
        case Operator.ABOVE:
            return moment >= _second(end)
        case Operator.BELOW:
            return moment < _second(begin)
        case Operator.AT_LEAST:
            return moment >= _second(begin)
        case Operator.AT_MOST:
            return moment < _second(end)
        case Operator.EQUALS:
            return and_(moment >= _second(begin), moment < _second(end))
        case Operator.CONTAINS:
            raise AssertionError("a time has no parts")
        case _:
            assert_never(operator)


def _second(unix: int) -> ColumnElement[Any]:
    return literal(from_unix(min(max(unix, 0), UNIX_MAX)))
