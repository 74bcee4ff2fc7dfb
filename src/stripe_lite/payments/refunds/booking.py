"""What a refund does to the account's balance. The fee of the payment is not given back."""

from stripe_lite.balance.balance_transactions import booking
from stripe_lite.balance.balance_transactions.booking import Movement
from stripe_lite.balance.balance_transactions.model import BalanceTransaction
from stripe_lite.balance.ledger import Book
from stripe_lite.db.work import Work
from stripe_lite.payments.charges import booking as charges
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.refunds.model import Refund


async def book_given(work: Work, refund: Refund) -> None:
    """Take a refund's amount out of the balance, as soon as it is on its way."""
    if refund.balance_transaction_id is None:
        method: str = refund.details["method"]
        type = "refund" if method == "card" else "payment_refund"
        charge = None if refund.charge_id is None else await work.get(Charge, refund.charge_id)
        settled = None if charge is None else await charges.settled(work, charge)
        refund.balance_transaction_id = await _book(work, refund, type, -refund.amount, "REFUND", settled)


async def book_returned(work: Work, refund: Refund) -> None:
    """Put the amount back: the refund failed or was canceled after it had been taken out."""
    if refund.balance_transaction_id is not None and refund.failure_balance_transaction_id is None:
        taken = await work.get(BalanceTransaction, refund.balance_transaction_id)
        settled = None if taken is None else taken.currency
        returned = await _book(work, refund, "refund_failure", refund.amount, "REFUND FAILURE", settled)
        refund.failure_balance_transaction_id = returned


async def _book(work: Work, refund: Refund, type: str, amount: int, what: str, settled: str | None) -> str:
    note: str | None = refund.details.get("charge_description")
    transaction = await booking.book(
        work,
        Movement(
            type=type,
            amount=amount,
            currency=refund.currency,
            source_id=refund.id,
            against=Book.BANK,
            description=f"{what} FOR CHARGE ({note})" if note else f"{what} FOR CHARGE",
            source_type=charges.source_type(refund.details["method"]),
            settled=settled,
        ),
    )
    return transaction.id
