"""Telling later whether a transaction happened whose commit was lost on the way: by what it does to one row."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from stripe_lite.db import queries
from stripe_lite.db.base import Base, Row

# A session whose client is gone may still carry out what it was sent; once it is ended, what is seen is final.
END_SESSION = """
SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity
WHERE pid = $1 AND pid <> pg_backend_pid() AND application_name = $2
  AND usename = current_user AND datname = current_database()
"""


@dataclass(frozen=True, slots=True)
class Witness:
    """One thing that a transaction does to a row, by which it can be told later whether the transaction happened."""

    row: Row
    gone: bool = False
    changed: tuple[str, ...] = ()

    def seen_in(self, found: asyncpg.Record | None) -> bool:
        """Whether the row, read again, is as the transaction leaves it."""
        if found is None or self.gone:
            return found is None and self.gone
        values = dict(zip(queries.fields_of(type(self.row)).keys, found, strict=True))
        return all(values[name] == self.row.__dict__[name] for name in self.changed)


def witness_of(
    added: Sequence[Base], deleted: Sequence[Base], changed: Sequence[tuple[Base, tuple[str, ...]]]
) -> Witness | None:
    """Something that tells this transaction from every other; of a change only what repeating it gives as well."""
    for row in added:
        if isinstance(row, Row):
            return Witness(row)
    for row in deleted:
        if isinstance(row, Row):
            return Witness(row, gone=True)
    for row, keys in changed:
        if isinstance(row, Row):
            return Witness(row, changed=keys)
    return None
