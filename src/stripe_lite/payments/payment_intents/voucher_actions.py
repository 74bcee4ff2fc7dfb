"""Payments by voucher: handed out to the payer, and paid or expired later."""

from datetime import datetime

from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.ids import new_id
from stripe_lite.core.objects import Tree
from stripe_lite.db.jobs import Job
from stripe_lite.db.work import Work
from stripe_lite.payments import vouchers
from stripe_lite.payments.payment_intents import actions, attempts, options
from stripe_lite.payments.payment_intents import service as intents
from stripe_lite.payments.payment_intents.machine import IntentStatus
from stripe_lite.payments.payment_intents.model import PaymentIntent
from stripe_lite.payments.payment_methods import service as payment_methods
from stripe_lite.payments.payment_methods.model import PaymentMethod

JOB = "voucher"


def hand_out(work: Work, intent: PaymentIntent, method: PaymentMethod) -> Tree:
    """Make a voucher out, and note what will become of it."""
    settings = options.of_type(intent, method.type)
    expiry = vouchers.expires_at(method.type, settings, work.now)
    if expiry <= work.now:
        param = f"payment_method_options[{method.type}][expires_at]"
        raise InvalidRequest(f"Invalid {param}: it must be in the future.", param=param)
    shown, told = vouchers.make_out(method.type, settings, expiry, actions.page_url(work, intent))
    ending, at = vouchers.ending(method.type, settings, method.billing_details, work.now, expiry)
    intent.details = intent.details | {"voucher": told}
    _later(work, intent, ending, at)
    return _action(method.type, shown)


async def end(work: Work, job: Job) -> None:
    """The voucher was paid, or expired. One that was given up or paid before is left alone."""
    intent = await intents.retrieve(work, job.payload["intent"], lock=True)
    waits = intent.status == IntentStatus.REQUIRES_ACTION and intent.confirmations == job.payload["confirmation"]
    if not waits:
        return
    if job.payload["ending"] == "paid":
        await attempts.resume(work, intent, None)
        return
    method = await payment_methods.resolve(work, intent.payment_method_id or "")
    actions.give_up(work, intent, method, actions.VOUCHER_EXPIRED)


def _action(type: str, shown: Tree) -> Tree:
    kind = vouchers.VOUCHERS[type].action
    return {kind: shown, "type": kind}


def _later(work: Work, intent: PaymentIntent, ending: vouchers.Ending, at: datetime) -> None:
    work.add(
        Job(
            account_id=work.account_id,
            id=new_id("job"),
            livemode=intent.livemode,
            kind=JOB,
            created_at=work.now,
            run_at=at,
            payload={"intent": intent.id, "confirmation": intent.confirmations, "ending": ending},
        )
    )
