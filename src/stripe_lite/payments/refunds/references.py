"""The number by which a payer's bank finds the refund of a card payment: the network gives it a moment later."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from stripe_lite.core.objects import changes
from stripe_lite.db import jobs
from stripe_lite.db.filters import is_among
from stripe_lite.db.jobs import Job
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.payments.refunds.destinations import AWAITS_REFERENCE
from stripe_lite.payments.refunds.machine import RefundStatus
from stripe_lite.payments.refunds.model import Refund
from stripe_lite.payments.refunds.schema import render

REFERENCE_JOB = "refund_reference"


def postpone(work: Work, refund: Refund) -> None:
    """A refund to a card is about to succeed: keep its reference from clients for a moment, as Stripe does."""
    if refund.details["method"] != "card":
        return
    refund.details = refund.details | {AWAITS_REFERENCE: True}
    comes_at = work.now + timedelta(seconds=work.terms.reference_delay_seconds)
    jobs.later(work, REFERENCE_JOB, comes_at, {"refund": refund.id})


async def announce(work: Work, due: Sequence[Job]) -> None:
    """Tell the references of refunds, many in one transaction. One that failed meanwhile will never have any."""
    ids = [job.payload["refund"] for job in due]
    named = select(Refund).where(Refund.account_id == work.account_id, is_among(Refund.id, ids))
    for refund in await work.all(named.order_by(Refund.id), watch=True):
        if refund.status == RefundStatus.SUCCEEDED and refund.details.get(AWAITS_REFERENCE):
            before = render(refund)
            refund.details = refund.details | {AWAITS_REFERENCE: False}
            after = render(refund)
            previous = changes(before, after)
            record(work, "refund.updated", after, previous)
            record(work, "charge.refund.updated", after, previous)
