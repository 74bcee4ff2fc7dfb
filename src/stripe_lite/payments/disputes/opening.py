"""How disputes and fraud warnings come about: the bank's test cards bring them soon after the money was taken."""

from datetime import timedelta

from stripe_lite.bank.facts import Outcome
from stripe_lite.bank.outcomes import OUTCOMES
from stripe_lite.core.ids import new_id
from stripe_lite.db import jobs
from stripe_lite.db.jobs import Job
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.payments.charges import service as charges
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.charges.schema import ChargeObject
from stripe_lite.payments.disputes import money
from stripe_lite.payments.disputes import service as disputes
from stripe_lite.payments.disputes.cases import CASES, Case
from stripe_lite.payments.disputes.machine import DISPUTE, INQUIRIES, DisputeFact, DisputeStatus
from stripe_lite.payments.disputes.model import Dispute
from stripe_lite.payments.disputes.schema import render
from stripe_lite.payments.early_fraud_warnings import service as fraud_warnings
from stripe_lite.payments.payment_methods.model import PaymentMethod

OPENING_JOB = "dispute_opening"
ANSWER_DAYS = 14


async def expect(work: Work, charge: ChargeObject) -> None:
    """After money was taken: let what the test card is known for happen soon."""
    outcome = await _outcome(work, charge.payment_method)
    if not charge.captured or outcome is None or not (outcome.disputed or outcome.fraud_warning):
        return
    jobs.later(work, OPENING_JOB, work.now, {"charge": charge.id})


async def open_due(work: Work, job: Job) -> None:
    """Open what the card of a charge is known for, unless all of it was given back meanwhile."""
    charge = await charges.held(work, job.payload["charge"])
    outcome = await _outcome(work, charge.payment_method_id)
    if outcome is None or charge.amount_refundable == 0:
        return
    if outcome.fraud_warning:
        fraud_warnings.warn(work, charge)
    if outcome.disputed is not None:
        case = CASES[outcome.disputed]
        for amount in _parts(charge.amount_refundable, case.parts):
            await _open(work, charge, case, amount)


async def _outcome(work: Work, payment_method_id: str | None) -> Outcome | None:
    method = await work.get(PaymentMethod, payment_method_id or "")
    return None if method is None else OUTCOMES.get(method.outcome)


def _parts(amount: int, number: int) -> list[int]:
    """The amount in so many parts, none of them zero."""
    share = amount // number
    return [part for part in (amount - share * (number - 1), *[share] * (number - 1)) if part]


async def _open(work: Work, charge: Charge, case: Case, amount: int) -> None:
    assert case.status in DISPUTE.born, f"no dispute is born {case.status}"
    last_day = work.now + timedelta(days=ANSWER_DAYS)
    dispute = Dispute(
        account_id=work.account_id,
        id=new_id("du"),
        livemode=work.livemode,
        created_at=work.now,
        status=case.status,
        amount=amount,
        currency=charge.currency,
        charge_id=charge.id,
        payment_intent_id=charge.payment_intent_id,
        reason=case.reason,
        due_by_at=None if case.final else last_day.replace(hour=23, minute=59, second=59, microsecond=0),
        details={"payment_method": _method(charge, case), "enhanced_eligibility": case.enhanced_eligibility},
    )
    work.add(dispute)
    charge.disputed = True
    if case.status not in INQUIRIES:
        await money.withdraw(work, dispute, charge)
    record(work, "charge.dispute.created", render(dispute, work.now))
    if dispute.withdrawn:
        record(work, "charge.dispute.funds_withdrawn", render(dispute, work.now))
        await fraud_warnings.settle(work, charge.id)
    if case.final:
        money.give_up(work, dispute)
        disputes.apply(work, dispute, DisputeFact.LOST)
    else:
        disputes.decide_later(work, dispute)


def _method(charge: Charge, case: Case) -> dict[str, object] | None:
    told = charge.details["payment_method_details"]
    if told["type"] != "card":
        return None
    brand: str = told["card"]["brand"]
    card = {
        "brand": brand,
        "case_type": case.case_type,
        "network_reason_code": None if case.codes is None else case.codes.get(brand),
    }
    return {"card": card, "type": "card"}


async def close_inquiries(work: Work, charge: ChargeObject) -> None:
    """After a refund: an inquiry about a charge that was given back as a whole has nothing left to ask for."""
    await fraud_warnings.settle_refunded(work, charge)
    if not (charge.disputed and charge.refunded):
        return
    for dispute in await disputes.open_of(work, charge.id):
        if dispute.status in (DisputeStatus.WARNING_NEEDS_RESPONSE, DisputeStatus.WARNING_UNDER_REVIEW):
            disputes.apply(work, dispute, DisputeFact.INQUIRY_CLOSED)
