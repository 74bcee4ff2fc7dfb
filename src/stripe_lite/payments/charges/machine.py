"""The life of a charge: one attempt to take money, which the bank approves or declines."""

from enum import StrEnum

from stripe_lite.core.machine import Machine, Rule


class ChargeStatus(StrEnum):
    """How the attempt stands."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class ChargeFact(StrEnum):
    """What can happen to a charge."""

    SETTLEMENT_AWAITED = "settlement_awaited"
    APPROVED = "approved"
    DECLINED = "declined"
    CAPTURED = "captured"
    REFUNDED = "refunded"
    RELEASED = "released"
    EXPIRED = "expired"
    CANCELED = "canceled"


S, F = ChargeStatus, ChargeFact

CHARGE: Machine[ChargeStatus, ChargeFact] = Machine(
    "charge",
    ChargeStatus,
    S.PENDING,
    [
        Rule(F.SETTLEMENT_AWAITED, {S.PENDING}, S.PENDING, "charge.pending"),
        Rule(F.APPROVED, {S.PENDING}, S.SUCCEEDED, "charge.succeeded"),
        Rule(F.DECLINED, {S.PENDING}, S.FAILED, "charge.failed"),
        Rule(F.CANCELED, {S.PENDING}, S.FAILED, "charge.failed"),
        Rule(F.CAPTURED, {S.SUCCEEDED}, S.SUCCEEDED, "charge.captured"),
        Rule(F.REFUNDED, {S.SUCCEEDED}, S.SUCCEEDED, "charge.refunded"),
        Rule(F.RELEASED, {S.SUCCEEDED}, S.SUCCEEDED),
        Rule(F.EXPIRED, {S.SUCCEEDED}, S.SUCCEEDED, "charge.expired"),
    ],
)
