"""The ledger's tables: entries that nobody rewrites, and what a balance is counted from without adding them all up."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.balance.books import Book
from stripe_lite.db.base import Id, Resource, Row

_BOOKS = ", ".join(f"'{book}'" for book in Book)


class LedgerEntry(Resource):
    """One line of a posting. Entries are appended, never changed; a posting's entries add up to zero by currency.

    The id is the posting's with the line's number; a posting that moves the merchant's balance is named as its balance
    transaction is.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (CheckConstraint(f"book IN ({_BOOKS})", name="book"),)

    posting_id: Mapped[str] = mapped_column(Id)
    reason: Mapped[str]
    book: Mapped[str]
    currency: Mapped[str]
    amount: Mapped[int]


class OpenEntry(Row):
    """An entry of the merchant's book that is not in a snapshot yet: pending until `available_at`.

    The balance is the snapshots and these. They are deleted as they are added to a snapshot, in one transaction, so
    that their sum is exact at every instant, whatever clocks, ids and commits do.
    """

    __tablename__ = "ledger_open_entries"
    __table_args__ = (Index(None, "available_at"),)

    livemode: Mapped[bool]
    currency: Mapped[str]
    source_type: Mapped[str]
    amount: Mapped[int]
    available_at: Mapped[datetime]


class LedgerSnapshot(Row):
    """What is available of one currency and source type, as far as it was added up. The id names all three."""

    __tablename__ = "ledger_snapshots"

    livemode: Mapped[bool]
    currency: Mapped[str]
    source_type: Mapped[str]
    amount: Mapped[int]
