"""Reserving more on an authorization that was not captured yet."""

from datetime import datetime

from stripe_lite.bank.port import Answer, Increment
from stripe_lite.core import metadata, money
from stripe_lite.core.errors import CardError, InvalidRequest
from stripe_lite.core.ids import new_id
from stripe_lite.core.objects import Tree, changes
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.http.questions import Question
from stripe_lite.payments.charges import service as charges
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.charges.schema import render as render_charge
from stripe_lite.payments.payment_intents import breakdown
from stripe_lite.payments.payment_intents import service as intents
from stripe_lite.payments.payment_intents.machine import PAYMENT_INTENT, IntentFact
from stripe_lite.payments.payment_intents.model import PaymentIntent
from stripe_lite.payments.payment_intents.schema import PaymentIntentIncrementParams

INCREMENT = "increment"
INCREMENTS_MAX = 10  # Declined ones count too.


async def increment(work: Work, id: str, params: PaymentIntentIncrementParams) -> PaymentIntent:
    """Ask the bank to reserve more; what it declines changes nothing."""
    intent = await intents.held(work, id)
    tried: int = intent.details.get("increments") or 0
    await _refuse_unless_open(work, intent, tried)
    money.check_amount(params.amount, intent.currency)
    if params.amount <= intent.amount:
        raise InvalidRequest(
            f"The amount must be greater than the currently authorized amount ({intent.amount}).", param="amount"
        )
    intent.asking = INCREMENT
    terms = Increment(
        account_id=work.account_id,
        ref=new_id("inc"),
        at=work.now,
        of=intent.latest_charge_id or "",
        amount=params.amount - intent.amount,
        currency=intent.currency,
    )
    work.ask(
        Question(
            kind=INCREMENT,
            verb="increment",
            terms=terms.model_dump(mode="json"),
            subject=("payment_intent", intent.id),
            facts={"intent": intent.id, "details": _new_details(intent, params), "metadata": _new_meta(intent, params)},
            holds=[("payment_intents", intent.id), ("charges", intent.latest_charge_id or "")],
        )
    )
    intent.details = intent.details | {"increments": tried + 1}
    return intent


async def record_increment(work: Work, question: Question, answer: Answer) -> datetime | None:
    """Record whether the bank reserved more."""
    intent = await intents.retrieve(work, question.facts["intent"], lock=True)
    intent.asking = None
    if answer.result != "approved":
        raise CardError(
            "Your card was declined: the additional amount was not authorized.",
            code="card_declined",
            decline_code=answer.decline_code or "generic_decline",
            extra={"charge": intent.latest_charge_id, "payment_intent": intents.seen(work, intent).tree()},
        )
    charge = await charges.retrieve(work, intent.latest_charge_id or "", lock=True)
    extra: int = question.terms["amount"]
    intent.amount += extra
    intent.amount_capturable += extra
    intent.details = intent.details | question.facts["details"]
    intent.meta = question.facts["metadata"]
    _grow(work, charge, intent.amount)
    intents.apply(work, intent, IntentFact.AUTHORIZATION_INCREMENTED)
    return None


async def _refuse_unless_open(work: Work, intent: PaymentIntent, tried: int) -> None:
    if not PAYMENT_INTENT.can(intent.status, IntentFact.AUTHORIZATION_INCREMENTED):
        raise intents.refuse(
            work,
            intent,
            f"This PaymentIntent's authorization could not be incremented because it has a status of {intent.status}. "
            "Only a PaymentIntent with one of the following statuses may be incremented: requires_capture.",
        )
    charge = await charges.retrieve(work, intent.latest_charge_id or "")
    card: Tree = (charge.details.get("payment_method_details") or {}).get("card") or {}
    if (card.get("incremental_authorization") or {}).get("status") != "available":
        raise InvalidRequest(
            "This PaymentIntent is not eligible for incremental authorization: ask for it with "
            "payment_method_options[card][request_incremental_authorization] when you confirm it, by a card of Visa, "
            "Mastercard, American Express or Discover.",
            code="payment_intent_invalid_parameter",
        )
    if intent.amount_received > 0:
        raise intents.refuse(work, intent, "A PaymentIntent of which a part was captured can no longer be incremented.")
    if tried >= INCREMENTS_MAX:
        raise InvalidRequest(f"A PaymentIntent may be incremented {INCREMENTS_MAX} times at most.")


def _new_details(intent: PaymentIntent, params: PaymentIntentIncrementParams) -> Tree:
    """What the intent will say beside its amount, once the bank has agreed."""
    details = intents.stored(params.sent(), intent)
    if params.amount_details is not None or intent.details.get("amount_details"):
        before = intent.details.get("amount_details")
        details["amount_details"] = breakdown.changed(before, params.amount_details, params.amount)
    return details


def _new_meta(intent: PaymentIntent, params: PaymentIntentIncrementParams) -> dict[str, str]:
    return metadata.merge(intent.meta, params.metadata) if params.given("metadata") else dict(intent.meta)


def _grow(work: Work, charge: Charge, amount: int) -> None:
    """The charge follows the reservation."""
    before = render_charge(charge)
    charge.amount = amount
    details: Tree = charge.details.get("payment_method_details") or {}
    if details.get("type") == "card":
        card = details["card"] | {"amount_authorized": amount}
        card["overcapture"] = card["overcapture"] | {"maximum_amount_capturable": amount}
        charge.details = charge.details | {"payment_method_details": details | {"card": card}}
    after = render_charge(charge)
    record(work, "charge.updated", after, changes(before, after))
