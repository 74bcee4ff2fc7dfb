"""Table `disputes`."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Id, Json, Resource, Versioned
from stripe_lite.payments.disputes.machine import DISPUTE


class Dispute(Versioned, Resource):
    """What a payer wants back of one charge, by way of their bank."""

    __tablename__ = "disputes"
    __table_args__ = (
        CheckConstraint(DISPUTE.check_sql(), name="status"),
        CheckConstraint("amount > 0", name="amount_positive"),
        ForeignKeyConstraint(["account_id", "charge_id"], ["charges.account_id", "charges.id"]),
        Index(None, "account_id", "charge_id"),
    )

    status: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    charge_id: Mapped[str] = mapped_column(Id)
    payment_intent_id: Mapped[str | None] = mapped_column(Id)
    reason: Mapped[str]
    due_by_at: Mapped[datetime | None]
    submission_count: Mapped[int] = mapped_column(default=0)
    # Whether the amount is out of the balance; it comes back where the dispute is won.
    withdrawn: Mapped[bool] = mapped_column(default=False)
    evidence: Mapped[Json] = mapped_column(default=dict)
    meta: Mapped[Json] = mapped_column("metadata", default=dict)
    # The balance transactions as they were booked, the payment method, and what further evidence is possible.
    details: Mapped[Json] = mapped_column(default=dict)
