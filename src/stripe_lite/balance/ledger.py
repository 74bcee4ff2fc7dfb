"""The double-entry ledger: money is never made or lost, only moved from book to book.

`post` writes one posting: lines that add up to zero in every currency. What may be posted is said in `books`.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from stripe_lite.balance.books import Book
from stripe_lite.balance.model import LedgerEntry, OpenEntry
from stripe_lite.core.ids import new_id
from stripe_lite.db.work import Work

__all__ = ["Book", "Line", "post"]


@dataclass(frozen=True, slots=True)
class Line:
    """One side of a posting: an amount in minor units that a book's owner gets, or gives where it is negative.

    Of the merchant's book it says from when the money may be used (at once, if nothing is said), and where it came
    from, as `source_types` of the balance tells them apart.
    """

    book: Book
    currency: str
    amount: int
    available_at: datetime | None = None
    source_type: str = "card"


def post(work: Work, lines: Sequence[Line], *, reason: str, id: str | None = None) -> str:
    """Move money between books, and give back the posting's id. Lines of zero are left out."""
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        sums[line.currency] += line.amount
    assert not any(sums.values()), f"a posting of {reason} does not add up to zero: {dict(sums)}"
    posting_id = id or new_id("post")
    for number, line in enumerate((line for line in lines if line.amount), start=1):
        _enter(work, posting_id, number, line, reason)
    return posting_id


def _enter(work: Work, posting_id: str, number: int, line: Line, reason: str) -> None:
    entry_id = f"{posting_id}/{number}"
    work.add(
        LedgerEntry(
            account_id=work.account_id,
            id=entry_id,
            livemode=work.livemode,
            created_at=work.now,
            posting_id=posting_id,
            reason=reason,
            book=line.book,
            currency=line.currency,
            amount=line.amount,
        )
    )
    if line.book is Book.MERCHANT:
        work.add(
            OpenEntry(
                account_id=work.account_id,
                id=entry_id,
                livemode=work.livemode,
                currency=line.currency,
                source_type=line.source_type,
                amount=line.amount,
                available_at=line.available_at or work.now,
            )
        )
