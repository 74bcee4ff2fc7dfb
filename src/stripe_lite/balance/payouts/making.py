"""How payouts are made, and how their money moves: by a request, by the schedule, or back to where it came from."""

from dataclasses import dataclass, field
from datetime import datetime

from stripe_lite.balance import settlement
from stripe_lite.balance.balance_transactions import booking
from stripe_lite.balance.balance_transactions.booking import Fee, Movement
from stripe_lite.balance.external_accounts import service as external_accounts
from stripe_lite.balance.external_accounts.model import ExternalAccount
from stripe_lite.balance.ledger import Book, Line, post
from stripe_lite.balance.payouts.machine import PAYOUT, PayoutFact, PayoutStatus
from stripe_lite.balance.payouts.model import Payout
from stripe_lite.balance.payouts.schema import render
from stripe_lite.core.ids import new_id
from stripe_lite.core.objects import Metadata, Tree, changes
from stripe_lite.db import jobs
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record

JOB = "payout"
ARRIVES_AFTER_DAYS = 1
# Business days until money that was taken back may be used.
RETURN_DAYS = 5
TITLE = "STRIPE PAYOUT"


@dataclass(frozen=True, slots=True)
class Draft:
    """A payout that is about to be made."""

    amount: int
    currency: str
    destination: ExternalAccount
    source_type: str
    method: str = "standard"
    automatic: bool = False
    fee: int = 0
    original_id: str | None = None
    # When the money may be used that comes back with a negative amount.
    available_at: datetime | None = None
    meta: Metadata = field(default_factory=dict)
    details: Tree = field(default_factory=dict)
    id: str = field(default_factory=lambda: new_id("po"))


async def make(work: Work, draft: Draft) -> Payout:
    """Book a payout and have it submitted to the bank a moment later."""
    movement = Movement(
        type="payout",
        amount=-draft.amount,
        currency=draft.currency,
        source_id=draft.id,
        against=Book.PAYOUTS,
        fees=(Fee(draft.fee, "Instant payout fee"),) if draft.fee else (),
        available_at=draft.available_at,
        description=draft.details.get("description") or TITLE,
        source_type=draft.source_type,
        settled=draft.currency,
    )
    transaction = await booking.book(work, movement)
    instant = draft.method == "instant"
    payout = Payout(
        account_id=work.account_id,
        id=draft.id,
        livemode=work.livemode,
        created_at=work.now,
        status=PAYOUT.initial,
        amount=draft.amount,
        currency=draft.currency,
        automatic=draft.automatic,
        method=draft.method,
        source_type=draft.source_type,
        destination_id=draft.destination.id,
        type=draft.destination.type,
        arrival_at=work.now if instant else settlement.business_days_later(work.now, ARRIVES_AFTER_DAYS),
        fee=draft.fee,
        reconciliation_status="in_progress" if draft.automatic else "not_applicable",
        balance_transaction_id=transaction.id,
        failure_balance_transaction_id=None,
        failure_code=None,
        original_payout_id=draft.original_id,
        reversed_by_id=None,
        meta=draft.meta,
        details=draft.details,
    )
    work.add(payout)
    record(work, "payout.created", render(payout))
    go_on(work, payout)
    return payout


def go_on(work: Work, payout: Payout) -> None:
    """Have the next thing happen to a payout: each takes as long as the bank's days are made to last."""
    jobs.later(work, JOB, work.now + work.terms.settlement_delay, {"payout": payout.id})


def apply(work: Work, payout: Payout, fact: PayoutFact) -> None:
    """Let a fact happen to a payout, and tell it."""
    rule = PAYOUT.step(payout.status, fact)
    before = render(payout)
    payout.status = rule.target
    after = render(payout)
    assert rule.event is not None
    record(work, rule.event, after, changes(before, after) if rule.event == "payout.updated" else None)


def submit(work: Work, payout: Payout) -> None:
    """Hand a payout to the bank. By now it is known what an automatic one is made of."""
    if payout.reconciliation_status == "in_progress":
        before = render(payout)
        payout.reconciliation_status = "completed"
        after = render(payout)
        record(work, "payout.updated", after, changes(before, after))
        record(work, "payout.reconciliation_completed", after)
    apply(work, payout, PayoutFact.SUBMITTED)
    go_on(work, payout)


def pay(work: Work, payout: Payout) -> None:
    """Record that the bank has paid."""
    lines = [Line(Book.PAYOUTS, payout.currency, -payout.amount), Line(Book.BANK, payout.currency, payout.amount)]
    post(work, lines, reason="payout_paid")
    apply(work, payout, PayoutFact.PAID)


async def fail(work: Work, payout: Payout, code: str) -> None:
    """Record that the bank did not pay, or sent back what it had paid: the money is in the balance again."""
    against = Book.BANK if payout.status == PayoutStatus.PAID else Book.PAYOUTS
    payout.failure_code = code
    await _give_back(work, payout, "payout_failure", against)
    apply(work, payout, PayoutFact.FAILED)
    await external_accounts.fail(work, payout.destination_id)
    if payout.reversed_by_id is not None:
        await _cancel_reversal(work, payout.reversed_by_id)


async def cancel(work: Work, payout: Payout) -> None:
    """Take back a payout that the bank does not know of yet."""
    await _give_back(work, payout, "payout_cancel", Book.PAYOUTS)
    apply(work, payout, PayoutFact.CANCELED)


def returned_at(begun: datetime) -> datetime:
    """When money may be used that was begun to be taken back at a moment."""
    return settlement.business_days_later(begun, RETURN_DAYS)


async def _cancel_reversal(work: Work, id: str) -> None:
    """What has not arrived cannot be taken back."""
    reversal = await work.get(Payout, id, lock=True)
    if reversal is not None and PAYOUT.can(reversal.status, PayoutFact.CANCELED):
        await cancel(work, reversal)


async def _give_back(work: Work, payout: Payout, type: str, against: Book) -> None:
    """Undo what a payout did to the balance. What was not available yet is not missing before it would have been."""
    available_at = None
    if payout.amount < 0:
        available_at = max(work.now, returned_at(payout.created_at))
    movement = Movement(
        type=type,
        amount=payout.amount,
        currency=payout.currency,
        source_id=payout.id,
        against=against,
        fees=(Fee(-payout.fee, "Instant payout fee"),) if payout.fee else (),
        available_at=available_at,
        description=f"REFUND FOR PAYOUT ({payout.details.get('description') or TITLE})",
        source_type=payout.source_type,
        settled=payout.currency,
    )
    payout.failure_balance_transaction_id = (await booking.book(work, movement)).id
