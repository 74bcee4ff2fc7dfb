"""How a setup ends whose payer lets the time pass."""

from datetime import datetime, timedelta

from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.objects import Tree
from stripe_lite.db import jobs
from stripe_lite.db.jobs import Job
from stripe_lite.db.work import Work
from stripe_lite.payments import app_payers, kinds, microdeposits
from stripe_lite.payments.app_payers import Ending
from stripe_lite.payments.microdeposits import Verdict
from stripe_lite.payments.payment_intents.actions import VERIFY
from stripe_lite.payments.payment_methods import service as payment_methods
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.setup_attempts import service as setup_attempts
from stripe_lite.payments.setup_attempts.model import SetupAttempt
from stripe_lite.payments.setup_intents import actions, attempts
from stripe_lite.payments.setup_intents import service as intents
from stripe_lite.payments.setup_intents.machine import SetupStatus
from stripe_lite.payments.setup_intents.model import SetupIntent

JOB = "setup_ending"


def expect(work: Work, attempt: SetupAttempt, method: PaymentMethod, action: Tree) -> None:
    """Note how an action will end by itself, and when, where there is an end to it."""
    kind = kinds.KINDS[method.type]
    if kind.app:
        expiry = app_payers.expires_at(method.type, {}, kind.life, work.now)
        settles = work.terms.settlement_delay
        behaviour = app_payers.behaviour(method.type, method.billing_details, work.now, expiry, settles)
        _later(work, attempt, behaviour.ending, behaviour.at)
        return
    life: timedelta | None = microdeposits.LIFE if action["type"] == VERIFY else kind.life
    if life is not None:
        _later(work, attempt, "expired", work.now + life)


async def end(work: Work, job: Job) -> None:
    """The payer agreed, or let the time pass. An attempt that went on or was given up meanwhile is left alone."""
    attempt = await setup_attempts.retrieve(work, job.payload["attempt"])
    intent = await intents.retrieve(work, attempt.setup_intent_id, lock=True)
    attempt = await setup_attempts.retrieve(work, attempt.id, lock=True)
    if intent.status != SetupStatus.REQUIRES_ACTION or intent.latest_attempt_id != attempt.id:
        return
    if job.payload.get("ending") == "paid":
        await attempts.resume(work, intent, None)
        return
    method = await payment_methods.resolve(work, attempt.payment_method_id)
    actions.give_up(work, intent, attempt, method, _reason(intent))


def _reason(intent: SetupIntent) -> InvalidRequest:
    if intent.details["next_action"]["type"] == VERIFY:
        return microdeposits.failure(Verdict.LATE, by_code=False)
    return InvalidRequest(
        "The latest attempt to set up the payment method has expired.", code="setup_intent_setup_attempt_expired"
    )


def _later(work: Work, attempt: SetupAttempt, ending: Ending, at: datetime) -> None:
    jobs.later(work, JOB, at, {"attempt": attempt.id, "ending": ending}, livemode=attempt.livemode)
