"""Table `balance_transactions`."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Id, Resource


class BalanceTransaction(Resource):
    """One movement of the account's balance. Appended, never changed; its id is its posting's in the ledger."""

    __tablename__ = "balance_transactions"
    __table_args__ = (
        CheckConstraint("net = amount - fee", name="net"),
        Index(None, "account_id", "source_id", postgresql_where="source_id IS NOT NULL"),
    )

    type: Mapped[str]
    source_id: Mapped[str | None] = mapped_column(Id)
    amount: Mapped[int]
    fee: Mapped[int]
    net: Mapped[int]
    currency: Mapped[str]
    # What the amount was multiplied by, where it was converted: a decimal number as text.
    exchange_rate: Mapped[str | None]
    fee_details: Mapped[list[Any]]
    description: Mapped[str | None]
    source_type: Mapped[str]
    available_at: Mapped[datetime]
