"""One attempt to be paid: the question to the bank, and what its answer means for charge and intent."""

from datetime import datetime

from stripe_lite.bank.port import Answer, ThreeDSecureResult
from stripe_lite.core.objects import Tree
from stripe_lite.db.work import Work
from stripe_lite.http.questions import Question
from stripe_lite.payments import kinds
from stripe_lite.payments.charges import service as charges
from stripe_lite.payments.charges.machine import ChargeStatus
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.charges.service import Attempt
from stripe_lite.payments.mandates import service as mandates
from stripe_lite.payments.payment_intents import agreement, authentication, options
from stripe_lite.payments.payment_intents import service as intents
from stripe_lite.payments.payment_intents.machine import IntentFact, IntentStatus
from stripe_lite.payments.payment_intents.model import PaymentIntent
from stripe_lite.payments.payment_methods import attachment, charging, generated
from stripe_lite.payments.payment_methods import service as payment_methods
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.payment_methods.schema import render as render_method
from stripe_lite.payments.refunds import waiting as waiting_refunds

PAYMENT = "payment"

# What a charge takes over from its intent.
CHARGE_DETAILS = (
    "description",
    "payment_method_options",
    "radar_options",
    "receipt_email",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
)


async def start(
    work: Work, intent: PaymentIntent, method: PaymentMethod, passed: ThreeDSecureResult | None = None
) -> Charge:
    """Write the attempt down and leave the question to the bank. `passed` is what a challenge just ended with."""
    consent = intent.details.get("consent") or {}
    off_session: bool = consent.get("off_session", False)
    result: ThreeDSecureResult | None = (
        passed
        or intent.details.get("authentication")
        or authentication.unchallenged(intent, method, off_session=off_session)
    )
    intents.apply(work, intent, IntentFact.ATTEMPT_STARTED)
    more: Tree = {"authentication": result, "voucher": intent.details.get("voucher")}
    if passed is None:
        more["imported"] = intent.details.get("imported")
    more["mandate"] = (intent.details.get("agreement") or {}).get("mandate")
    charge = begin(work, intent, method, more)
    intent.details = intent.details | {"authentication": None, "imported": None, "next_action": None}
    terms = charging.authorization(
        work,
        method,
        ref=charge.id,
        amount=charge.amount,
        currency=charge.currency,
        capture=options.capture_method(intent, method.type) != "manual",
        off_session=off_session,
        authentication=result,
    )
    work.ask(
        Question(
            kind=PAYMENT,
            verb="authorize",
            terms=terms.model_dump(mode="json"),
            subject=("payment_intent", intent.id),
            facts={"intent": intent.id, "charge": charge.id},
            holds=[("payment_intents", intent.id), ("charges", charge.id), ("payment_methods", method.id)],
        )
    )
    return charge


def begin(work: Work, intent: PaymentIntent, method: PaymentMethod, more: Tree) -> Charge:
    """Write down the charge of an attempt; `more` is what it knows beside what it takes over from its intent."""
    kept = {name: intent.details[name] for name in CHARGE_DETAILS if intent.details.get(name) is not None}
    charge = charges.begin(
        work,
        Attempt(
            amount=intent.amount,
            currency=intent.currency,
            payment_method=method,
            payment_intent_id=intent.id,
            customer_id=intent.customer_id,
            transfer_group=intent.transfer_group,
            metadata=dict(intent.meta),
            details=kept | more,
        ),
    )
    if options.future_usage(intent, method.type) is None:
        charging.spend(method)
    intent.latest_charge_id = charge.id
    return charge


async def resume(work: Work, intent: PaymentIntent, passed: ThreeDSecureResult | None) -> Charge:
    """Start the attempt that waited for an action of the payer's."""
    method = await payment_methods.resolve(work, intent.payment_method_id or "", watch=True)
    return await start(work, intent, method, passed)


