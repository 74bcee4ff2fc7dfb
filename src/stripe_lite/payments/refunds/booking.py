"""What a refund does to the account's balance. The fee of the payment is not given back."""

from stripe_lite.balance.balance_transactions import booking
from stripe_lite.balance.balance_transactions.booking import Movement
from stripe_lite.balance.ledger import Book
from stripe_lite.db.work import Work
from stripe_lite.payments.charges.booking import source_type
from stripe_lite.payments.refunds.model import Refund


async def book_given(work: Work, refund: Refund, *, against: Book = Book.BANK) -> None:
    """Take a refund's amount out of the balance, as soon as it is on its way."""
    if refund.balance_transaction_id is None:
        method: str = refund.details["method"]
        type = "refund" if method == "card" else "payment_refund"
        refund.balance_transaction_id = await _book(work, refund, type, -refund.amount, "REFUND", against)


async def book_returned(work: Work, refund: Refund, *, against: Book = Book.BANK) -> None:
    """Put the amount back: the refund failed or was canceled after it had been taken out."""
    if refund.balance_transaction_id is not None and refund.failure_balance_transaction_id is None:
        returned = await _book(work, refund, "refund_failure", refund.amount, "REFUND FAILURE", against)
        refund.failure_balance_transaction_id = returned


async def _book(work: Work, refund: Refund, type: str, amount: int, what: str, against: Book) -> str:
    note: str | None = refund.details.get("charge_description")
    transaction = await booking.book(
        work,
        Movement(
            type=type,
            amount=amount,
            currency=refund.currency,
            source_id=refund.id,
            against=against,
            description=f"{what} FOR CHARGE ({note})" if note else f"{what} FOR CHARGE",
            source_type=source_type(refund.details["method"]),
        ),
    )
    return transaction.id
