"""Table `source_mandate_notifications`."""

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Id, Resource


class SourceMandateNotification(Resource):
    """Something that the merchant has to tell a payer about the mandate of a source object."""

    __tablename__ = "source_mandate_notifications"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "source_id"],
            ["payment_methods.account_id", "payment_methods.id"],
            name="fk_source_mandate_notifications_source_id",  # PostgreSQL's names have 63 characters at most.
        ),
    )

    source_id: Mapped[str] = mapped_column(Id)
    reason: Mapped[str]
    amount: Mapped[int | None]
