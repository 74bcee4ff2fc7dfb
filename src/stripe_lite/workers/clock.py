"""Does what is due by the clock: reservations that expire, and whatever else is kept as a job of a kind of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import structlog

from stripe_lite.core.clock import utc_now
from stripe_lite.core.objects import StripeObject
from stripe_lite.db.jobs import Job, JobHandler
from stripe_lite.db.plan import RequestStamp
from stripe_lite.db.work import Work
from stripe_lite.http import phases
from stripe_lite.http.phases import Call, Kit, Who
from stripe_lite.workers.loop import Alarm

ACTOR = "clock"
BATCH_MAX = 100
ACCOUNTS_MAX = 20
LEASE_SECONDS = 30.0
PERIOD_SECONDS = 1.0

# Jobs on a test clock are done when that clock is advanced.
DUE_ACCOUNTS = """
SELECT DISTINCT account_id FROM (
    SELECT account_id FROM jobs
    WHERE kind = ANY ($1) AND clock_id IS NULL AND run_at <= $2 AND (lease_until IS NULL OR lease_until <= $2)
    ORDER BY run_at LIMIT 500
) AS due LIMIT $3
"""
CLAIM = """
UPDATE jobs SET lease_until = $4, attempts = attempts + 1, version = version + 1
WHERE account_id = $1 AND id IN (
    SELECT id FROM jobs
    WHERE account_id = $1 AND kind = ANY ($2) AND clock_id IS NULL AND run_at <= $3
      AND (lease_until IS NULL OR lease_until <= $3)
    ORDER BY run_at LIMIT $5 FOR UPDATE SKIP LOCKED
)
RETURNING id, kind, livemode
"""

log = structlog.get_logger("stripe_lite.workers")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that this process holds the lease of."""

    account_id: str
    job_id: str
    kind: str
    livemode: bool


class Done(StripeObject):
    """What a job answers with: nobody sees it."""

    object: Literal["job"] = "job"


class ClockWorker:
    """Does jobs when their time has come, each in transactions of its own."""

    name = "clock"
    period_seconds = PERIOD_SECONDS

    def __init__(self, kit: Kit, handlers: Mapping[str, JobHandler]) -> None:
        self.alarm = Alarm()
        self._kit = kit
        self._handlers = handlers

    async def tick(self) -> bool:
        """Do one batch of due jobs, in the order of their times."""
        claimed = await self._claim()
        for job in claimed:
            await self._do(job)
        return len(claimed) >= BATCH_MAX

    async def close(self) -> None:
        """Nothing is left under way: a tick ends with its batch."""

    async def _claim(self) -> list[Claimed]:
        now = utc_now()
        lease = now + timedelta(seconds=LEASE_SECONDS)
        kinds = list(self._handlers)
        claimed: list[Claimed] = []
        async with self._kit.database.connection() as connection:
            for due in await connection.fetch(DUE_ACCOUNTS, kinds, now, ACCOUNTS_MAX):
                account_id = due["account_id"]
                for row in await connection.fetch(CLAIM, account_id, kinds, now, lease, BATCH_MAX):
                    claimed.append(Claimed(account_id, row["id"], row["kind"], row["livemode"]))
        return claimed

    async def _do(self, claimed: Claimed) -> None:
        """What a handler leaves to the bank is asked at once, as in a request. A job that is refused is done later."""

        async def handle(work: Work) -> StripeObject:
            job = await work.get(Job, claimed.job_id, lock=True)
            if job is not None:
                await self._handlers[claimed.kind](work, job)
                work.delete(job)
            return Done()

        who = Who(claimed.account_id, claimed.livemode, RequestStamp(None, actor=ACTOR))
        outcome = await phases.execute(self._kit, Call(who, handle, writes=True))
        if outcome.status != 200:
            log.warning("job put off", job=claimed.job_id, kind=claimed.kind, status=outcome.status)
