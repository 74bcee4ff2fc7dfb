"""The one way to change a customer's cash balance: a transaction is posted, and the balance follows.

The customer's row is the lock: whoever changes the cash, or decides by it, holds it.
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from sqlalchemy import select

from stripe_lite.balance import ledger
from stripe_lite.balance.ledger import Book, Line
from stripe_lite.core.ids import new_id
from stripe_lite.core.objects import Tree
from stripe_lite.customers.cash_balances.model import CashBalance, CashBalanceTransaction
from stripe_lite.customers.cash_balances.schema import render, render_transaction
from stripe_lite.customers.customers import lookup
from stripe_lite.customers.customers.model import Customer
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record

Type: TypeAlias = Literal[
    "applied_to_payment",
    "funded",
    "refunded_from_payment",
    "return_canceled",
    "return_initiated",
    "transferred_to_balance",
    "unapplied_from_payment",
]
# What moves the money between the bank and the customers' book: a refund that is kept was on its way to the payer's
# bank. The others move it within the book, or are booked with what they belong to.
ACROSS = frozenset({"funded", "refunded_from_payment", "return_canceled", "return_initiated"})


async def hold(work: Work, customer_id: str) -> Customer:
    """The customer, whose cash nobody else changes until the commit; a deleted one's may still come back."""
    return await lookup.retrieve(work, customer_id, lock=True)


async def available(work: Work, customer: Customer, currency: str) -> int:
    """What the customer has in a currency, in its minor unit. Who decides by it holds the customer."""
    balance = await work.get(CashBalance, _name(customer, currency), watch=True)
    return 0 if balance is None else balance.amount


async def amounts(work: Work, customer: Customer) -> dict[str, int] | None:
    """What the customer has, by currency; None where nothing ever came."""
    await work.flush()
    own = select(CashBalance).where(CashBalance.account_id == work.account_id, CashBalance.customer_id == customer.id)
    balances = await work.all(own.order_by(CashBalance.id))
    return {balance.currency: balance.amount for balance in balances} or None


async def post(
    work: Work,
    customer: Customer,
    type: Type,
    amount: int,
    currency: str,
    *,
    id: str | None = None,
    balance_transaction_id: str | None = None,
    payment_intent_id: str | None = None,
    refund_id: str | None = None,
    transfer: Tree | None = None,
) -> CashBalanceTransaction:
    """Change the cash of a customer, who is held, by an amount in the currency's minor unit, and tell it."""
    balance = await work.get(CashBalance, _name(customer, currency), watch=True)
    if balance is None:
        balance = CashBalance(
            account_id=work.account_id,
            id=_name(customer, currency),
            livemode=work.livemode,
            customer_id=customer.id,
            currency=currency,
            amount=0,
        )
        work.add(balance)
    balance.amount += amount
    assert balance.amount >= 0, f"{customer.id} has no {-amount} {currency}"
    transaction = CashBalanceTransaction(
        account_id=work.account_id,
        id=id or new_id("ccsbtxn"),
        livemode=work.livemode,
        created_at=work.now,
        customer_id=customer.id,
        type=type,
        currency=currency,
        net_amount=amount,
        ending_balance=balance.amount,
        payment_intent_id=payment_intent_id,
        refund_id=refund_id,
        balance_transaction_id=balance_transaction_id,
        transfer=transfer,
    )
    work.add(transaction)
    if type in ACROSS:
        ledger.post(work, _lines(amount, currency), reason=type, id=transaction.id)
    record(work, "customer_cash_balance_transaction.created", render_transaction(transaction))
    return transaction


async def tell_available(work: Work, customer: Customer) -> None:
    """Tell what a customer, who is held, has left of money that has come in."""
    left = await amounts(work, customer)
    if any((left or {}).values()):
        record(work, "cash_balance.funds_available", render(customer, left))


def is_manual(customer: Customer) -> bool:
    """Whether the merchant applies the customer's cash to payments by hand."""
    settings = (customer.details.get("cash_balance") or {}).get("settings") or {}
    return bool(settings.get("reconciliation_mode") == "manual")


def _lines(amount: int, currency: str) -> Sequence[Line]:
    return Line(Book.BANK, currency, -amount), Line(Book.CUSTOMER_BALANCE, currency, amount)


def _name(customer: Customer, currency: str) -> str:
    return f"{customer.id}/{currency}"
