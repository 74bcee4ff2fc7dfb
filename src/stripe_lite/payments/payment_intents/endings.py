"""How a payment ends that waits for its payer: by itself, at a time that is known beforehand.

Test payers pay, decline or let the time pass as their e-mail address or telephone number says; on the payer's page
either can be chosen sooner.
"""

from datetime import datetime
from typing import Literal, TypeAlias

from stripe_lite.core.errors import InvalidRequest
from stripe_lite.db import jobs
from stripe_lite.db.jobs import Job
from stripe_lite.db.work import Work
from stripe_lite.payments.payment_intents import actions, attempts
from stripe_lite.payments.payment_intents import service as intents
from stripe_lite.payments.payment_intents.machine import IntentStatus
from stripe_lite.payments.payment_intents.model import PaymentIntent
from stripe_lite.payments.payment_methods import service as payment_methods

JOB = "voucher"

Ending: TypeAlias = Literal["paid", "expired", "failed"]


def later(work: Work, intent: PaymentIntent, ending: Ending, at: datetime, error: InvalidRequest | None = None) -> None:
    """Note how the payment will end, and when; `error` is why it fails."""
    told = {} if error is None else {"code": error.code, "message": error.message}
    jobs.later(
        work,
        JOB,
        at,
        {"intent": intent.id, "confirmation": intent.confirmations, "ending": ending} | told,
        livemode=intent.livemode,
    )


async def end(work: Work, job: Job) -> None:
    """The payer paid, declined, or let the time pass. A payment that was given up or paid before is left alone."""
    intent = await intents.retrieve(work, job.payload["intent"], lock=True)
    waits = intent.status == IntentStatus.REQUIRES_ACTION and intent.confirmations == job.payload["confirmation"]
    if not waits:
        return
    if job.payload["ending"] == "paid":
        await attempts.resume(work, intent, None)
        return
    method = await payment_methods.resolve(work, intent.payment_method_id or "")
    if job.payload["ending"] == "failed":
        error = InvalidRequest(job.payload["message"], code=job.payload["code"])
    else:
        error = actions.expired(method)
    actions.give_up(work, intent, method, error)
