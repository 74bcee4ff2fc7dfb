"""The kinds of single value a parameter can have.

Form values come as strings and JSON values in their own types; both are read the same way, so that a form's "100" and
JSON's 100 are one integer.
"""

import re
from collections.abc import Iterator

INTEGER_MAX = 2**63 - 1
TIMESTAMP_MAX = 253402300799  # the last second of the year 9999, where Python's calendar ends
DECIMAL_PLACES_MAX = 12

_integer_pattern = re.compile(r"-?[0-9]{1,19}")
_decimal_pattern = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,40})?")


class Refusal(Exception):
    """A value that does not fit; `{param}` and `{value}` in the template stand for its path and what was sent."""

    def __init__(self, template: str, value: object = "", code: str | None = None) -> None:
        super().__init__(template)
        self.template = template
        self.value = value
        self.code = code
        self.path: list[str] = []


def empty() -> Refusal:
    """Say that a parameter cannot be unset."""
    return Refusal(
        "You passed an empty string for '{param}'. We assume empty values are an attempt to unset a parameter; however "
        "'{param}' cannot be unset. You should remove '{param}' from your request or supply a non-empty value.",
        code="parameter_invalid_empty",
    )


class Scalar:
    """What every single value shares: it has no names below it, and it cannot be emptied unless the API says so."""

    __slots__ = ()
    noun = "string"

    def read(self, value: object) -> object:
        """Return the typed value, or raise Refusal."""
        raise self.refuse(value)

    def strangers(self, value: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Give nothing: there are no names in a single value."""
        return iter(())

    def refuse(self, value: object) -> Refusal:
        """Say that the value is empty, or that it is not of this kind."""
        if value == "" or value is None:
            return empty()
        return Refusal(f"Invalid {self.noun}: {{value}}", value)


class Text(Scalar):
    """A string, perhaps of limited length."""

    __slots__ = ("_longest",)

    def __init__(self, longest: int | None) -> None:
        self._longest = INTEGER_MAX if longest is None else longest

    def read(self, value: object) -> object:
        """Return the string as it is."""
        if not isinstance(value, str) or not value:
            raise self.refuse(value)
        if len(value) > self._longest:
            raise Refusal(f"Invalid string: {{value}}; must be at most {self._longest} characters", value)
        return value


class Currency(Text):
    """A currency's code, which the API gives back in lowercase however it was sent."""

    __slots__ = ()

    def read(self, value: object) -> object:
        """Return the code in lowercase."""
        return str(super().read(value)).lower()


class Enum(Scalar):
    """One of a list of words."""

    __slots__ = ("_known", "_values")

    def __init__(self, values: list[str]) -> None:
        self._values = values
        self._known = frozenset(values)

    def read(self, value: object) -> object:
        """Return the word."""
        if not isinstance(value, str) or not value:
            raise self.refuse(value)
        if value not in self._known:
            raise Refusal(f"Invalid {{param}}: must be {alternatives(self._values)}")
        return value


class Integer(Scalar):
    """A whole number within 64 bits; a JSON float or boolean is none."""

    __slots__ = ()
    noun = "integer"

    def read(self, value: object) -> int:
        """Return the int."""
        if type(value) is int:
            number = value
        elif isinstance(value, str) and _integer_pattern.fullmatch(value):
            number = int(value)
        else:
            raise self.refuse(value)
        if not -INTEGER_MAX <= number <= INTEGER_MAX:
            raise self.refuse(value)
        return number

    def refuse(self, value: object) -> Refusal:
        """Add the code that integers have for a wrong form."""
        refusal = super().refuse(value)
        refusal.code = refusal.code or "parameter_invalid_integer"
        return refusal


class Timestamp(Integer):
    """A time in whole seconds since 1970."""

    __slots__ = ()

    def read(self, value: object) -> int:
        """Return the seconds."""
        seconds = super().read(value)
        if not 0 <= seconds <= TIMESTAMP_MAX:
            raise self.refuse(value)
        return seconds

    def refuse(self, value: object) -> Refusal:
        """Say what a timestamp is."""
        refusal = super().refuse(value)
        if refusal.code == "parameter_invalid_integer":
            refusal.template = "Invalid timestamp: must be an integer Unix timestamp in seconds"
        return refusal


class Bound(Integer):
    """A bound of a filter by time. One in milliseconds is no error, it finds all or nothing, as any far time does."""

    __slots__ = ()

    def read(self, value: object) -> int:
        """Return the seconds, moved to the calendar's end where they lie beyond it."""
        return min(max(super().read(value), 0), TIMESTAMP_MAX)


class Boolean(Scalar):
    """True or false, spelled so."""

    __slots__ = ()
    noun = "boolean"

    def read(self, value: object) -> object:
        """Return the bool."""
        if value == "true" or value is True:
            return True
        if value == "false" or value is False:
            return False
        raise self.refuse(value)


class Number(Scalar):
    """A number that may have a fraction, such as a percentage."""

    __slots__ = ()
    noun = "decimal"

    def read(self, value: object) -> object:
        """Return the float."""
        if isinstance(value, float) or (type(value) is int and abs(value) <= INTEGER_MAX):
            return float(value)
        if isinstance(value, str) and _decimal_pattern.fullmatch(value):
            return float(value)
        raise self.refuse(value)


class Decimal(Scalar):
    """A decimal that stays a string, so that no digit is lost."""

    __slots__ = ()
    noun = "decimal"

    def read(self, value: object) -> object:
        """Return the digits."""
        text = repr(value) if type(value) in (int, float) else value
        if not isinstance(text, str) or not _decimal_pattern.fullmatch(text):
            raise self.refuse(value)
        if len(text.partition(".")[2]) > DECIMAL_PLACES_MAX:
            places = f"must contain at most {DECIMAL_PLACES_MAX} decimal places."
            raise Refusal(f"Invalid decimal: {{value}}; {places}", value)
        return text


class Anything(Scalar):
    """An uploaded file, which is no text: it is passed on untouched."""

    __slots__ = ()

    def read(self, value: object) -> object:
        """Return what was sent."""
        return value


def alternatives(values: list[str]) -> str:
    """Which values there are, as Stripe's messages name them."""
    if len(values) == 1:
        return values[0]
    if len(values) == 2:
        return f"one of {values[0]} or {values[1]}"
    return f"one of {', '.join(values[:-1])}, or {values[-1]}"
