"""What can be done with disputes, and how they are decided."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select

from stripe_lite.core import metadata
from stripe_lite.core.errors import InvalidRequest, ResourceMissing
from stripe_lite.core.lists import ListObject
from stripe_lite.core.objects import Tree, changes
from stripe_lite.db import jobs
from stripe_lite.db.filters import created_between
from stripe_lite.db.jobs import Job
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.payments.charges import service as charges
from stripe_lite.payments.disputes import eligibility, money
from stripe_lite.payments.disputes.machine import DISPUTE, INQUIRIES, OPEN, DisputeFact, DisputeStatus
from stripe_lite.payments.disputes.model import Dispute
from stripe_lite.payments.disputes.schema import (
    ANSWERABLE,
    FILES,
    DisputeListParams,
    DisputeObject,
    DisputeUpdateParams,
    render,
)

DECISION_JOB = "dispute_decision"
EVIDENCE_CHARACTERS_MAX = 150_000

# What decides a dispute in test mode, written into the evidence as `uncategorized_text`.
WINNING, LOSING, ESCALATING = "winning_evidence", "losing_evidence", "escalate_inquiry_evidence"


async def retrieve(work: Work, id: str, *, param: str = "dispute", lock: bool = False) -> Dispute:
    """The dispute with this id."""
    dispute = await work.get(Dispute, id, lock=lock)
    if dispute is None:
        raise ResourceMissing("dispute", id, param=param)
    return dispute


async def show(work: Work, id: str) -> DisputeObject:
    """The dispute as clients see it."""
    return render(await retrieve(work, id), work.now)


async def of_charge(work: Work, charge_id: str) -> str:
    """The id of the charge's newest dispute."""
    await charges.retrieve(work, charge_id)
    newest = select(Dispute).where(Dispute.account_id == work.account_id, Dispute.charge_id == charge_id)
    dispute = await work.one(newest.order_by(Dispute.id.desc()))
    if dispute is None:
        raise ResourceMissing("dispute for charge", charge_id, param="charge")
    return dispute.id


async def open_of(work: Work, charge_id: str) -> Sequence[Dispute]:
    """The charge's disputes that are not decided, locked."""
    undecided = select(Dispute).where(
        Dispute.account_id == work.account_id,
        Dispute.charge_id == charge_id,
        Dispute.status.in_((*INQUIRIES, *OPEN)),
    )
    return await work.all(undecided.order_by(Dispute.id), lock=True)


async def listed(work: Work, params: DisputeListParams) -> ListObject[DisputeObject]:
    """The account's disputes, newest first."""
    conditions: list[ColumnElement[bool]] = created_between(Dispute, params.created)
    if params.charge is not None:
        conditions.append(Dispute.charge_id == params.charge)
    if params.payment_intent is not None:
        conditions.append(Dispute.payment_intent_id == params.payment_intent)
    page = await work.page(Dispute, params, *conditions)
    return ListObject(data=[render(row, work.now) for row in page.rows], has_more=page.has_more, url="/v1/disputes")


async def update(work: Work, id: str, params: DisputeUpdateParams) -> DisputeObject:
    """Answer a dispute with evidence, as a draft or for good, or change its metadata."""
    dispute = await retrieve(work, id, lock=True)
    before = render(dispute, work.now)
    if params.given("metadata"):
        dispute.meta = metadata.merge(dispute.meta, params.metadata)
    if params.evidence is not None:
        _check_answerable(dispute)
        dispute.evidence = _merged(dispute.evidence, params.evidence)
    submits = params.submit if params.submit is not None else bool(params.evidence)
    if submits:
        _submit(work, dispute, before)
    else:
        after = render(dispute, work.now)
        if previous := changes(before, after):
            record(work, "charge.dispute.updated", after, previous)
    return render(dispute, work.now)


async def close(work: Work, id: str) -> DisputeObject:
    """Give in: a dispute is lost, an inquiry is closed."""
    dispute = await retrieve(work, id)
    charge = await charges.retrieve(work, dispute.charge_id, lock=True)
    dispute = await retrieve(work, id, lock=True)
    if dispute.status not in ANSWERABLE:
        reviewed = dispute.status in (DisputeStatus.UNDER_REVIEW, DisputeStatus.WARNING_UNDER_REVIEW)
        problem = "is under review, and can no longer be closed" if reviewed else "is already closed"
        raise InvalidRequest(f"This dispute {problem}.", param="dispute")
    await _decide(work, dispute, charge.id, DisputeFact.LOST)
    return render(dispute, work.now)


