"""What a payer can do with what they were led to, for payments and for setups alike."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from stripe_lite.core.objects import StripeObject
from stripe_lite.db.work import Work
from stripe_lite.payments.intents import Intent
from stripe_lite.payments.payment_intents import actions as payment_actions
from stripe_lite.payments.payment_intents import funding
from stripe_lite.payments.payment_intents import service as payment_intents
from stripe_lite.payments.payment_intents.machine import IntentStatus
from stripe_lite.payments.payment_intents.model import PaymentIntent
from stripe_lite.payments.payment_intents.schema import PaymentIntentVerifyParams
from stripe_lite.payments.payment_intents.schema import render_for_client as render_payment
from stripe_lite.payments.setup_intents import actions as setup_actions
from stripe_lite.payments.setup_intents import service as setup_intents
from stripe_lite.payments.setup_intents.machine import SetupStatus
from stripe_lite.payments.setup_intents.model import SetupIntent
from stripe_lite.payments.setup_intents.schema import SetupIntentVerifyParams
from stripe_lite.payments.setup_intents.schema import render_for_client as render_setup

Outcome: TypeAlias = Literal["complete", "fail"]
Standing: TypeAlias = Literal["succeeded", "pending", "failed"]


@dataclass(frozen=True, slots=True)
class Deposits:
    """What a payer found on their account: two amounts, or the code beside one."""

    amounts: list[int] | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """How one sort of intent goes on, and what the pages say of it."""

    noun: str
    finish: Callable[[Work, str, str, Outcome], Awaitable[StripeObject]]
    verify: Callable[[Work, str, str, Deposits], Awaitable[StripeObject]]
    endings: dict[Standing, tuple[str, str]]


async def _finish_payment(work: Work, id: str, secret: str, outcome: Outcome) -> StripeObject:
    intent = await payment_intents.held(work, id, client_secret=secret)
    if outcome == "fail":
        await payment_actions.fail(work, intent)
    elif funding.waits(intent):
        await funding.transfer_rest(work, intent)
    else:
        await payment_actions.complete(work, intent)
    return payment_intents.seen(work, intent)


async def _verify_payment(work: Work, id: str, secret: str, found: Deposits) -> StripeObject:
    params = PaymentIntentVerifyParams(client_secret=secret, amounts=found.amounts, descriptor_code=found.code)
    return payment_intents.seen(work, await payment_actions.verify(work, id, params))


async def _finish_setup(work: Work, id: str, secret: str, outcome: Outcome) -> StripeObject:
    intent = await setup_intents.held(work, id, client_secret=secret)
    await (setup_actions.complete if outcome == "complete" else setup_actions.fail)(work, intent)
    return setup_intents.seen(work, intent)


async def _verify_setup(work: Work, id: str, secret: str, found: Deposits) -> StripeObject:
    params = SetupIntentVerifyParams(client_secret=secret, amounts=found.amounts, descriptor_code=found.code)
    return setup_intents.seen(work, await setup_actions.verify(work, id, params))


PAYMENT = Flow(
    "payment_intent",
    _finish_payment,
    _verify_payment,
    {
        "succeeded": ("Payment complete", "The shop has been told. You can close this window."),
        "failed": ("Payment not completed", "Nothing was charged. Go back to the shop to try again."),
        "pending": ("Payment under way", "Your bank is working on it. You can close this window."),
    },
)
SETUP = Flow(
    "setup_intent",
    _finish_setup,
    _verify_setup,
    {
        "succeeded": ("Payment method saved", "The shop has been told. You can close this window."),
        "failed": ("Payment method not saved", "Nothing was saved. Go back to the shop to try again."),
        "pending": ("Almost saved", "Your bank is working on it. You can close this window."),
    },
)


def of(intent: Intent) -> Flow:
    """How this intent goes on."""
    return SETUP if isinstance(intent, SetupIntent) else PAYMENT


def shown(intent: Intent) -> StripeObject:
    """The intent as its payer may see it."""
    return render_setup(intent) if isinstance(intent, SetupIntent) else render_payment(intent)


def waits(intent: Intent) -> bool:
    """Whether the payer has something to do."""
    return intent.status in (IntentStatus.REQUIRES_ACTION, SetupStatus.REQUIRES_ACTION)


def standing(intent: Intent) -> Standing:
    """How the intent stands, in the words that are put behind the `return_url`."""
    match intent.status:
        case IntentStatus.SUCCEEDED | IntentStatus.REQUIRES_CAPTURE:
            return "succeeded"
        case IntentStatus.REQUIRES_CONFIRMATION if isinstance(intent, PaymentIntent):
            return "succeeded"
        case IntentStatus.PROCESSING | IntentStatus.REQUIRES_ACTION:
            return "pending"
    return "failed"
