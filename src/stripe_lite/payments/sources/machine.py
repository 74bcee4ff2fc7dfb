"""The life of a source object: it can be charged once its payer has done what its type asks for."""

from enum import StrEnum

from stripe_lite.core.machine import Machine, Rule


class SourceStatus(StrEnum):
    """Whether the source can be charged."""

    PENDING = "pending"
    CHARGEABLE = "chargeable"
    CONSUMED = "consumed"
    CANCELED = "canceled"
    FAILED = "failed"


class SourceFact(StrEnum):
    """What can happen to a source object."""

    READY = "ready"  # The payer agreed, or the money arrived.
    DECLINED = "declined"  # The payer turned it down, or could not prove the account to be theirs.
    EXPIRED = "expired"
    REVOKED = "revoked"  # The mandate is no longer good.
    CHARGED = "charged"  # By the one payment that it was good for.
    DETACHED = "detached"  # From its customer.


S, F = SourceStatus, SourceFact

SOURCE: Machine[SourceStatus, SourceFact] = Machine(
    "source",
    SourceStatus,
    S.PENDING,
    [
        Rule(F.READY, (S.PENDING,), S.CHARGEABLE, "source.chargeable"),
        Rule(F.DECLINED, (S.PENDING,), S.FAILED, "source.failed"),
        Rule(F.EXPIRED, (S.PENDING, S.CHARGEABLE), S.CANCELED, "source.canceled"),
        Rule(F.REVOKED, (S.PENDING, S.CHARGEABLE), S.CANCELED, "source.canceled"),
        Rule(F.CHARGED, (S.CHARGEABLE,), S.CONSUMED),
        Rule(F.DETACHED, (S.PENDING, S.CHARGEABLE), S.CONSUMED),
    ],
)
