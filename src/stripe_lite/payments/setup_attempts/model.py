"""Table `setup_attempts`."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Id, Json, Resource, Versioned
from stripe_lite.payments.setup_attempts.machine import SETUP_ATTEMPT


class SetupAttempt(Versioned, Resource):
    """One confirmation of a setup intent. Its id is the bank's reference of the verification."""

    __tablename__ = "setup_attempts"
    __table_args__ = (
        CheckConstraint(SETUP_ATTEMPT.check_sql(), name="status"),
        ForeignKeyConstraint(["account_id", "setup_intent_id"], ["setup_intents.account_id", "setup_intents.id"]),
        Index(None, "account_id", "setup_intent_id", "id"),
    )

    status: Mapped[str]
    setup_intent_id: Mapped[str] = mapped_column(Id)
    customer_id: Mapped[str | None] = mapped_column(Id)
    payment_method_id: Mapped[str] = mapped_column(Id)
    usage: Mapped[str]
    # What is known of the payment method at this time, the error, and what is only given back.
    details: Mapped[Json] = mapped_column(default=dict)
