"""Table `reviews`."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Id, Resource, Versioned
from stripe_lite.payments.reviews.machine import REVIEW


class Review(Versioned, Resource):
    """A payment that somebody should look at, because it may be fraudulent."""

    __tablename__ = "reviews"
    __table_args__ = (
        CheckConstraint(REVIEW.check_sql(), name="status"),
        ForeignKeyConstraint(["account_id", "charge_id"], ["charges.account_id", "charges.id"]),
        Index(None, "account_id", "charge_id"),
        # Lists show the open ones only.
        Index("ix_reviews_open", "account_id", "id", postgresql_where="status = 'open'"),
    )

    status: Mapped[str]
    charge_id: Mapped[str] = mapped_column(Id)
    payment_intent_id: Mapped[str | None] = mapped_column(Id)
    billing_zip: Mapped[str | None]
