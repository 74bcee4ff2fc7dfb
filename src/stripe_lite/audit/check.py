"""What an invariant is: a query that returns the rows which break it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant, or a part of one, by its number in the list of them.

    `quiet` ones hold once nothing is under way. `unless` is a query that tells why there is nothing to check, or
    returns no row.
    """

    number: int
    name: str
    sql: str
    quiet: bool = False
    unless: str | None = None


def values(rows: Sequence[tuple[str, ...]]) -> str:
    """Rows of text as an SQL VALUES list; NULL for an empty text."""
    return ", ".join("(" + ", ".join(f"'{text}'" if text else "NULL" for text in row) + ")" for row in rows)
