"""The life of a refund: money on its way back, which may arrive at once, later or never."""

from enum import StrEnum

from stripe_lite.core.machine import Machine, Rule


class RefundStatus(StrEnum):
    """How the refund stands."""

    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class RefundFact(StrEnum):
    """What can happen to a refund."""

    ACTION_REQUIRED = "action_required"
    ACTION_COMPLETED = "action_completed"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


S, F = RefundStatus, RefundFact

# Every change is told as `refund.updated` too; the event of a rule is what is told beside it.
REFUND: Machine[RefundStatus, RefundFact] = Machine(
    "refund",
    RefundStatus,
    S.PENDING,
    [
        Rule(F.ACTION_REQUIRED, (S.PENDING,), S.REQUIRES_ACTION),
        Rule(F.ACTION_COMPLETED, (S.REQUIRES_ACTION,), S.PENDING),
        Rule(F.SUCCEEDED, (S.PENDING,), S.SUCCEEDED),
        Rule(F.FAILED, (S.PENDING, S.REQUIRES_ACTION, S.SUCCEEDED), S.FAILED, "refund.failed"),
        Rule(F.CANCELED, (S.PENDING, S.REQUIRES_ACTION), S.CANCELED),
    ],
)
