"""What can be refunded, and how much: Stripe's refusals."""

from datetime import datetime

from stripe_lite.core import money
from stripe_lite.core.errors import InvalidRequest, LockTimeout
from stripe_lite.payments.charges.machine import ChargeStatus
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.charges.schema import RELEASED_BY_REFUND
from stripe_lite.payments.payment_intents.machine import IntentStatus
from stripe_lite.payments.payment_intents.model import PaymentIntent
from stripe_lite.payments.refunds import terms
from stripe_lite.payments.refunds.schema import CashParams
from stripe_lite.payments.refunds.terms import NOT_REFUNDABLE


def charge_of(intent: PaymentIntent) -> str:
    """The charge by which an intent was paid."""
    paid = intent.status in (IntentStatus.SUCCEEDED, IntentStatus.REQUIRES_CAPTURE, IntentStatus.PROCESSING)
    if not paid or intent.latest_charge_id is None:
        raise InvalidRequest(
            f"This PaymentIntent ({intent.id}) does not have a successful charge to refund.", param="payment_intent"
        )
    return intent.latest_charge_id


def refuse_cash(params: CashParams) -> None:
    """Refuse what names a customer's cash, where a charge is refunded."""
    for name in ("origin", "customer", "currency"):
        if getattr(params, name) is not None:
            raise InvalidRequest(
                f"`{name}` is for refunds of a customer's cash: use `POST /v1/refunds` for them, without a charge.",
                param=name,
            )


def check_intent(charge: Charge, intent_id: str | None) -> None:
    """Refuse a payment intent that is not the one by which the charge was made."""
    if intent_id not in (None, charge.payment_intent_id):
        raise InvalidRequest(
            f"The payment intent {intent_id} did not make the charge {charge.id}.", param="payment_intent"
        )


def amount_of(charge: Charge, asked_for: int | None, now: datetime) -> int:
    """How much a new refund of this charge gives back; the charge must be locked."""
    if charge.asking is not None:
        raise LockTimeout
    _check_state(charge, now)
    if asked_for is not None and asked_for < 1:
        raise InvalidRequest(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount"
        )
    if not charge.captured:
        return _amount_to_release(charge, asked_for)
    if charge.amount_refundable == 0:
        raise _already_refunded(charge)
    amount = charge.amount_refundable if asked_for is None else asked_for
    if amount > charge.amount_refundable:
        wanted = money.display(amount, charge.currency)
        left = money.display(charge.amount_refundable, charge.currency)
        raise InvalidRequest(
            f"Refund amount ({wanted}) is greater than unrefunded amount on charge ({left})", param="amount"
        )
    money.check_step(amount, charge.currency)
    return amount


def _check_state(charge: Charge, now: datetime) -> None:
    if charge.status == ChargeStatus.FAILED:
        raise InvalidRequest(f"Charge {charge.id} failed: there is nothing to refund.", code=NOT_REFUNDABLE)
    if charge.status == ChargeStatus.PENDING and charge.amount_captured == 0:
        raise InvalidRequest(
            f"Charge {charge.id} is still pending: it can be refunded once it succeeded.", code=NOT_REFUNDABLE
        )
    terms.check(charge, now)
    if charge.details.get("charged_back"):
        raise InvalidRequest(
            f"Charge {charge.id} has been charged back; cannot issue a refund.", code="charge_disputed"
        )


def _amount_to_release(charge: Charge, asked_for: int | None) -> int:
    """A reservation is given up as a whole or not at all."""
    if charge.details.get(RELEASED_BY_REFUND):
        raise _already_refunded(charge)
    if charge.capture_before_at is None:
        raise InvalidRequest(
            f"Charge {charge.id} was never captured, and what it reserved was released: there is nothing to refund.",
            code=NOT_REFUNDABLE,
        )
    if charge.amount_captured:
        raise InvalidRequest(
            f"Charge {charge.id} is being captured in parts: it can be refunded after its final capture. Capture its "
            f"PaymentIntent ({charge.payment_intent_id}) with amount_to_capture=0 to take no more.",
            code=NOT_REFUNDABLE,
        )
    if charge.payment_intent_id is not None:
        raise InvalidRequest(
            f"This uncaptured Charge was created by a PaymentIntent ({charge.payment_intent_id}). You must cancel the "
            "PaymentIntent to release the reservation instead of refunding the Charge."
        )
    if asked_for not in (None, charge.amount):
        raise InvalidRequest(
            "You cannot partially refund an uncaptured charge. Instead, capture the charge for an amount less than the "
            "original amount",
            param="amount",
        )
    return charge.amount


def _already_refunded(charge: Charge) -> InvalidRequest:
    return InvalidRequest(f"Charge {charge.id} has already been refunded.", code="charge_already_refunded")
