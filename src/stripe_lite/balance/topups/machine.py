"""The life of a top-up: money on its way from the account's bank, which may refuse it, or take it back later."""

from enum import StrEnum

from stripe_lite.core.machine import Machine, Rule


class TopupStatus(StrEnum):
    """How the top-up stands."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    REVERSED = "reversed"


class TopupFact(StrEnum):
    """What can happen to a top-up."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    REVERSED = "reversed"


S, F = TopupStatus, TopupFact

TOPUP: Machine[TopupStatus, TopupFact] = Machine(
    "topup",
    TopupStatus,
    S.PENDING,
    [
        Rule(F.SUCCEEDED, (S.PENDING,), S.SUCCEEDED, "topup.succeeded"),
        Rule(F.FAILED, (S.PENDING,), S.FAILED, "topup.failed"),
        Rule(F.CANCELED, (S.PENDING,), S.CANCELED, "topup.canceled"),
        Rule(F.REVERSED, (S.SUCCEEDED,), S.REVERSED, "topup.reversed"),
    ],
)
