"""The life of a review: a payment that looks risky waits until somebody decides, or something decides it."""

from enum import StrEnum

from stripe_lite.core.machine import Machine, Rule


class ReviewStatus(StrEnum):
    """Whether the review is open, and else why it was closed."""

    OPEN = "open"
    APPROVED = "approved"
    CANCELED = "canceled"
    DISPUTED = "disputed"
    REFUNDED = "refunded"
    REFUNDED_AS_FRAUD = "refunded_as_fraud"


class ReviewFact(StrEnum):
    """What can happen to a review."""

    APPROVED = "approved"
    CANCELED = "canceled"
    DISPUTED = "disputed"
    REFUNDED = "refunded"
    REFUNDED_AS_FRAUD = "refunded_as_fraud"


S, F = ReviewStatus, ReviewFact

CLOSED = "review.closed"

REVIEW: Machine[ReviewStatus, ReviewFact] = Machine(
    "review",
    ReviewStatus,
    S.OPEN,
    [
        Rule(F.APPROVED, (S.OPEN,), S.APPROVED, CLOSED),
        Rule(F.CANCELED, (S.OPEN,), S.CANCELED, CLOSED),
        Rule(F.DISPUTED, (S.OPEN,), S.DISPUTED, CLOSED),
        Rule(F.REFUNDED, (S.OPEN,), S.REFUNDED, CLOSED),
        Rule(F.REFUNDED_AS_FRAUD, (S.OPEN,), S.REFUNDED_AS_FRAUD, CLOSED),
    ],
)
