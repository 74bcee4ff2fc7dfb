"""What a refund does to the account's balance. The fee of the payment is not given back."""

from stripe_lite.balance import exchange
from stripe_lite.balance.balance_transactions import booking
from stripe_lite.balance.balance_transactions.booking import Movement
from stripe_lite.balance.balance_transactions.model import BalanceTransaction
from stripe_lite.balance.ledger import Book
from stripe_lite.core.objects import Tree
from stripe_lite.db.work import Work
from stripe_lite.payments.charges import booking as charges
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.refunds.model import Refund

# Kept in the details of a converted charge: what its refunds are together, in its currency and as they were booked.
BOOKED = "refunds_booked"


async def book_given(work: Work, refund: Refund) -> None:
    """Take a refund's amount out of the balance, as soon as it is on its way. Its charge is locked."""
    if refund.balance_transaction_id is not None:
        return
    charge = None if refund.charge_id is None else await work.get(Charge, refund.charge_id)
    settled = None if charge is None else await charges.settled(work, charge)
    amount: int | None = None
    if charge is not None and settled is not None and settled != charge.currency:
        amount = -await _converted(work, charge, refund, settled)
    type = "refund" if refund.details["method"] == "card" else "payment_refund"
    given = _movement(refund, type, -refund.amount, "REFUND", settled, amount)
    refund.balance_transaction_id = (await booking.book(work, given)).id


async def book_returned(work: Work, refund: Refund) -> None:
    """Put back just what had been taken out: the refund failed or was canceled. Its charge is locked."""
    if refund.balance_transaction_id is None or refund.failure_balance_transaction_id is not None:
        return
    taken = await work.get(BalanceTransaction, refund.balance_transaction_id)
    assert taken is not None, f"nothing is booked as {refund.balance_transaction_id}"
    await _forget(work, refund, taken)
    returned = _movement(refund, "refund_failure", refund.amount, "REFUND FAILURE", taken.currency, -taken.amount)
    refund.failure_balance_transaction_id = (await booking.book(work, returned)).id


async def _converted(work: Work, charge: Charge, refund: Refund, settled: str) -> int:
    """What a refund of a converted charge is in the settlement currency.

    Rounded one by one, the refunds of a charge could come to more or less than what it brought: each is worth what
    makes their sum right, and the last one takes what is left. That the charge keeps their sum is what makes refunds
    that run side by side wait for one another.
    """
    before: Tree = charge.details.get(BOOKED) or {"amount": 0, "settled": 0}
    given = before["amount"] + refund.amount
    brought = await charges.brought(work, charge, settled)
    total = brought if given == charge.amount_captured else exchange.convert(given, charge.currency, settled)
    amount: int = max(min(total, brought) - before["settled"], 0)
    _keep(charge, given, before["settled"] + amount)
    return amount


async def _forget(work: Work, refund: Refund, taken: BalanceTransaction) -> None:
    charge = None if refund.charge_id is None else await work.get(Charge, refund.charge_id)
    booked: Tree | None = None if charge is None else charge.details.get(BOOKED)
    if charge is not None and booked is not None:
        _keep(charge, booked["amount"] - refund.amount, booked["settled"] + taken.amount)


def _keep(charge: Charge, amount: int, settled: int) -> None:
    charge.details = charge.details | {BOOKED: {"amount": amount, "settled": settled}}


def _movement(
    refund: Refund, type: str, amount: int, what: str, settled: str | None, settled_amount: int | None
) -> Movement:
    note: str | None = refund.details.get("charge_description")
    return Movement(
        type=type,
        amount=amount,
        currency=refund.currency,
        source_id=refund.id,
        against=Book.BANK,
        description=f"{what} FOR CHARGE ({note})" if note else f"{what} FOR CHARGE",
        source_type=charges.source_type(refund.details["method"]),
        settled=settled,
        settled_amount=settled_amount,
    )
