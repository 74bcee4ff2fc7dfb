"""One attempt to set a payment method up: the question to the bank, and what its answer means."""

from datetime import datetime

from stripe_lite.bank.port import Answer, ThreeDSecureResult
from stripe_lite.core.errors import InvalidRequest, StripeError
from stripe_lite.core.objects import Tree
from stripe_lite.customers.customers import service as customers
from stripe_lite.db.work import Work
from stripe_lite.http.questions import Question
from stripe_lite.payments.payment_intents import authentication
from stripe_lite.payments.payment_methods import attachment, charging, generated
from stripe_lite.payments.payment_methods import service as payment_methods
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.payment_methods.schema import render as render_method
from stripe_lite.payments.setup_attempts import service as setup_attempts
from stripe_lite.payments.setup_attempts.machine import AttemptFact
from stripe_lite.payments.setup_attempts.model import SetupAttempt
from stripe_lite.payments.setup_intents import agreement, options
from stripe_lite.payments.setup_intents import service as intents
from stripe_lite.payments.setup_intents.machine import SetupFact, SetupStatus
from stripe_lite.payments.setup_intents.model import SetupIntent

SETUP = "setup"


class AttachedElsewhere(InvalidRequest):
    """While the bank was asked, another request attached the method to somebody else."""

    keeps_work = True


def start(
    work: Work,
    intent: SetupIntent,
    attempt: SetupAttempt,
    method: PaymentMethod,
    passed: ThreeDSecureResult | None = None,
) -> None:
    """Leave the question to the bank whether the method is good. `passed` is what a challenge just ended with."""
    result: ThreeDSecureResult | None = (
        passed or intent.details.get("authentication") or authentication.unchallenged(intent, method, off_session=False)
    )
    imported = intent.details.get("imported") if passed is None else None
    attempt.details = attempt.details | {"authentication": result, "imported": imported}
    intent.details = intent.details | {"authentication": None, "imported": None, "next_action": None}
    intents.apply(work, intent, SetupFact.ATTEMPT_STARTED)
    terms = charging.authorization(
        work,
        method,
        ref=attempt.id,
        amount=0,
        currency=attachment.VERIFICATION_CURRENCY,
        authentication=result,
    )
    work.ask(
        Question(
            kind=SETUP,
            verb="authorize",
            terms=terms.model_dump(mode="json"),
            subject=("setup_intent", intent.id),
            facts={"intent": intent.id, "attempt": attempt.id},
            holds=[("setup_intents", intent.id), ("setup_attempts", attempt.id), ("payment_methods", method.id)],
        )
    )


async def resume(work: Work, intent: SetupIntent, passed: ThreeDSecureResult | None) -> None:
    """Go on with the attempt that waited for an action of the payer's."""
    attempt = await setup_attempts.awaited(work, intent.latest_attempt_id)
    method = await payment_methods.resolve(work, intent.payment_method_id or "", watch=True)
    setup_attempts.apply(attempt, AttemptFact.ACTION_COMPLETED)
    start(work, intent, attempt, method, passed)


async def record_setup(work: Work, question: Question, answer: Answer) -> datetime | None:
    """Record what the bank said of an attempt. A declined method is raised, and stays on record."""
    intent = await intents.retrieve(work, question.facts["intent"], lock=True)
    attempt = await setup_attempts.retrieve(work, question.facts["attempt"], lock=True)
    if intent.status != SetupStatus.PROCESSING or intent.latest_attempt_id != attempt.id:
        return None
    method = await payment_methods.resolve(work, attempt.payment_method_id, lock=True)
    charging.learn(method, answer)
    setup_attempts.describe(attempt, intent, method, answer)
    match answer.result:
        case "approved":
            await _approved(work, intent, attempt, method)
        case "pending":
            return answer.recheck_at or datetime.max.replace(tzinfo=work.now.tzinfo)
        case "declined" | "not_found":
            raise _refused(work, intent, attempt, method, charging.refusal(answer))
    return None


async def _approved(work: Work, intent: SetupIntent, attempt: SetupAttempt, method: PaymentMethod) -> None:
    if method.customer_id not in (None, intent.customer_id) or method.spent:
        error = AttachedElsewhere("The payment method you provided has already been attached to a customer.")
        raise _refused(work, intent, attempt, method, error)
    kept = generated.debit_of(work, method, setup_attempt=attempt.id) or method
    if options.usage(intent, method.type) == "off_session" and intent.details.get("single_use") is None:
        kept.set_up = True
    mandate = agreement.conclude(work, intent, kept)
    if kept is not method:
        told = generated.told(kept, None if mandate is None else mandate.id)
        setup_attempts.add_details(attempt, method.type, told)
        charging.spend(method)
    await _give(work, intent, kept)
    setup_attempts.apply(attempt, AttemptFact.SUCCEEDED)
    intents.apply(work, intent, SetupFact.APPROVED)


async def _give(work: Work, intent: SetupIntent, kept: PaymentMethod) -> None:
    """Let what was set up be its customer's, the account's own, or kept for whom it will be attached to."""
    if intent.customer_id is not None:
        # Locked, so that deleting the customer comes before this, and is seen, or after, and detaches it again.
        customer = await customers.retrieve(work, intent.customer_id, lock=True)
        if kept.customer_id is None and not customer.deleted:
            attachment.attach_now(work, kept, intent.customer_id)
    elif intent.attach_to_self:
        charging.spend(kept)  # No customer pays with it.
    elif intent.details.get("single_use") is None:
        charging.keep_for_customer(kept)


def _refused(
    work: Work, intent: SetupIntent, attempt: SetupAttempt, method: PaymentMethod, error: StripeError
) -> StripeError:
    """The attempt failed: another payment method is needed. The error is to be raised, and carries the intent."""
    note_failure(intent, attempt, method, error)
    intents.apply(work, intent, SetupFact.DECLINED)
    error.extra["payment_method"] = render_method(method).tree()
    error.extra["setup_intent"] = intents.seen(work, intent).tree()
    return error


def note_failure(intent: SetupIntent, attempt: SetupAttempt, method: PaymentMethod, error: StripeError) -> None:
    """Take the method that failed from its intent, and remember why."""
    told: Tree = error.body() | {"payment_method": render_method(method).tree()}
    setup_attempts.fail(attempt, told)
    intent.payment_method_id = None
    intent.details = intent.details | {"last_setup_error": told, "microdeposit_tries": 0, "next_action": None}
