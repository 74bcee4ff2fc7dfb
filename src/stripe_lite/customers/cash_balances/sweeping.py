"""Cash that nobody asked for in time: what a customer transferred and no payment used becomes the merchant's."""

from datetime import timedelta

from sqlalchemy import func, select

from stripe_lite.balance.balance_transactions import booking
from stripe_lite.balance.balance_transactions.booking import Movement
from stripe_lite.balance.ledger import Book
from stripe_lite.core.ids import new_id
from stripe_lite.customers.cash_balances import posting
from stripe_lite.customers.cash_balances.model import CashBalanceTransaction
from stripe_lite.db import jobs
from stripe_lite.db.jobs import Job
from stripe_lite.db.work import Work

JOB = "cash_balance_sweep"
UNUSED_MAX = timedelta(days=90)
# What brings money that was not the customer's before.
NEW_MONEY = ("funded", "refunded_from_payment")


def expect(work: Work, transaction: CashBalanceTransaction) -> None:
    """Look again, when its time is over, whether money that came in is still there."""
    jobs.later(work, JOB, work.now + UNUSED_MAX, {"transaction": transaction.id})


async def sweep(work: Work, job: Job) -> None:
    """Move to the merchant's balance what is left of the money that came in with a transaction, or before it.

    The oldest money is what payments used first.
    """
    first = await work.get(CashBalanceTransaction, job.payload["transaction"])
    assert first is not None, "transactions are never deleted"
    customer = await posting.hold(work, first.customer_id)
    available = await posting.available(work, customer, first.currency)
    amount = available - await _came_after(work, first)
    if amount <= 0:
        return
    id = new_id("ccsbtxn")
    booked = await booking.book(
        work,
        Movement(
            type="payment_unreconciled",
            amount=amount,
            currency=first.currency,
            source_id=id,
            against=Book.CUSTOMER_BALANCE,
            description=f"Unreconciled funds of {customer.id}",
        ),
    )
    await posting.post(
        work,
        customer,
        "transferred_to_balance",
        -amount,
        first.currency,
        id=id,
        balance_transaction_id=booked.id,
    )


async def _came_after(work: Work, first: CashBalanceTransaction) -> int:
    later = select(func.coalesce(func.sum(CashBalanceTransaction.net_amount), 0)).where(
        CashBalanceTransaction.account_id == work.account_id,
        CashBalanceTransaction.customer_id == first.customer_id,
        CashBalanceTransaction.currency == first.currency,
        CashBalanceTransaction.type.in_(NEW_MONEY),
        CashBalanceTransaction.id > first.id,
    )
    return int((await work.values(later))[0][0])
