"""Table `tax_ids`: tax ids of customers, and of the account itself."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Id, Resource


class TaxId(Resource):
    """A tax id. One that the account itself owns has no customer."""

    __tablename__ = "tax_ids"
    __table_args__ = (
        ForeignKeyConstraint(["account_id", "customer_id"], ["customers.account_id", "customers.id"]),
        CheckConstraint("owner_type IN ('account', 'customer', 'self')", name="owner_type"),
        CheckConstraint("(owner_type = 'customer') = (customer_id IS NOT NULL)", name="customer"),
        CheckConstraint(
            "verification_status IN ('pending', 'unavailable', 'unverified', 'verified')", name="verification_status"
        ),
        Index(None, "account_id", "customer_id", "id"),
    )

    owner_type: Mapped[str]
    customer_id: Mapped[str | None] = mapped_column(Id)
    type: Mapped[str]
    value: Mapped[str]
    country: Mapped[str | None]
    verification_status: Mapped[str]
