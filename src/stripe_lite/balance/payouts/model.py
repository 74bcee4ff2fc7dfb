"""Tables `payouts` and `payout_balance_transactions`."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.balance.payouts.machine import PAYOUT
from stripe_lite.db.base import Id, Json, Resource, Row, Versioned


class Payout(Versioned, Resource):
    """Money on its way from the balance to a bank account or card; a negative amount is on its way back."""

    __tablename__ = "payouts"
    __table_args__ = (
        CheckConstraint(PAYOUT.check_sql(), name="status"),
        CheckConstraint("amount <> 0", name="amount_moves"),
        ForeignKeyConstraint(
            ["account_id", "destination_id"], ["external_accounts.account_id", "external_accounts.id"]
        ),
        Index(None, "account_id", "destination_id"),
    )

    status: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    # Made by the schedule, not by a request.
    automatic: Mapped[bool]
    method: Mapped[str]
    source_type: Mapped[str]
    destination_id: Mapped[str] = mapped_column(Id)
    # `bank_account` or `card`.
    type: Mapped[str]
    arrival_at: Mapped[datetime]
    # What it cost, in minor units.
    fee: Mapped[int]
    reconciliation_status: Mapped[str]
    balance_transaction_id: Mapped[str] = mapped_column(Id)
    failure_balance_transaction_id: Mapped[str | None] = mapped_column(Id)
    failure_code: Mapped[str | None]
    original_payout_id: Mapped[str | None] = mapped_column(Id)
    reversed_by_id: Mapped[str | None] = mapped_column(Id)
    meta: Mapped[Json] = mapped_column("metadata", default=dict)
    details: Mapped[Json] = mapped_column(default=dict)


class PayoutBalanceTransaction(Row):
    """Says which automatic payout a balance transaction went out with: its id is the balance transaction's.

    The net amounts of a payout's balance transactions, its own among them, add up to zero. They are held before the
    payout's amount is known, so that no foreign key leads to it.
    """

    __tablename__ = "payout_balance_transactions"
    __table_args__ = (Index(None, "account_id", "payout_id", "id"),)

    payout_id: Mapped[str] = mapped_column(Id)
