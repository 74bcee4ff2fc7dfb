"""Conditions that several lists share."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Text, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

from stripe_lite.core.clock import from_unix
from stripe_lite.core.lists import CreatedFilter
from stripe_lite.db.base import Resource

# To the end of a second, which a moment later would lie beyond the calendar where it is the calendar's last.
END_OF_SECOND = timedelta(microseconds=999_999)


def is_among(column: InstrumentedAttribute[str], values: Sequence[str]) -> ColumnElement[bool]:
    """One of so many values. `column.in_(values)` is another statement for each number of them, planned anew."""
    return column == any_(literal(list(values), ARRAY(Text)))


def created_between(model: type[Resource], bounds: CreatedFilter | None) -> list[ColumnElement[bool]]:
    """Conditions for a filter on the time of creation."""
    return between(model.created_at, bounds)


def between(column: InstrumentedAttribute[datetime], bounds: CreatedFilter | None) -> list[ColumnElement[bool]]:
    """Conditions for a filter on a time. Rows know microseconds; clients think in whole seconds."""
    if bounds is None:
        return []
    conditions = []
    if bounds.gt is not None:
        conditions.append(column > from_unix(bounds.gt) + END_OF_SECOND)
    if bounds.gte is not None:
        conditions.append(column >= from_unix(bounds.gte))
    if bounds.lt is not None:
        conditions.append(column < from_unix(bounds.lt))
    if bounds.lte is not None:
        conditions.append(column <= from_unix(bounds.lte) + END_OF_SECOND)
    return conditions
