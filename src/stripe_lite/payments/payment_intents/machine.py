"""The life of a payment intent, from the wish to be paid to the money or to its end."""

from enum import StrEnum

from stripe_lite.core.machine import Machine, Rule


class IntentStatus(StrEnum):
    """What the payment waits for."""

    REQUIRES_PAYMENT_METHOD = "requires_payment_method"
    REQUIRES_CONFIRMATION = "requires_confirmation"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    REQUIRES_CAPTURE = "requires_capture"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"


class IntentFact(StrEnum):
    """What can happen to a payment intent."""

    PAYMENT_METHOD_GIVEN = "payment_method_given"
    PAYMENT_METHOD_TAKEN = "payment_method_taken"
    ACTION_REQUIRED = "action_required"
    ACTION_COMPLETED = "action_completed"
    ACTION_FAILED = "action_failed"
    ATTEMPT_REFUSED = "attempt_refused"
    ATTEMPT_STARTED = "attempt_started"
    PARTLY_FUNDED = "partly_funded"
    FUNDED = "funded"
    SETTLEMENT_AWAITED = "settlement_awaited"
    DECLINED = "declined"
    AUTHORIZED = "authorized"
    AUTHORIZATION_INCREMENTED = "authorization_incremented"
    PARTLY_CAPTURED = "partly_captured"
    CAPTURED = "captured"
    PAID = "paid"
    CANCELED = "canceled"


S, F = IntentStatus, IntentFact

OPEN = (S.REQUIRES_PAYMENT_METHOD, S.REQUIRES_CONFIRMATION, S.REQUIRES_ACTION)
CAPTURABLE_CHANGED = "payment_intent.amount_capturable_updated"

PAYMENT_INTENT: Machine[IntentStatus, IntentFact] = Machine(
    "payment_intent",
    IntentStatus,
    S.REQUIRES_PAYMENT_METHOD,
    [
        Rule(F.PAYMENT_METHOD_GIVEN, OPEN, S.REQUIRES_CONFIRMATION),
        Rule(F.PAYMENT_METHOD_TAKEN, OPEN, S.REQUIRES_PAYMENT_METHOD),
        Rule(F.ACTION_REQUIRED, OPEN, S.REQUIRES_ACTION, "payment_intent.requires_action"),
        Rule(F.ACTION_COMPLETED, (S.REQUIRES_ACTION,), S.REQUIRES_CONFIRMATION),
        Rule(F.ACTION_FAILED, (S.REQUIRES_ACTION,), S.REQUIRES_PAYMENT_METHOD, "payment_intent.payment_failed"),
        Rule(F.ATTEMPT_REFUSED, OPEN, S.REQUIRES_PAYMENT_METHOD, "payment_intent.payment_failed"),
        Rule(F.ATTEMPT_STARTED, OPEN, S.PROCESSING),
        Rule(F.PARTLY_FUNDED, (S.REQUIRES_ACTION,), S.REQUIRES_ACTION, "payment_intent.partially_funded"),
        Rule(F.FUNDED, OPEN, S.PROCESSING),
        Rule(F.SETTLEMENT_AWAITED, (S.PROCESSING,), S.PROCESSING, "payment_intent.processing"),
        Rule(F.DECLINED, (S.PROCESSING,), S.REQUIRES_PAYMENT_METHOD, "payment_intent.payment_failed"),
        Rule(F.AUTHORIZED, (S.PROCESSING,), S.REQUIRES_CAPTURE, CAPTURABLE_CHANGED),
        Rule(F.AUTHORIZATION_INCREMENTED, (S.REQUIRES_CAPTURE,), S.REQUIRES_CAPTURE, CAPTURABLE_CHANGED),
        Rule(F.PARTLY_CAPTURED, (S.REQUIRES_CAPTURE,), S.REQUIRES_CAPTURE, CAPTURABLE_CHANGED),
        Rule(F.CAPTURED, (S.REQUIRES_CAPTURE,), S.SUCCEEDED, "payment_intent.succeeded"),
        Rule(F.PAID, (S.PROCESSING,), S.SUCCEEDED, "payment_intent.succeeded"),
        Rule(F.CANCELED, (*OPEN, S.PROCESSING, S.REQUIRES_CAPTURE), S.CANCELED, "payment_intent.canceled"),
    ],
    also_initial=(S.REQUIRES_CONFIRMATION,),
)
