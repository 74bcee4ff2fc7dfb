"""Tables `payment_intents` and `payment_intent_transitions`."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Id, Json, Remembered, Row
from stripe_lite.payments.payment_intents.machine import PAYMENT_INTENT


class PaymentIntent(Remembered):
    """One payment through all its attempts.

    `asking` names the operation that a bank is being asked about; until it has answered no other may begin.
    """

    __tablename__ = "payment_intents"
    __table_args__ = (
        CheckConstraint(PAYMENT_INTENT.check_sql(), name="status"),
        ForeignKeyConstraint(["account_id", "customer_id"], ["customers.account_id", "customers.id"]),
        Index(None, "account_id", "customer_id", postgresql_where="customer_id IS NOT NULL"),
    )

    status: Mapped[str]
    asking: Mapped[str | None]
    amount: Mapped[int]
    amount_capturable: Mapped[int] = mapped_column(default=0)
    amount_received: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str]
    capture_method: Mapped[str]
    confirmation_method: Mapped[str]
    customer_id: Mapped[str | None] = mapped_column(Id)
    payment_method_id: Mapped[str | None] = mapped_column(Id)
    latest_charge_id: Mapped[str | None] = mapped_column(Id)
    client_secret: Mapped[str]
    setup_future_usage: Mapped[str | None]
    transfer_group: Mapped[str | None]
    confirmations: Mapped[int] = mapped_column(default=0)
    canceled_at: Mapped[datetime | None]
    cancellation_reason: Mapped[str | None]
    meta: Mapped[Json] = mapped_column("metadata", default=dict)
    details: Mapped[Json] = mapped_column(default=dict)


class PaymentIntentTransition(Row):
    """One step in the life of a payment intent, and who caused it. Rows are never changed."""

    __tablename__ = "payment_intent_transitions"
    __table_args__ = (
        ForeignKeyConstraint(["account_id", "payment_intent_id"], ["payment_intents.account_id", "payment_intents.id"]),
        Index(None, "account_id", "payment_intent_id"),
    )

    payment_intent_id: Mapped[str] = mapped_column(Id)
    from_status: Mapped[str | None]
    to_status: Mapped[str]
    fact: Mapped[str]
    request_id: Mapped[str | None] = mapped_column(Id)
    actor: Mapped[str]
    created_at: Mapped[datetime]
