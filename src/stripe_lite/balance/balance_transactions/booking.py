"""The one way to change an account's balance: a movement is booked as a balance transaction with its posting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from stripe_lite.balance import exchange, settlement
from stripe_lite.balance.balance_transactions.model import BalanceTransaction
from stripe_lite.balance.ledger import Book, Line, post
from stripe_lite.core.ids import new_id
from stripe_lite.core.objects import Tree
from stripe_lite.db.work import Work


@dataclass(frozen=True, slots=True)
class Fee:
    """A part of what a movement costs, in minor units of the settlement currency; negative where it is given back."""

    amount: int
    description: str
    type: str = "stripe_fee"


@dataclass(frozen=True, slots=True)
class Movement:
    """What moved the merchant's balance, and by how much before fees: signed, in minor units of `currency`.

    `against` is the book on the other side. `available_at` says from when the money may be used; at once, if absent.
    `settled` is the currency it is counted in where an earlier movement decided that: what is given back leaves the
    balance that it came into, though the account may have been paid out in other currencies then. `settled_amount` is
    how much that is there, where earlier movements decided that too; it is converted, if absent.
    """

    type: str
    amount: int
    currency: str
    source_id: str | None
    against: Book
    fees: Sequence[Fee] = ()
    available_at: datetime | None = None
    description: str | None = None
    source_type: str = "card"
    settled: str | None = None
    settled_amount: int | None = None


async def book(work: Work, movement: Movement) -> BalanceTransaction:
    """Book a movement, converted into the currency that the account settles in."""
    settled = movement.settled or (await settlement.profile(work)).settles_in(movement.currency)
    amount = movement.settled_amount
    if amount is None:
        amount = exchange.convert(movement.amount, movement.currency, settled)
    fee = sum(part.amount for part in movement.fees)
    available_at = movement.available_at or work.now
    transaction = BalanceTransaction(
        account_id=work.account_id,
        id=new_id("txn"),
        livemode=work.livemode,
        created_at=work.now,
        type=movement.type,
        source_id=movement.source_id,
        amount=amount,
        fee=fee,
        net=amount - fee,
        currency=settled,
        exchange_rate=None if settled == movement.currency else f"{exchange.rate(movement.currency, settled):f}",
        fee_details=[_told(part, settled) for part in movement.fees],
        description=movement.description,
        source_type=movement.source_type,
        available_at=available_at,
    )
    work.add(transaction)
    post(work, _lines(movement, transaction), reason=movement.type, id=transaction.id)
    return transaction


def _lines(movement: Movement, transaction: BalanceTransaction) -> list[Line]:
    settled = transaction.currency
    mine = Line(Book.MERCHANT, settled, transaction.net, transaction.available_at, transaction.source_type)
    lines = [Line(movement.against, movement.currency, -movement.amount), mine]
    if transaction.fee:
        lines.append(Line(Book.FEES, settled, transaction.fee))
    if settled != movement.currency:
        lines += [
            Line(Book.EXCHANGE, movement.currency, movement.amount),
            Line(Book.EXCHANGE, settled, -transaction.amount),
        ]
    return lines


def _told(fee: Fee, currency: str) -> Tree:
    return {
        "amount": fee.amount,
        "application": None,
        "currency": currency,
        "description": fee.description,
        "type": fee.type,
    }
