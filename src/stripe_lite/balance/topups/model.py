"""Table `topups`."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.balance.topups.machine import TOPUP
from stripe_lite.db.base import Id, Json, Resource, Versioned


class Topup(Versioned, Resource):
    """Money that the account adds to its balance from its bank account. `outcome` is how that one's bank behaves."""

    __tablename__ = "topups"
    __table_args__ = (
        CheckConstraint(TOPUP.check_sql(), name="status"),
        CheckConstraint("amount > 0", name="amount_positive"),
    )

    status: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    outcome: Mapped[str]
    expected_at: Mapped[datetime]
    balance_transaction_id: Mapped[str | None] = mapped_column(Id)
    failure_code: Mapped[str | None]
    meta: Mapped[Json] = mapped_column("metadata", default=dict)
    # What is only stored and given back.
    details: Mapped[Json] = mapped_column(default=dict)
