"""Tables `cash_balances` and `cash_balance_transactions`: what customers transferred and have not paid with yet."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Id, Resource, Row, Versioned

TYPES = (
    "applied_to_payment",
    "funded",
    "refunded_from_payment",
    "return_canceled",
    "return_initiated",
    "transferred_to_balance",
    "unapplied_from_payment",
)


class CashBalance(Versioned, Row):
    """What a customer has in one currency. The id is the customer's with the currency; its lock is the customer's."""

    __tablename__ = "cash_balances"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        ForeignKeyConstraint(["account_id", "customer_id"], ["customers.account_id", "customers.id"]),
        Index(None, "account_id", "customer_id"),
    )

    livemode: Mapped[bool]
    customer_id: Mapped[str] = mapped_column(Id)
    currency: Mapped[str]
    amount: Mapped[int]


class CashBalanceTransaction(Resource):
    """One change of a customer's cash balance. Rows are appended, never changed.

    What moved money between the books has the row's id as its posting's. Money that is applied to a payment stays in
    its book until the payment is complete.
    """

    __tablename__ = "cash_balance_transactions"
    __table_args__ = (
        CheckConstraint(f"type IN {TYPES}", name="type"),
        CheckConstraint("net_amount <> 0", name="net_amount_not_zero"),
        Index(None, "account_id", "customer_id", "id"),
    )

    customer_id: Mapped[str] = mapped_column(Id)
    type: Mapped[str]
    currency: Mapped[str]
    net_amount: Mapped[int]
    ending_balance: Mapped[int]
    payment_intent_id: Mapped[str | None] = mapped_column(Id)
    refund_id: Mapped[str | None] = mapped_column(Id)
    balance_transaction_id: Mapped[str | None] = mapped_column(Id)
    # How the money came, where it came by a transfer: a hash that clients see.
    transfer: Mapped[dict[str, Any] | None]
