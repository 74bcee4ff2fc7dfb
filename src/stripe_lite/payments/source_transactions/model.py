"""Table `source_transactions`."""

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Id, Json, Resource


class SourceTransaction(Resource):
    """Money that a payer sent to a source object."""

    __tablename__ = "source_transactions"
    __table_args__ = (
        ForeignKeyConstraint(["account_id", "source_id"], ["payment_methods.account_id", "payment_methods.id"]),
        Index(None, "account_id", "source_id", "id"),
    )

    source_id: Mapped[str] = mapped_column(Id)
    type: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    # The hash named like the type: what is known of the sender.
    details: Mapped[Json] = mapped_column(default=dict)
