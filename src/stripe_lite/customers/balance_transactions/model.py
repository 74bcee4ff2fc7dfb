"""Table `customer_balance_transactions`: the ledger of what customers are owed and owe on their next invoices."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Id, Json, Resource

TYPES = (
    "adjustment",
    "applied_to_invoice",
    "checkout_session_subscription_payment",
    "checkout_session_subscription_payment_canceled",
    "credit_note",
    "initial",
    "invoice_overpaid",
    "invoice_too_large",
    "invoice_too_small",
    "migration",
    "unapplied_from_invoice",
    "unspent_receiver_credit",
)


class CustomerBalanceTransaction(Resource):
    """One change of a customer's credit balance in one currency. Amounts are never changed afterwards."""

    __tablename__ = "customer_balance_transactions"
    __table_args__ = (
        ForeignKeyConstraint(["account_id", "customer_id"], ["customers.account_id", "customers.id"]),
        CheckConstraint(f"type IN {TYPES}", name="type"),
        Index(None, "account_id", "customer_id", "id"),
    )

    customer_id: Mapped[str] = mapped_column(Id)
    amount: Mapped[int]
    currency: Mapped[str]
    ending_balance: Mapped[int]
    type: Mapped[str]
    description: Mapped[str | None]
    invoice_id: Mapped[str | None] = mapped_column(Id)
    credit_note_id: Mapped[str | None] = mapped_column(Id)
    checkout_session_id: Mapped[str | None] = mapped_column(Id)
    meta: Mapped[Json] = mapped_column("metadata", default=dict)
