"""The life of a setup attempt: one confirmation of a setup intent, from the payer's consent to the bank's answer."""

from enum import StrEnum

from stripe_lite.core.machine import Machine, Rule


class AttemptStatus(StrEnum):
    """How the attempt stands."""

    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ABANDONED = "abandoned"


class AttemptFact(StrEnum):
    """What can happen to a setup attempt."""

    ACTION_COMPLETED = "action_completed"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ABANDONED = "abandoned"


S, F = AttemptStatus, AttemptFact

# No event tells of an attempt by itself: clients hear of its setup intent.
SETUP_ATTEMPT: Machine[AttemptStatus, AttemptFact] = Machine(
    "setup_attempt",
    AttemptStatus,
    S.PROCESSING,
    [
        Rule(F.ACTION_COMPLETED, (S.REQUIRES_ACTION,), S.PROCESSING),
        Rule(F.SUCCEEDED, (S.PROCESSING,), S.SUCCEEDED),
        Rule(F.FAILED, (S.REQUIRES_ACTION, S.PROCESSING), S.FAILED),
        Rule(F.ABANDONED, (S.REQUIRES_ACTION,), S.ABANDONED),
    ],
    also_initial=(S.REQUIRES_ACTION,),
)
