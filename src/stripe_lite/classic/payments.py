"""Paying through the tutorial APIs: the machine of all payments, told in fewer states and with an event of its own."""

from enum import StrEnum
from typing import assert_never

from stripe_lite.core.errors import UnexpectedState
from stripe_lite.core.objects import Tree
from stripe_lite.db.plan import Reaction
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.payments.payment_intents import confirmation
from stripe_lite.payments.payment_intents import service as intents
from stripe_lite.payments.payment_intents.machine import IntentStatus
from stripe_lite.payments.payment_intents.model import PaymentIntent
from stripe_lite.payments.payment_intents.schema import (
    PaymentIntentConfirmParams,
    PaymentIntentCreateParams,
    PaymentIntentObject,
    render,
)

# What is paid with where the tutorial's client names nothing: a card that the bank declines only by bad luck.
DEFAULT_PAYMENT_METHOD = "pm_card_visa"
# The name that the tutorials gave to what Stripe calls `payment_intent.payment_failed`.
FAILED = "payment_intent.failed"
# In an intent's details: it was confirmed here, so that its failure is told under that name too.
MARK = "classic"


class ClassicStatus(StrEnum):
    """The life of a payment as the tutorials tell it."""

    CREATED = "created"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


def status_of(intent: Tree) -> ClassicStatus:
    """Where a payment intent, as Stripe's API shows it, stands in the tutorials' life."""
    status = IntentStatus(intent["status"])
    match status:
        case IntentStatus.REQUIRES_PAYMENT_METHOD if intent["last_payment_error"] is not None:
            return ClassicStatus.FAILED
        case IntentStatus.REQUIRES_PAYMENT_METHOD | IntentStatus.REQUIRES_CONFIRMATION:
            return ClassicStatus.CREATED
        case IntentStatus.REQUIRES_ACTION | IntentStatus.PROCESSING | IntentStatus.REQUIRES_CAPTURE:
            return ClassicStatus.PROCESSING
        case IntentStatus.SUCCEEDED:
            return ClassicStatus.SUCCEEDED
        case IntentStatus.CANCELED:
            return ClassicStatus.FAILED
        case _:
            assert_never(status)


async def confirm(work: Work, id: str, payment_method: str | None) -> PaymentIntentObject:
    """Start a payment intent's only attempt; raises UnexpectedState unless it was just created."""
    intent = await intents.held(work, id)
    status = status_of(render(intent).tree())
    if status != ClassicStatus.CREATED:
        raise UnexpectedState(
            f"You cannot confirm this payment intent because its status is {status}; only one that is "
            f"{ClassicStatus.CREATED} may be confirmed. Create a new one to try again.",
            code=intents.UNEXPECTED,
        )
    await _attempt(work, intent, payment_method)
    return render(intent)


async def charge(work: Work, params: PaymentIntentCreateParams) -> PaymentIntentObject:
    """Create a payment intent and start its only attempt."""
    intent = await intents.create(work, params)
    await _attempt(work, intent, None)
    return render(intent)


async def tell_failure(work: Work, failed: PaymentIntentObject) -> None:
    """Record the tutorials' event beside Stripe's, of an intent that was confirmed here."""
    intent = await intents.retrieve(work, failed.id)
    if intent.details.get(MARK):
        record(work, FAILED, failed)


async def _attempt(work: Work, intent: PaymentIntent, payment_method: str | None) -> None:
    """A payer who would have to authenticate has no page to do so in these APIs: the attempt fails instead."""
    intent.details = intent.details | {MARK: True}
    chosen = payment_method or (DEFAULT_PAYMENT_METHOD if intent.payment_method_id is None else None)
    given = {"error_on_requires_action": True} | ({} if chosen is None else {"payment_method": chosen})
    await confirmation.confirm(work, intent.id, PaymentIntentConfirmParams.model_validate(given))


REACTIONS: dict[str, tuple[Reaction, ...]] = {"payment_intent.payment_failed": (tell_failure,)}
