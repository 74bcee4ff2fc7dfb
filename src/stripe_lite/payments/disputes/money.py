"""What a dispute does to the account's balance: withdrawn with a fee, given back where it is won, gone where lost."""

from sqlalchemy import select

from stripe_lite.balance import settlement
from stripe_lite.balance.balance_transactions import booking
from stripe_lite.balance.balance_transactions.booking import Fee, Movement
from stripe_lite.balance.balance_transactions.schema import render as render_transaction
from stripe_lite.balance.ledger import Book, Line, post
from stripe_lite.core.objects import Tree
from stripe_lite.db.work import Work
from stripe_lite.payments.charges import booking as charges
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.disputes.model import Dispute

FEE = "Dispute fee"


async def withdraw(work: Work, dispute: Dispute, charge: Charge) -> None:
    """Take what is disputed, and the fee, out of the balance until it is decided."""
    dispute.withdrawn = True
    charge.details = charge.details | {"charged_back": True}
    await _book(work, dispute, charge, -1, f"Chargeback withdrawal for {charge.id}")


async def reinstate(work: Work, dispute: Dispute, charge: Charge) -> None:
    """Put both back: the dispute was won. Another one of the same charge may still hold its part."""
    dispute.withdrawn = False
    others = select(Dispute).where(
        Dispute.account_id == work.account_id,
        Dispute.charge_id == charge.id,
        Dispute.id != dispute.id,
        Dispute.withdrawn,
    )
    charge.details = charge.details | {"charged_back": await work.one(others) is not None}
    await _book(work, dispute, charge, 1, f"Chargeback reversal for {charge.id}")


def give_up(work: Work, dispute: Dispute) -> None:
    """Let the payer's bank have it: the dispute was lost."""
    lines = [
        Line(Book.DISPUTES, dispute.currency, -dispute.amount),
        Line(Book.BANK, dispute.currency, dispute.amount),
    ]
    post(work, lines, reason="dispute_lost")


async def _book(work: Work, dispute: Dispute, charge: Charge, sign: int, description: str) -> None:
    withdrawn: list[Tree] = dispute.details.get("booked", [])
    if sign < 0:
        settled = await charges.settled(work, charge) or (await settlement.profile(work)).settles_in(dispute.currency)
        fee = settlement.dispute_fee(work, settled)
    else:
        settled, fee = withdrawn[0]["currency"], withdrawn[0]["fee"]
    method = charge.details["payment_method_details"]["type"]
    transaction = await booking.book(
        work,
        Movement(
            type="adjustment",
            amount=sign * dispute.amount,
            currency=dispute.currency,
            source_id=dispute.id,
            against=Book.DISPUTES,
            fees=(Fee(-sign * fee, FEE),) if fee else (),
            description=description,
            source_type=charges.source_type(method),
            settled=settled,
        ),
    )
    booked = [*withdrawn, render_transaction(transaction, work.now).tree()]
    dispute.details = dispute.details | {"booked": booked}
