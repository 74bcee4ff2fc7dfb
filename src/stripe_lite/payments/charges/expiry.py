"""Reservations that nobody captured in time: they are released, and the payment they belong to is given up."""

from datetime import datetime

from stripe_lite.bank.port import Answer, Void
from stripe_lite.core.errors import LockTimeout
from stripe_lite.core.ids import new_id
from stripe_lite.db.jobs import Job
from stripe_lite.db.work import Work
from stripe_lite.http.questions import Question
from stripe_lite.payments.charges import service as charges
from stripe_lite.payments.charges.machine import ChargeFact
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.payment_intents import service as intents
from stripe_lite.payments.payment_intents.machine import IntentFact
from stripe_lite.payments.payment_intents.model import PaymentIntent

EXPIRY = "expiry"
REASON = "expired"


async def expire(work: Work, job: Job) -> None:
    """Release a reservation whose time is over, unless it was captured or released before. Raises LockTimeout."""
    charge = await charges.retrieve(work, job.payload["charge"])
    intent = None
    if charge.payment_intent_id is not None:
        # The intent first, as everywhere: two that lock both in different orders would wait for each other.
        intent = await intents.retrieve(work, charge.payment_intent_id, lock=True)
    charge = await charges.held(work, charge.id)
    if intent is not None and intent.asking is not None:
        raise LockTimeout
    if charge.capture_before_at is None:
        return
    if charge.amount_captured:
        await _close(work, charge, intent)
        return
    charge.asking = EXPIRY
    if intent is not None:
        intent.asking = EXPIRY
    work.ask(_question(work, charge))


async def _close(work: Work, charge: Charge, intent: PaymentIntent | None) -> None:
    """What was taken in parts stays, and the rest is released."""
    await charges.capture(work, charge, 0)
    if intent is not None:
        intent.amount_capturable = 0
        intents.apply(work, intent, IntentFact.CAPTURED)


def _question(work: Work, charge: Charge) -> Question:
    terms = Void(account_id=work.account_id, ref=new_id("void"), at=work.now, of=charge.id)
    holds = [("charges", charge.id)]
    if charge.payment_intent_id is not None:
        holds.insert(0, ("payment_intents", charge.payment_intent_id))
    return Question(
        kind=EXPIRY,
        verb="void",
        terms=terms.model_dump(mode="json"),
        subject=("charge", charge.id),
        facts={"charge": charge.id, "intent": charge.payment_intent_id},
        holds=holds,
    )


async def record_expiry(work: Work, question: Question, answer: Answer) -> datetime | None:
    """Record that a reservation is over: whatever a bank says to its release, it can no longer be captured."""
    intent = None
    if question.facts["intent"] is not None:
        intent = await intents.retrieve(work, question.facts["intent"], lock=True)
        intent.asking = None
    charge = await charges.retrieve(work, question.facts["charge"], lock=True)
    charge.asking = None
    charges.release(work, charge, ChargeFact.EXPIRED)
    if intent is not None:
        intents.cancel_for_good(work, intent, REASON)
    return None
