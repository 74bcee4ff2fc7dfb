"""The life of a dispute: the payer asks the money back from their bank, and the merchant may answer with evidence."""

from enum import StrEnum

from stripe_lite.core.machine import Machine, Rule


class DisputeStatus(StrEnum):
    """How the dispute stands. Those that begin with `warning` are inquiries: no money has been withdrawn."""

    WARNING_NEEDS_RESPONSE = "warning_needs_response"
    WARNING_UNDER_REVIEW = "warning_under_review"
    WARNING_CLOSED = "warning_closed"
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"


class DisputeFact(StrEnum):
    """What can happen to a dispute."""

    EVIDENCE_SENT = "evidence_sent"
    ESCALATED = "escalated"
    INQUIRY_CLOSED = "inquiry_closed"
    WON = "won"
    LOST = "lost"


S, F = DisputeStatus, DisputeFact

INQUIRIES = (S.WARNING_NEEDS_RESPONSE, S.WARNING_UNDER_REVIEW)
OPEN = (S.NEEDS_RESPONSE, S.UNDER_REVIEW)
UPDATED, CLOSED = "charge.dispute.updated", "charge.dispute.closed"

DISPUTE: Machine[DisputeStatus, DisputeFact] = Machine(
    "dispute",
    DisputeStatus,
    S.NEEDS_RESPONSE,
    [
        Rule(F.EVIDENCE_SENT, (S.NEEDS_RESPONSE,), S.UNDER_REVIEW, UPDATED),
        Rule(F.EVIDENCE_SENT, (S.WARNING_NEEDS_RESPONSE,), S.WARNING_UNDER_REVIEW, UPDATED),
        Rule(F.ESCALATED, INQUIRIES, S.NEEDS_RESPONSE, UPDATED),
        Rule(F.INQUIRY_CLOSED, INQUIRIES, S.WARNING_CLOSED, CLOSED),
        Rule(F.WON, OPEN, S.WON, CLOSED),
        Rule(F.LOST, OPEN, S.LOST, CLOSED),
    ],
    also_initial=(S.WARNING_NEEDS_RESPONSE,),
)
