"""Table `refunds`."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Id, Json, Resource, Versioned
from stripe_lite.payments.refunds.machine import REFUND


class Refund(Versioned, Resource):
    """Money given back of one charge, or of a customer's cash. Its id is the bank's reference of the operation.

    While it is pending or succeeded its amount is part of the charge's `amount_refunded`, from its first moment on.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint(REFUND.check_sql(), name="status"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("(charge_id IS NULL) <> (customer_id IS NULL)", name="of_one_thing"),
        ForeignKeyConstraint(["account_id", "charge_id"], ["charges.account_id", "charges.id"]),
        Index(None, "account_id", "charge_id"),
        Index(None, "account_id", "payment_intent_id"),
    )

    status: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    charge_id: Mapped[str | None] = mapped_column(Id)
    # Whose cash it is, where no charge is refunded.
    customer_id: Mapped[str | None] = mapped_column(Id)
    payment_intent_id: Mapped[str | None] = mapped_column(Id)
    # A reservation was given up: no money moved, and the amount is part of the charge's `amount_released` instead.
    released: Mapped[bool] = mapped_column(default=False)
    # Whether clients were told of it: events begin with the bank's first answer.
    told: Mapped[bool] = mapped_column(default=False)
    # What it did to the balance, and what undid that where the money came back.
    balance_transaction_id: Mapped[str | None] = mapped_column(Id)
    failure_balance_transaction_id: Mapped[str | None] = mapped_column(Id)
    reason: Mapped[str | None]
    failure_reason: Mapped[str | None]
    meta: Mapped[Json] = mapped_column("metadata", default=dict)
    details: Mapped[Json] = mapped_column(default=dict)
