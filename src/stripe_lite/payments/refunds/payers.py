"""Refunds for which the payer must say where the money is to be sent: asked by e-mail, answered on a page, or never."""

from datetime import timedelta

from stripe_lite.core.clock import unix
from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.ids import new_id
from stripe_lite.core.objects import Tree
from stripe_lite.db.jobs import Job
from stripe_lite.db.work import Work
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.refunds.model import Refund
from stripe_lite.payments.refunds.terms import ANSWER_LIFE

EXPIRY_JOB = "refund_expiry"


def ask(work: Work, charge: Charge, refund: Refund) -> None:
    """Note that the payer was written to, and until when they can answer."""
    address = refund.details.get("instructions_email") or (charge.details.get("billing_details") or {}).get("email")
    if address is None:
        raise InvalidRequest(
            f"Refunds of payments by {refund.details['method']} need the payer's e-mail address, to ask where the "
            "money is to be sent: provide `instructions_email`.",
            code="parameter_missing",
            param="instructions_email",
        )
    until = work.now + ANSWER_LIFE
    sent: Tree = {"email_sent_at": unix(work.now), "email_sent_to": address}
    refund.details = refund.details | {
        "instructions_email": address,
        "next_action": {
            "display_details": {"email_sent": sent, "expires_at": unix(until)},
            "type": "display_details",
        },
    }
    _later(work, refund, ANSWER_LIFE)


def _later(work: Work, refund: Refund, delay: timedelta) -> None:
    work.add(
        Job(
            account_id=work.account_id,
            id=new_id("job"),
            livemode=refund.livemode,
            kind=EXPIRY_JOB,
            created_at=work.now,
            run_at=work.now + delay,
            payload={"refund": refund.id},
        )
    )
