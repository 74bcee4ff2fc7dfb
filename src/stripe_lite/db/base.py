"""What every table shares: a tenant first in its key, ids made in Python, times in UTC.

Rows are SQLAlchemy's declarative classes, used without a Session: `db/work.py` reads and writes them by itself,
and relies on SQLAlchemy's attribute history (`committed_state`) to see which columns were changed.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, partial
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnDefault, DateTime, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Json = dict[str, Any]

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# Ids and other machine-made text compare byte by byte, so that their order is their order of creation.
Id = Text(collation="C")


# An index of times that only grow. What is not summarized is read through, and nothing but this summarizes new pages.
BRIN: Mapping[str, Any] = {"postgresql_using": "brin", "postgresql_with": {"autosummarize": "on"}}

FIRST_VERSION = 1


class Base(DeclarativeBase):
    """The declarative base of every table. A new row takes its columns by name, and the rest from their defaults."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        str: Text(),
        int: BigInteger(),
        bool: Boolean(),
        datetime: DateTime(timezone=True),
        Json: JSONB(),
        list[Any]: JSONB(),
    }

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        # SQLAlchemy puts a constructor around ours that tells listeners; there are none, and many rows are made.
        type.__setattr__(cls, "__init__", Base.__init__)

    def __init__(self, **values: Any) -> None:
        self.__mapper__.class_manager.setup_instance(self)
        # Straight into the instance: SQLAlchemy's history of a row that is not written yet is of no use to us.
        blank, made = _blank_of(type(self))
        filled = blank | values
        if len(filled) > len(blank):
            raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(values.keys() - blank.keys()))}")
        self.__dict__.update(filled)
        for name, make in made:
            if name not in values:
                self.__dict__[name] = make()


class Versioned:
    """Counts a row's changes, so that whoever read it without a lock notices that somebody else changed it."""

    version: Mapped[int] = mapped_column(default=FIRST_VERSION, sort_order=-6)


class Row(Base):
    """A row of one account: the account comes first in the primary key."""

    __abstract__ = True

    account_id: Mapped[str] = mapped_column(Id, primary_key=True, sort_order=-10)
    id: Mapped[str] = mapped_column(Id, primary_key=True, sort_order=-9)


class Resource(Row):
    """A row that clients see as an object: it lives in one mode and remembers when it was made."""

    __abstract__ = True

    livemode: Mapped[bool] = mapped_column(sort_order=-8)
    created_at: Mapped[datetime] = mapped_column(sort_order=-7)


class Remembered(Versioned, Resource):
    """A row that is often changed soon after it was written: whoever watches it may get it from the process's memory.

    What its columns hold of JSON has to be plain lists and hashes, which are replaced and never changed in place.
    """

    __abstract__ = True


@cache
def _blank_of(model: type[Base]) -> tuple[dict[str, Any], tuple[tuple[str, Callable[[], Any]], ...]]:
    """A row without any values: the defaults that may be shared, and how those are made that may not."""
    blank: dict[str, Any] = {}
    made: list[tuple[str, Callable[[], Any]]] = []
    for attribute in model.__mapper__.column_attrs:
        default = attribute.columns[0].default
        value = default.arg if isinstance(default, ColumnDefault) else None
        blank[attribute.key] = None if callable(value) else value
        if callable(value):
            made.append((attribute.key, partial(value, None)))
    return blank, tuple(made)
