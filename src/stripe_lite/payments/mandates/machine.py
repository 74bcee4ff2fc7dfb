"""The life of a mandate: a payer's permission to be charged, until it is used up or taken back."""

from enum import StrEnum

from stripe_lite.core.machine import Machine, Rule


class MandateStatus(StrEnum):
    """Whether payments can be made under it."""

    PENDING = "pending"
    ACTIVE = "active"
    INACTIVE = "inactive"


class MandateFact(StrEnum):
    """What can happen to a mandate."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    REVOKED = "revoked"
    USED = "used"


S, F = MandateStatus, MandateFact

UPDATED = "mandate.updated"

# Methods whose networks have to agree begin as pending; under all others payments can be made at once. That a mandate
# for one payment is used up is told by the payment itself.
MANDATE: Machine[MandateStatus, MandateFact] = Machine(
    "mandate",
    MandateStatus,
    S.PENDING,
    [
        Rule(F.ACCEPTED, (S.PENDING,), S.ACTIVE, UPDATED),
        Rule(F.REFUSED, (S.PENDING,), S.INACTIVE, UPDATED),
        Rule(F.REVOKED, (S.PENDING, S.ACTIVE), S.INACTIVE, UPDATED),
        Rule(F.USED, (S.PENDING, S.ACTIVE), S.INACTIVE),
    ],
    also_initial=(S.ACTIVE,),
)
