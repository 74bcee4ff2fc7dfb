"""The life of a setup intent, from the wish to save a payment method to the payer's consent or its end."""

from enum import StrEnum

from stripe_lite.core.machine import Machine, Rule


class SetupStatus(StrEnum):
    """What the setup waits for."""

    REQUIRES_PAYMENT_METHOD = "requires_payment_method"
    REQUIRES_CONFIRMATION = "requires_confirmation"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"


class SetupFact(StrEnum):
    """What can happen to a setup intent."""

    PAYMENT_METHOD_GIVEN = "payment_method_given"
    PAYMENT_METHOD_TAKEN = "payment_method_taken"
    ACTION_REQUIRED = "action_required"
    ACTION_FAILED = "action_failed"
    ATTEMPT_STARTED = "attempt_started"
    DECLINED = "declined"
    APPROVED = "approved"
    CANCELED = "canceled"


S, F = SetupStatus, SetupFact

OPEN = (S.REQUIRES_PAYMENT_METHOD, S.REQUIRES_CONFIRMATION, S.REQUIRES_ACTION)

SETUP_INTENT: Machine[SetupStatus, SetupFact] = Machine(
    "setup_intent",
    SetupStatus,
    S.REQUIRES_PAYMENT_METHOD,
    [
        Rule(F.PAYMENT_METHOD_GIVEN, OPEN, S.REQUIRES_CONFIRMATION),
        Rule(F.PAYMENT_METHOD_TAKEN, OPEN, S.REQUIRES_PAYMENT_METHOD),
        Rule(F.ACTION_REQUIRED, OPEN, S.REQUIRES_ACTION, "setup_intent.requires_action"),
        Rule(F.ACTION_FAILED, (S.REQUIRES_ACTION,), S.REQUIRES_PAYMENT_METHOD, "setup_intent.setup_failed"),
        Rule(F.ATTEMPT_STARTED, OPEN, S.PROCESSING),
        Rule(F.DECLINED, (S.PROCESSING,), S.REQUIRES_PAYMENT_METHOD, "setup_intent.setup_failed"),
        Rule(F.APPROVED, (S.PROCESSING,), S.SUCCEEDED, "setup_intent.succeeded"),
        Rule(F.CANCELED, OPEN, S.CANCELED, "setup_intent.canceled"),
    ],
    also_initial=(S.REQUIRES_CONFIRMATION,),
)
