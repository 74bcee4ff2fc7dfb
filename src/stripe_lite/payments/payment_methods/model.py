"""Table `payment_methods`."""

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Id, Json, Resource, Versioned
from stripe_lite.payments.sources.machine import SOURCE

# A bank account outside the US, a legacy source that can receive payouts: neither paid with nor a payment method.
PAYOUT_ACCOUNT = "bank_account"


class PaymentMethod(Versioned, Resource):
    """A way to pay: `pm_…`, or a legacy source (`card_…`, `ba_…`, `src_…`); most are usable as a payment method too.

    `outcome` is the class of behaviour at the bank; it, `fingerprint` and `details` are all that is kept of a number.
    """

    __tablename__ = "payment_methods"
    __table_args__ = (
        CheckConstraint(SOURCE.check_sql("source_status"), name="source_status"),
        Index(None, "account_id", "customer_id", "id", postgresql_where="customer_id IS NOT NULL"),
    )

    type: Mapped[str]
    # A card or bank account of the time before payment methods.
    legacy: Mapped[bool] = mapped_column(default=False)
    customer_id: Mapped[str | None] = mapped_column(Id)
    # Of a source object (`src_…`) only.
    source_status: Mapped[str | None]
    outcome: Mapped[str]
    fingerprint: Mapped[str | None]
    allow_redisplay: Mapped[str] = mapped_column(default="unspecified")
    # A security code came with the card and the bank has not seen it yet.
    cvc: Mapped[bool] = mapped_column(default=False)
    # The payer agreed to payments in their absence, through a setup intent or `setup_future_usage`.
    set_up: Mapped[bool] = mapped_column(default=False)
    # A bank account that is proven to be the payer's; always true where nothing needs proof.
    verified: Mapped[bool] = mapped_column(default=True)
    # Used without a customer, or detached from one: it may not be used again.
    spent: Mapped[bool] = mapped_column(default=False)
    billing_details: Mapped[Json] = mapped_column(default=dict)
    meta: Mapped[Json] = mapped_column("metadata", default=dict)
    # The hash named like the type, as clients see it.
    details: Mapped[Json] = mapped_column(default=dict)
    # What is only stored and given back, or belongs to legacy sources only.
    extras: Mapped[Json] = mapped_column(default=dict)
