"""Taking what was reserved, and giving a payment up: both may have to ask the bank."""

from datetime import datetime

from stripe_lite.bank.port import Answer, Capture, Void
from stripe_lite.core import metadata, money
from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.ids import new_id
from stripe_lite.core.objects import changes
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.http.questions import Question
from stripe_lite.payments.charges import service as charges
from stripe_lite.payments.charges.machine import ChargeFact, ChargeStatus
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.charges.schema import render as render_charge
from stripe_lite.payments.payment_intents import checks, options
from stripe_lite.payments.payment_intents import service as intents
from stripe_lite.payments.payment_intents.machine import PAYMENT_INTENT, IntentFact, IntentStatus
from stripe_lite.payments.payment_intents.model import PaymentIntent
from stripe_lite.payments.payment_intents.schema import PaymentIntentCancelParams, PaymentIntentCaptureParams
from stripe_lite.payments.payment_methods import service as payment_methods
from stripe_lite.payments.refunds import waiting as waiting_refunds

CAPTURE = "capture"
CANCELLATION = "cancellation"
CAPTURES_MAX = 50


async def capture(work: Work, id: str, params: PaymentIntentCaptureParams) -> PaymentIntent:
    """Take the reserved amount, or part of it."""
    intent = await intents.held(work, id)
    if not PAYMENT_INTENT.can(intent.status, IntentFact.CAPTURED):
        raise intents.refuse(
            work,
            intent,
            f"This PaymentIntent could not be captured because it has a status of {intent.status}. Only a "
            "PaymentIntent with one of the following statuses may be captured: requires_capture.",
        )
    amount = intent.amount_capturable if params.amount_to_capture is None else params.amount_to_capture
    _check_amount(intent, amount, final=params.final_capture)
    if params.statement_descriptor is not None:
        method = await payment_methods.resolve(work, intent.payment_method_id or "")
        checks.check_card_descriptor(method)
    if params.given("metadata"):
        intent.meta = metadata.merge(intent.meta, params.metadata)
    intent.details = intent.details | intents.stored(params.sent(), intent)
    if params.amount_details is not None:
        intents.break_down(intent, params.amount_details, amount)
    if amount == 0:
        charge = await charges.held(work, intent.latest_charge_id or "")
        await _captured(work, intent, charge, 0, final=True)
        return intent
    if intent.details.get("captures", 0) >= CAPTURES_MAX:
        raise InvalidRequest(
            f"A PaymentIntent may be captured {CAPTURES_MAX} times at most. Capture it with amount_to_capture=0 to "
            "release the rest.",
            code="payment_intent_invalid_parameter",
        )
    intent.asking = CAPTURE
    _ask_capture(work, intent, amount, final=params.final_capture)
    return intent


def _check_amount(intent: PaymentIntent, amount: int, *, final: bool) -> None:
    # Nothing more may be taken after some parts were: that releases the rest.
    least = 0 if final and intent.amount_received > 0 else 1
    if amount < least:
        raise InvalidRequest(
            f"This value must be greater than or equal to {least}.",
            code="parameter_invalid_integer",
            param="amount_to_capture",
        )
    if amount > intent.amount_capturable:
        raise InvalidRequest(
            "The provided amount must be less than or equal to the capturable amount of the PaymentIntent.",
            code="amount_too_large",
            param="amount_to_capture",
        )
    money.check_step(amount, intent.currency, "amount_to_capture")
    if not final and not _multicapture(intent):
        raise InvalidRequest(
            "This PaymentIntent was not authorized for several captures: ask for it with "
            "payment_method_options[card][request_multicapture].",
            param="final_capture",
        )


def _multicapture(intent: PaymentIntent) -> bool:
    return options.of_card(intent).get("request_multicapture") == "if_available"


