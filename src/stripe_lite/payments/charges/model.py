"""Table `charges`."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Id, Json, Resource, Versioned
from stripe_lite.payments.charges.machine import CHARGE


class Charge(Versioned, Resource):
    """One attempt to take money. Its id is the bank's reference of the authorization."""

    __tablename__ = "charges"
    __table_args__ = (
        CheckConstraint(CHARGE.check_sql(), name="status"),
        CheckConstraint("0 <= amount_captured AND amount_captured <= amount", name="captured_within_amount"),
        CheckConstraint("0 <= amount_refunded AND amount_refunded <= amount_captured", name="refunded_within_captured"),
        CheckConstraint("0 <= amount_released AND amount_captured + amount_released <= amount", name="released_rest"),
        ForeignKeyConstraint(["account_id", "customer_id"], ["customers.account_id", "customers.id"]),
        Index(None, "account_id", "payment_intent_id"),
        Index(None, "account_id", "customer_id", postgresql_where="customer_id IS NOT NULL"),
        Index(None, "account_id", "transfer_group", postgresql_where="transfer_group IS NOT NULL"),
    )

    status: Mapped[str]
    # What a bank is being asked about; until it has answered nothing else may begin. Refunds run side by side.
    asking: Mapped[str | None]
    amount: Mapped[int]
    amount_captured: Mapped[int] = mapped_column(default=0)
    amount_refunded: Mapped[int] = mapped_column(default=0)
    # What was reserved and never taken; clients see it within `amount_refunded` where a refund released it.
    amount_released: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str]
    captured: Mapped[bool] = mapped_column(default=False)
    disputed: Mapped[bool] = mapped_column(default=False)
    payment_intent_id: Mapped[str | None] = mapped_column(Id)
    customer_id: Mapped[str | None] = mapped_column(Id)
    payment_method_id: Mapped[str | None] = mapped_column(Id)
    # The first of what its captures did to the balance; clients are told of it when the capture is complete.
    balance_transaction_id: Mapped[str | None] = mapped_column(Id)
    balance_transaction_told: Mapped[bool] = mapped_column(default=True)
    # What undid it, where a debit that was booked while it was pending failed.
    failure_balance_transaction_id: Mapped[str | None] = mapped_column(Id)
    failure_code: Mapped[str | None]
    failure_message: Mapped[str | None]
    transfer_group: Mapped[str | None]
    # When an authorization that was not captured is released.
    capture_before_at: Mapped[datetime | None]
    meta: Mapped[Json] = mapped_column("metadata", default=dict)
    details: Mapped[Json] = mapped_column(default=dict)

    @property
    def amount_refundable(self) -> int:
        """What was taken and not yet given back, in minor units."""
        return self.amount_captured - self.amount_refunded
