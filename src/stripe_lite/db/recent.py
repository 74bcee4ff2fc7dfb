"""Rows as this process committed them a moment ago: whoever changes one next begins with it instead of reading it.

What is remembered may be out of date, because others change rows, too. It may only be used for a change, whose commit
fails if the row has a newer version by then; `Work` sees to that.
"""

from typing import Any

from stripe_lite.db.base import Row
from stripe_lite.db.queries import fields_of

ROWS_MAX = 500

Name = tuple[type[Row], str, str]


class Recent:
    """The last rows that were committed of those models that ask for it."""

    def __init__(self) -> None:
        self._rows: dict[Name, tuple[Any, ...]] = {}

    def keep(self, row: Row) -> None:
        """Remember a row as it is now."""
        name = (type(row), row.account_id, row.id)
        self._rows.pop(name, None)
        self._rows[name] = fields_of(type(row)).getter(row.__dict__)
        if len(self._rows) > ROWS_MAX:
            del self._rows[next(iter(self._rows))]

    def take(self, model: type[Row], account_id: str, id: str) -> tuple[Any, ...] | None:
        """The values of a row, once: they may be out of date, and whoever finds that out reads the row."""
        return self._rows.pop((model, account_id, id), None)
