"""The life of a payout: submitted to the bank, which pays it or returns the money, sometimes after it was paid."""

from enum import StrEnum

from stripe_lite.core.machine import Machine, Rule


class PayoutStatus(StrEnum):
    """How the payout stands."""

    PENDING = "pending"
    IN_TRANSIT = "in_transit"
    PAID = "paid"
    FAILED = "failed"
    CANCELED = "canceled"


class PayoutFact(StrEnum):
    """What can happen to a payout."""

    SUBMITTED = "submitted"
    PAID = "paid"
    FAILED = "failed"
    CANCELED = "canceled"


S, F = PayoutStatus, PayoutFact

PAYOUT: Machine[PayoutStatus, PayoutFact] = Machine(
    "payout",
    PayoutStatus,
    S.PENDING,
    [
        Rule(F.SUBMITTED, (S.PENDING,), S.IN_TRANSIT, "payout.updated"),
        Rule(F.PAID, (S.IN_TRANSIT,), S.PAID, "payout.paid"),
        Rule(F.FAILED, (S.IN_TRANSIT, S.PAID), S.FAILED, "payout.failed"),
        Rule(F.CANCELED, (S.PENDING,), S.CANCELED, "payout.canceled"),
    ],
)
