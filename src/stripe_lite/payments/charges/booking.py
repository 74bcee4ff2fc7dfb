"""What a charge does to the account's balance: what was taken of it is booked, and later told."""

from datetime import datetime

from sqlalchemy import select

from stripe_lite.balance import exchange, settlement
from stripe_lite.balance.balance_transactions import booking
from stripe_lite.balance.balance_transactions.booking import Fee, Movement
from stripe_lite.balance.balance_transactions.model import BalanceTransaction
from stripe_lite.balance.ledger import Book
from stripe_lite.bank.outcomes import OUTCOMES
from stripe_lite.db.work import Work
from stripe_lite.payments import kinds
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.payment_methods.model import PaymentMethod

FEE = "Stripe processing fees"
TAKEN = ("charge", "payment")
AT_ONCE = "available_at_once"  # Kept in the charge's details, where its money need not wait.


async def book_taken(work: Work, charge: Charge, amount: int, *, not_before: datetime | None = None) -> None:
    """Book what was taken of a charge, less the fee. A charge that is captured in parts names the first part's.

    `not_before` is when the money is expected, where it has not come yet.
    """
    if amount == 0:
        return
    method: str = (charge.details.get("payment_method_details") or {}).get("type") or "card"
    fee = await settlement.payment_fee(work, amount, charge.currency)
    available_at = work.now if charge.details.get(AT_ONCE) else await settlement.available_at(work)
    transaction = await booking.book(
        work,
        Movement(
            type="charge" if method == "card" else "payment",
            amount=amount,
            currency=charge.currency,
            source_id=charge.id,
            against=_paid_from(method),
            fees=(Fee(fee, FEE),) if fee else (),
            available_at=available_at if not_before is None else max(available_at, not_before),
            description=charge.details.get("description"),
            source_type=source_type(method),
        ),
    )
    if charge.balance_transaction_id is None:
        charge.balance_transaction_id = transaction.id


async def book_failed(work: Work, charge: Charge) -> None:
    """Undo, fee and all, what was booked of a charge while its payer's bank had not decided."""
    if charge.balance_transaction_id is None or charge.amount_captured == 0:
        return
    taken = await work.get(BalanceTransaction, charge.balance_transaction_id)
    assert taken is not None, f"nothing is booked as {charge.balance_transaction_id}"
    method: str = charge.details["payment_method_details"]["type"]
    note: str | None = charge.details.get("description")
    transaction = await booking.book(
        work,
        Movement(
            type="payment_failure_refund",
            amount=-charge.amount_captured,
            currency=charge.currency,
            source_id=charge.id,
            against=_paid_from(method),
            fees=(Fee(-taken.fee, FEE),) if taken.fee else (),
            # What was never available cannot be missing before it would have been.
            available_at=max(taken.available_at, work.now),
            description=f"PAYMENT FAILURE REFUND FOR CHARGE ({note})" if note else "PAYMENT FAILURE REFUND FOR CHARGE",
            source_type=source_type(method),
            settled=taken.currency,
        ),
    )
    charge.failure_balance_transaction_id = transaction.id
    charge.amount_captured = 0


async def settled(work: Work, charge: Charge) -> str | None:
    """The currency in which the account counts a charge; None of one of which nothing is booked."""
    if charge.balance_transaction_id is None:
        return None
    taken = await work.get(BalanceTransaction, charge.balance_transaction_id)
    return None if taken is None else taken.currency


async def brought(work: Work, charge: Charge, settled: str) -> int:
    """What all that was taken of a charge came to in the currency that it is counted in, before fees."""
    parts = select(BalanceTransaction).where(
        BalanceTransaction.account_id == work.account_id,
        BalanceTransaction.source_id == charge.id,
        BalanceTransaction.type.in_(TAKEN),
    )
    booked = await work.all(parts)
    if {part.currency for part in booked} != {settled}:
        return exchange.convert(charge.amount_captured, charge.currency, settled)
    return sum(part.amount for part in booked)


def available_at_once(method: PaymentMethod) -> bool:
    """Whether the money of a payment by this method need not wait: the test cards that bypass the pending balance."""
    return method.outcome in OUTCOMES and OUTCOMES[method.outcome].bypass_pending


def _paid_from(method: str) -> Book:
    """Where the money was before: what came by transfer was the customer's already."""
    return Book.CUSTOMER_BALANCE if method in kinds.KINDS and kinds.KINDS[method].transfer else Book.BANK


def source_type(method: str) -> str:
    """How the balance counts money that was paid by a type of payment method."""
    if method == "fpx":
        return "fpx"
    if method in kinds.OF_SOURCES:
        return "bank_account"
    return "bank_account" if method in kinds.KINDS and kinds.KINDS[method].debit else "card"