async def record_payment(work: Work, question: Question, answer: Answer) -> datetime | None:
    """Record what the bank said of an attempt. A declined card is raised, and stays on record."""
    intent = await intents.retrieve(work, question.facts["intent"], lock=True)
    charge = await charges.retrieve(work, question.facts["charge"], lock=True)
    if charge.status != ChargeStatus.PENDING or intent.status != IntentStatus.PROCESSING:
        return None  # Canceled meanwhile, and released at the bank.
    method = await payment_methods.resolve(work, charge.payment_method_id or "", lock=True)
    charging.learn(method, answer)
    match answer.result:
        case "approved":
            await _approved(work, intent, charge, method, question, answer)
        case "pending":
            await _pending(work, intent, charge, method, answer)
            return answer.recheck_at or datetime.max.replace(tzinfo=work.now.tzinfo)
        case "declined" | "not_found":
            await _declined(work, intent, charge, method, answer)
    return None


async def _approved(
    work: Work, intent: PaymentIntent, charge: Charge, method: PaymentMethod, question: Question, answer: Answer
) -> None:
    capture: bool = question.terms["capture"]
    mandate_before: str | None = charge.details.get("mandate")
    _keep_method(work, intent, charge, method)
    intent.details = intent.details | {"processing": None}
    # What is booked of a card is told later where the capture is asynchronous; a debit has waited long enough.
    announced = kinds.KINDS[method.type].debit or options.capture_method(intent, method.type) != "automatic_async"
    await charges.approve(work, charge, method, answer, capture=capture, announced=announced)
    if review := charge.details.get("review"):
        intent.details = intent.details | {"review": review}
    if capture:
        intent.amount_received = charge.amount
        intents.apply(work, intent, IntentFact.PAID)
        await waiting_refunds.send(work, charge)
    else:
        intent.amount_capturable = charge.amount
        intents.apply(work, intent, IntentFact.AUTHORIZED)
    await mandates.paid(work, mandate_before)


def _keep_method(work: Work, intent: PaymentIntent, charge: Charge, method: PaymentMethod) -> None:
    """What the payer did for this payment counts for later ones, where the method is kept for them."""
    usage = options.future_usage(intent, method.type)
    kept = method if usage is None else generated.debit_of(work, method, charge=charge.id) or method
    mandate = agreement.conclude(work, intent, charge, kept, keeps=usage is not None)
    if kept is not method:
        told = generated.told(kept, None if mandate is None else mandate.id)
        charge.details = charge.details | {"generated": told}
    elif mandate is not None:
        charge.details = charge.details | {"mandate": mandate.id}
    if usage is None:
        return
    if usage == "off_session":
        kept.set_up = True
    if intent.customer_id is not None and kept.customer_id is None:
        attachment.attach_now(work, kept, intent.customer_id)


async def _pending(work: Work, intent: PaymentIntent, charge: Charge, method: PaymentMethod, answer: Answer) -> None:
    if charge.details.get("payment_method_details") is not None:
        return  # Said before: the bank only took longer than it had announced.
    _keep_method(work, intent, charge, method)
    await charges.await_settlement(work, charge, method, answer)
    intents.apply(work, intent, IntentFact.SETTLEMENT_AWAITED)


async def _declined(work: Work, intent: PaymentIntent, charge: Charge, method: PaymentMethod, answer: Answer) -> None:
    await waiting_refunds.cancel(work, charge)
    await charges.decline(work, charge, method, answer)
    error = charges.refusal(charge, answer, {"payment_method": render_method(method).tree()})
    intent.payment_method_id = None
    intent.details = intent.details | {"last_payment_error": _kept(error.body()), "processing": None}
    intents.apply(work, intent, IntentFact.DECLINED)
    await mandates.failed(work, charge.details.get("mandate"), method, answer.code)
    error.extra["payment_intent"] = intents.seen(work, intent).tree()
    raise error


def _kept(body: Tree) -> Tree:
    """The error as the intent remembers it."""
    return {name: value for name, value in body.items() if value is not None}