def apply(work: Work, dispute: Dispute, fact: DisputeFact, before: DisputeObject | None = None) -> None:
    """Let a fact happen to a dispute, and tell it; `before` is what it was, where more than the status changed."""
    rule = DISPUTE.step(dispute.status, fact)
    before = before or render(dispute, work.now)
    dispute.status = rule.target
    after = render(dispute, work.now)
    if rule.event is not None:
        record(work, rule.event, after, changes(before, after) if rule.event.endswith(".updated") else None)


def decide_later(work: Work, dispute: Dispute, *, at: datetime | None = None) -> None:
    """Look at the dispute again when its time is over, or earlier."""
    run_at = at or dispute.due_by_at
    assert run_at is not None
    jobs.later(work, DECISION_JOB, run_at, {"dispute": dispute.id})


async def decide_due(work: Work, job: Job) -> None:
    """Decide a dispute by its evidence; without any it is lost when its time is over."""
    found = await retrieve(work, job.payload["dispute"])
    charge = await charges.retrieve(work, found.charge_id, lock=True)
    dispute = await retrieve(work, found.id, lock=True)
    fact = _verdict(work, dispute)
    if fact is not None:
        await _decide(work, dispute, charge.id, fact)


def _verdict(work: Work, dispute: Dispute) -> DisputeFact | None:
    if dispute.status in ANSWERABLE:
        over = dispute.due_by_at is not None and dispute.due_by_at <= work.now
        return DisputeFact.LOST if over else None
    if dispute.status not in (DisputeStatus.UNDER_REVIEW, DisputeStatus.WARNING_UNDER_REVIEW):
        return None
    match str(dispute.evidence.get("uncategorized_text") or "").strip():
        case text if text == ESCALATING and dispute.status in INQUIRIES:
            return DisputeFact.ESCALATED
        case text if text == WINNING:
            return DisputeFact.WON
        case text if text == LOSING:
            return DisputeFact.LOST
        case _:
            return None


async def _decide(work: Work, dispute: Dispute, charge_id: str, fact: DisputeFact) -> None:
    """Carry a decision out; the charge is locked. What is being refunded as a whole is not withdrawn on top of that."""
    charge = await charges.retrieve(work, charge_id, lock=True)
    before = render(dispute, work.now)
    if fact is DisputeFact.ESCALATED and charge.amount_refundable:
        _reopen(dispute)
        await money.withdraw(work, dispute, charge)
        apply(work, dispute, fact, before)
        record(work, "charge.dispute.funds_withdrawn", render(dispute, work.now))
        decide_later(work, dispute)
    elif dispute.status in INQUIRIES:
        apply(work, dispute, DisputeFact.INQUIRY_CLOSED)
    elif fact is DisputeFact.WON:
        await money.reinstate(work, dispute, charge)
        apply(work, dispute, fact)
        record(work, "charge.dispute.funds_reinstated", render(dispute, work.now))
    else:
        money.give_up(work, dispute)
        apply(work, dispute, fact)


def _reopen(dispute: Dispute) -> None:
    """An inquiry that became a chargeback wants evidence anew."""
    dispute.evidence = {}
    dispute.submission_count = 0
    told: Tree | None = dispute.details.get("payment_method")
    if told is not None:
        card = told["card"] | {"case_type": "chargeback"}
        dispute.details = dispute.details | {"payment_method": told | {"card": card}}


def _submit(work: Work, dispute: Dispute, before: DisputeObject) -> None:
    _check_answerable(dispute)
    if not dispute.evidence:
        raise InvalidRequest("There is no evidence to submit.", param="evidence")
    if eligibility.waits_for_fee(dispute.details.get("enhanced_eligibility") or {}, dispute.evidence):
        raise InvalidRequest(
            "Answering a Visa compliance dispute costs a fee of the network's: acknowledge it by `fee_acknowledged`.",
            param="evidence[enhanced_evidence][visa_compliance][fee_acknowledged]",
        )
    dispute.submission_count += 1
    apply(work, dispute, DisputeFact.EVIDENCE_SENT, before)
    decide_later(work, dispute, at=work.now)


def _check_answerable(dispute: Dispute) -> None:
    if dispute.status not in ANSWERABLE:
        raise InvalidRequest(
            f"This dispute has a status of {dispute.status}: its evidence can no longer be changed.", param="evidence"
        )


def _merged(kept: Tree, given: Tree) -> Tree:
    for name in FILES:
        if given.get(name):
            raise ResourceMissing("file upload", given[name], param=f"evidence[{name}]")
    merged = {name: value for name, value in (kept | given).items() if value not in (None, "")}
    if sum(len(value) for value in merged.values() if isinstance(value, str)) > EVIDENCE_CHARACTERS_MAX:
        raise InvalidRequest(f"The evidence may have {EVIDENCE_CHARACTERS_MAX} characters in all.", param="evidence")
    return merged
