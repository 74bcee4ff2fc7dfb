"""Asynchronous capture: the money is booked with the payment, and the charge names its balance transaction later."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from stripe_lite.db import jobs
from stripe_lite.db.filters import is_among
from stripe_lite.db.jobs import Job
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.charges.schema import render

ANNOUNCEMENT_JOB = "charge_announcement"


def postpone(work: Work, charge: Charge) -> None:
    """Keep the balance transaction of a new charge from its clients for a moment, as Stripe does."""
    charge.balance_transaction_told = False
    told_at = work.now + timedelta(seconds=work.terms.capture_delay_seconds)
    jobs.later(work, ANNOUNCEMENT_JOB, told_at, {"charge": charge.id})


async def announce(work: Work, due: Sequence[Job]) -> None:
    """Tell of each charge that its capture is complete: `charge.updated`, many charges in one transaction."""
    ids = [job.payload["charge"] for job in due]
    of_jobs = select(Charge).where(Charge.account_id == work.account_id, is_among(Charge.id, ids))
    for charge in await work.all(of_jobs.order_by(Charge.id), watch=True):
        if not charge.balance_transaction_told:
            charge.balance_transaction_told = True
            record(work, "charge.updated", render(charge), {"balance_transaction": None})
