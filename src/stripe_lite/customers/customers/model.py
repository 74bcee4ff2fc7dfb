"""Table `customers`."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Id, Json, Resource, Versioned


class Customer(Versioned, Resource):
    """A customer. A deleted one keeps its row, because payments still refer to it."""

    __tablename__ = "customers"
    __table_args__ = (
        Index(None, "account_id", "email"),
        Index(None, "account_id", "invoice_prefix"),
    )

    deleted: Mapped[bool] = mapped_column(default=False)
    email: Mapped[str | None]
    name: Mapped[str | None]
    phone: Mapped[str | None]
    balance: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str | None]
    default_source_id: Mapped[str | None] = mapped_column(Id)
    invoice_prefix: Mapped[str]
    next_invoice_sequence: Mapped[int] = mapped_column(default=1)
    meta: Mapped[Json] = mapped_column("metadata", default=dict)
    details: Mapped[Json] = mapped_column(default=dict)
