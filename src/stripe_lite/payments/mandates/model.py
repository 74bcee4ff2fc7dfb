"""Table `mandates`."""

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Id, Json, Resource, Versioned
from stripe_lite.payments.mandates.machine import MANDATE


class Mandate(Versioned, Resource):
    """A payer's permission to charge one payment method: for many payments, or for one of a known amount."""

    __tablename__ = "mandates"
    __table_args__ = (
        CheckConstraint(MANDATE.check_sql(), name="status"),
        CheckConstraint("type IN ('multi_use', 'single_use')", name="type"),
        CheckConstraint("type = 'multi_use' OR (amount IS NOT NULL AND currency IS NOT NULL)", name="single_use"),
        Index(None, "account_id", "payment_method_id", "id"),
    )

    status: Mapped[str]
    type: Mapped[str]
    payment_method_id: Mapped[str] = mapped_column(Id)
    # The one payment that it is good for.
    amount: Mapped[int | None]
    currency: Mapped[str | None]
    # How the payer agreed, what the type of the payment method tells of a mandate, and the page's secret.
    details: Mapped[Json] = mapped_column(default=dict)