def _ask_capture(work: Work, intent: PaymentIntent, amount: int, *, final: bool) -> None:
    terms = Capture(
        account_id=work.account_id,
        ref=new_id("cap"),
        at=work.now,
        of=intent.latest_charge_id or "",
        amount=amount,
        currency=intent.currency,
        final=final,
    )
    work.ask(
        Question(
            kind=CAPTURE,
            verb="capture",
            terms=terms.model_dump(mode="json"),
            subject=("payment_intent", intent.id),
            facts={"intent": intent.id},
            holds=[("payment_intents", intent.id), ("charges", intent.latest_charge_id or "")],
        )
    )


async def record_capture(work: Work, question: Question, answer: Answer) -> datetime | None:
    """Record that the bank paid out what was reserved."""
    intent = await intents.retrieve(work, question.facts["intent"], lock=True)
    charge = await charges.retrieve(work, intent.latest_charge_id or "", lock=True)
    intent.asking = None
    if answer.result != "approved":
        raise intents.not_granted(work, intent, "captured", answer.message)
    await _captured(work, intent, charge, question.terms["amount"], final=question.terms["final"])
    return None


async def _captured(work: Work, intent: PaymentIntent, charge: Charge, amount: int, *, final: bool) -> None:
    before = render_charge(charge)
    charge.meta = charge.meta | intent.meta
    charges.restate(charge, {name: value for name, value in intent.details.items() if value is not None})
    await charges.capture(work, charge, amount, final=final or amount == intent.amount_capturable)
    intent.amount_received += amount
    intent.details = intent.details | {"captures": intent.details.get("captures", 0) + 1}
    if charge.captured:
        intent.amount_capturable = 0
        intents.apply(work, intent, IntentFact.CAPTURED)
    else:
        intent.amount_capturable -= amount
        now = render_charge(charge)
        record(work, "charge.updated", now, changes(before, now))
        intents.apply(work, intent, IntentFact.PARTLY_CAPTURED)


async def cancel(work: Work, id: str, params: PaymentIntentCancelParams) -> PaymentIntent:
    """Give a payment up. What was reserved is released at the bank first."""
    intent = await intents.held(work, id)
    if not PAYMENT_INTENT.can(intent.status, IntentFact.CANCELED):
        raise intents.refuse(
            work,
            intent,
            f"You cannot cancel this PaymentIntent because it has a status of {intent.status}. Only a PaymentIntent "
            "with one of the following statuses may be canceled: requires_payment_method, requires_capture, "
            "requires_confirmation, requires_action, processing.",
        )
    if intent.amount_received > 0:
        raise intents.refuse(
            work,
            intent,
            "You cannot cancel this PaymentIntent because a part of it was captured. Capture it with "
            "amount_to_capture=0 to release the rest.",
        )
    reason = params.cancellation_reason
    if intent.status not in (IntentStatus.REQUIRES_CAPTURE, IntentStatus.PROCESSING):
        intents.cancel_for_good(work, intent, reason)
        return intent
    intent.asking = CANCELLATION
    terms = Void(account_id=work.account_id, ref=new_id("void"), at=work.now, of=intent.latest_charge_id or "")
    work.ask(
        Question(
            kind=CANCELLATION,
            verb="void",
            terms=terms.model_dump(mode="json"),
            subject=("payment_intent", intent.id),
            facts={"intent": intent.id, "reason": reason},
            holds=[("payment_intents", intent.id), ("charges", intent.latest_charge_id or "")],
        )
    )
    return intent


async def record_cancellation(work: Work, question: Question, answer: Answer) -> datetime | None:
    """Record that the bank released what was reserved."""
    intent = await intents.retrieve(work, question.facts["intent"], lock=True)
    charge = await charges.retrieve(work, intent.latest_charge_id or "", lock=True)
    intent.asking = None
    if answer.result != "approved":
        raise intents.not_granted(work, intent, "canceled", answer.message)
    if charge.status == ChargeStatus.PENDING:
        await waiting_refunds.cancel(work, charge)
        await charges.fail(work, charge, ChargeFact.CANCELED, "payment_intent_canceled", "The payment was canceled.")
    else:
        charges.release(work, charge, ChargeFact.RELEASED)
    intents.cancel_for_good(work, intent, question.facts["reason"])
    return None
