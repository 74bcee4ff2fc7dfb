"""When automatic payouts come: a job for each account and mode, at midnight UTC, as long as it can be paid out."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from stripe_lite.db import jobs
from stripe_lite.db.jobs import Job
from stripe_lite.db.work import Work

JOB = "automatic_payouts"
DAY = timedelta(days=1)


async def ensure(work: Work) -> None:
    """Have automatic payouts made from the next midnight on. The caller holds the lock of external accounts."""
    statement = select(Job).where(Job.account_id == work.account_id, Job.livemode == work.livemode, Job.kind == JOB)
    if await work.one(statement) is None:
        plan(work, work.now.date() + DAY)


def plan(work: Work, day: date) -> None:
    """Have the payouts of this day made when it begins. The day is in the payload: a job that is late keeps it."""
    jobs.later(work, JOB, datetime.combine(day, time(), UTC), {"day": day.isoformat()})


def day_of(job: Job) -> date:
    """The day whose payouts a job makes."""
    return date.fromisoformat(job.payload["day"])
