"""Refunds for which the payer must say where the money is to be sent: asked by e-mail, answered on a page, or never."""

from stripe_lite.core.clock import unix
from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.objects import Tree
from stripe_lite.db import jobs
from stripe_lite.db.work import Work
from stripe_lite.payments.refunds.model import Refund
from stripe_lite.payments.refunds.terms import ANSWER_LIFE

EXPIRY_JOB = "refund_expiry"


def ask(work: Work, refund: Refund, known: str | None, page: str) -> None:
    """Write to the payer, at the address that is `known` if the client named none, that the page is to be answered."""
    address = refund.details.get("instructions_email") or known
    if address is None:
        raise InvalidRequest(
            f"Refunds of payments by {refund.details['method']} need the payer's e-mail address, to ask where the "
            "money is to be sent: provide `instructions_email`.",
            code="parameter_missing",
            param="instructions_email",
        )
    refund.details = refund.details | {"instructions_email": address, "page": page}
    write(work, refund)
    jobs.later(work, EXPIRY_JOB, work.now + ANSWER_LIFE, {"refund": refund.id}, livemode=refund.livemode)


def write(work: Work, refund: Refund) -> None:
    """Note that the payer was written to, and until when they can answer, counted from the refund's creation."""
    sent: Tree = {"email_sent_at": unix(work.now), "email_sent_to": refund.details["instructions_email"]}
    told: Tree = {"email_sent": sent, "expires_at": unix(refund.created_at + ANSWER_LIFE)}
    refund.details = refund.details | {"next_action": {"display_details": told, "type": "display_details"}}
