"""How a setup goes on, or fails, once its payer was led to what they had to do."""

from stripe_lite.core.errors import InvalidRequest
from stripe_lite.db.work import Work
from stripe_lite.payments import microdeposits
from stripe_lite.payments.microdeposits import Verdict
from stripe_lite.payments.payment_intents.actions import VERIFY
from stripe_lite.payments.payment_methods import service as payment_methods
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.setup_attempts import service as setup_attempts
from stripe_lite.payments.setup_attempts.model import SetupAttempt
from stripe_lite.payments.setup_intents import attempts
from stripe_lite.payments.setup_intents import service as intents
from stripe_lite.payments.setup_intents.machine import SetupFact, SetupStatus
from stripe_lite.payments.setup_intents.model import SetupIntent
from stripe_lite.payments.setup_intents.schema import SetupIntentVerifyParams

NOT_ACTIONABLE = "intent_invalid_state"


def authentication_failed() -> InvalidRequest:
    """The error for a payer who failed to prove who they are."""
    return InvalidRequest(
        "The latest attempt to set up the payment method has failed because authentication failed.",
        code="setup_intent_authentication_failure",
    )


def setup_failed() -> InvalidRequest:
    """The error for a payer who turned the setup down elsewhere."""
    return InvalidRequest("The latest attempt to set up the payment method has failed.", code="setup_attempt_failed")


async def complete(work: Work, intent: SetupIntent) -> None:
    """The payer did what they had to do: the bank is asked."""
    _refuse_unless_awaited(work, intent)
    await attempts.resume(work, intent, "authenticated")


async def fail(work: Work, intent: SetupIntent) -> None:
    """The payer failed the authentication, or turned the setup down."""
    _refuse_unless_awaited(work, intent)
    attempt = await setup_attempts.awaited(work, intent.latest_attempt_id)
    method = await payment_methods.resolve(work, intent.payment_method_id or "")
    error = authentication_failed() if method.type in ("card", "link") else setup_failed()
    give_up(work, intent, attempt, method, error)


def give_up(
    work: Work, intent: SetupIntent, attempt: SetupAttempt, method: PaymentMethod, error: InvalidRequest
) -> None:
    """The action failed for good: another payment method is needed."""
    attempts.note_failure(intent, attempt, method, error)
    intents.apply(work, intent, SetupFact.ACTION_FAILED)


async def verify(work: Work, id: str, params: SetupIntentVerifyParams) -> SetupIntent:
    """Prove by the small deposits that the bank account is the payer's; then it is set up."""
    intent = await intents.held(work, id, client_secret=params.client_secret)
    _refuse_unless_awaited(work, intent)
    if intent.details["next_action"]["type"] != VERIFY:
        raise intents.refuse(
            work, intent, "This SetupIntent waits for no verification by microdeposits.", code=NOT_ACTIONABLE
        )
    attempt = await setup_attempts.awaited(work, intent.latest_attempt_id)
    method = await payment_methods.resolve(work, intent.payment_method_id or "", lock=True)
    tries: int = intent.details.get("microdeposit_tries") or 0
    verdict = microdeposits.judge(params.amounts, params.descriptor_code, tries)
    if verdict is Verdict.RIGHT:
        method.verified = True
        intent.details = intent.details | {"microdeposit_tries": 0}
        await attempts.resume(work, intent, None)
        return intent
    error = microdeposits.failure(verdict, by_code=params.amounts is None)
    if verdict is Verdict.WRONG:
        intent.details = intent.details | {"microdeposit_tries": tries + 1}
    else:
        give_up(work, intent, attempt, method, error)
    error.extra["setup_intent"] = intents.seen(work, intent).tree()
    raise error


def _refuse_unless_awaited(work: Work, intent: SetupIntent) -> None:
    if intent.status != SetupStatus.REQUIRES_ACTION:
        raise intents.refuse(
            work,
            intent,
            f"This SetupIntent cannot be actioned on because it has a status of {intent.status}. Only a SetupIntent "
            'with one of the following statuses may be actioned on: ["requires_action"].',
            code=NOT_ACTIONABLE,
        )
