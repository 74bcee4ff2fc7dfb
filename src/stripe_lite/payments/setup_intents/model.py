"""Table `setup_intents`."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Id, Json, Resource, Versioned
from stripe_lite.payments.setup_intents.machine import SETUP_INTENT


class SetupIntent(Versioned, Resource):
    """The setting up of one payment method for later payments, through all its attempts."""

    __tablename__ = "setup_intents"
    __table_args__ = (
        CheckConstraint(SETUP_INTENT.check_sql(), name="status"),
        CheckConstraint("usage IN ('off_session', 'on_session')", name="usage"),
        ForeignKeyConstraint(["account_id", "customer_id"], ["customers.account_id", "customers.id"]),
        Index(None, "account_id", "customer_id", postgresql_where="customer_id IS NOT NULL"),
        Index(None, "account_id", "payment_method_id", postgresql_where="payment_method_id IS NOT NULL"),
    )

    status: Mapped[str]
    usage: Mapped[str]
    attach_to_self: Mapped[bool] = mapped_column(default=False)
    customer_id: Mapped[str | None] = mapped_column(Id)
    payment_method_id: Mapped[str | None] = mapped_column(Id)
    latest_attempt_id: Mapped[str | None] = mapped_column(Id)
    mandate_id: Mapped[str | None] = mapped_column(Id)
    single_use_mandate_id: Mapped[str | None] = mapped_column(Id)
    client_secret: Mapped[str]
    confirmations: Mapped[int] = mapped_column(default=0)
    cancellation_reason: Mapped[str | None]
    meta: Mapped[Json] = mapped_column("metadata", default=dict)
    details: Mapped[Json] = mapped_column(default=dict)
