"""Does what is due by the clock: reservations that expire, and whatever else is kept as a job of a kind of its own.

Once a second it looks at what is due, and sets its alarm for what comes due before the next look. Kinds of which many
are due at once are no reason to wake up: done in batches, each costs a fraction of a transaction.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

import structlog
from sqlalchemy import select

from stripe_lite.core.clock import utc_now
from stripe_lite.core.objects import StripeObject
from stripe_lite.db.filters import is_among
from stripe_lite.db.jobs import BatchHandler, Job, JobHandler
from stripe_lite.db.plan import RequestStamp
from stripe_lite.db.queries import fields_of
from stripe_lite.db.work import Work
from stripe_lite.http import phases
from stripe_lite.http.phases import Call, Handler, Kit, Who
from stripe_lite.workers.loop import Alarm

ACTOR = "clock"
BATCH_MAX = 100
ACCOUNTS_MAX = 20
# A process that died, or lost its connection while it claimed, is noticed after so long. One that is only slow loses
# nothing: whoever does a job locks it, and finds it gone where somebody else was faster.
LEASE_SECONDS = 8.0
PERIOD_SECONDS = 1.0

# Jobs on a test clock are done when that clock is advanced.
DUE_ACCOUNTS = """
SELECT DISTINCT due.account_id
FROM unnest($1::text[]) AS sought (kind)
CROSS JOIN LATERAL (
    SELECT account_id FROM jobs
    WHERE kind = sought.kind AND clock_id IS NULL AND run_at <= $2 AND (lease_until IS NULL OR lease_until <= $2)
    ORDER BY run_at LIMIT 500
) AS due LIMIT $3
"""
CLAIM = f"""
UPDATE jobs SET lease_until = $4, attempts = attempts + 1, version = version + 1
WHERE account_id = $1 AND id IN (
    SELECT id FROM jobs
    WHERE account_id = $1 AND kind = ANY ($2) AND clock_id IS NULL AND run_at <= $3
      AND (lease_until IS NULL OR lease_until <= $3)
    ORDER BY run_at LIMIT $5 FOR UPDATE SKIP LOCKED
)
RETURNING {", ".join(field.column for field in fields_of(Job).fields)}
"""
# The next job that is neither done nor claimed yet.
NEXT = """
SELECT min(next.run_at)
FROM unnest($1::text[]) AS sought (kind)
CROSS JOIN LATERAL (
    SELECT run_at FROM jobs
    WHERE kind = sought.kind AND clock_id IS NULL AND run_at > $2 AND run_at < $3
    ORDER BY run_at LIMIT 1
) AS next
"""

log = structlog.get_logger("stripe_lite.workers")


class Done(StripeObject):
    """What a job answers with: nobody sees it."""

    object: Literal["job"] = "job"


class ClockWorker:
    """Does jobs when their time has come, each in transactions of its own."""

    name = "clock"
    period_seconds = PERIOD_SECONDS

    def __init__(
        self, kit: Kit, handlers: Mapping[str, JobHandler], batches: Mapping[str, BatchHandler] | None = None
    ) -> None:
        """`batches` does the kinds of which many are due at once, those of an account together."""
        self.alarm = Alarm()
        self._kit = kit
        self._handlers = handlers
        self._batches = batches or {}

    async def tick(self) -> bool:
        """Do one batch of due jobs, in the order of their times."""
        self.alarm.answer()
        claimed = await self._claim()
        for job in claimed:
            if job.kind not in self._batches:
                await self._do(job)
        for batch in _batches(job for job in claimed if job.kind in self._batches):
            await self._do_together(batch)
        return len(claimed) >= BATCH_MAX

    def expect(self, job: Job) -> None:
        """Take note of a job that was just committed in this process."""
        if job.kind in self._handlers and job.clock_id is None:
            self._wake_at(job.run_at)

    async def close(self) -> None:
        """Nothing is left under way: a tick ends with its batch."""

    async def _claim(self) -> list[Job]:
        now = utc_now()
        lease = now + timedelta(seconds=LEASE_SECONDS)
        kinds = [*self._handlers, *self._batches]
        claimed: list[Job] = []
        async with self._kit.database.connection() as connection:
            for due in await connection.fetch(DUE_ACCOUNTS, kinds, now, ACCOUNTS_MAX):
                account_id = due["account_id"]
                rows = await connection.fetch(CLAIM, account_id, kinds, now, lease, BATCH_MAX)
                claimed += map(fields_of(Job).instance, rows)
            horizon = now + timedelta(seconds=PERIOD_SECONDS)
            next_at = await connection.fetchval(NEXT, list(self._handlers), now, horizon)
        if next_at is not None:
            self._wake_at(next_at)
        return claimed

    def _wake_at(self, run_at: datetime) -> None:
        """Ring when a job comes due; what lies beyond the next look is found by that."""
        seconds = (run_at - utc_now()).total_seconds()
        if seconds < PERIOD_SECONDS:
            asyncio.get_running_loop().call_later(max(0.0, seconds), self.alarm.ring)

    async def _do(self, claimed: Job) -> None:
        """What a handler leaves to the bank is asked at once, as in a request. A job that is refused is done later."""

        async def handle(work: Work) -> StripeObject:
            job = await work.get(Job, claimed.id, lock=True)
            if job is not None:
                await self._handlers[claimed.kind](work, job)
                work.delete(job)
            return Done()

        await self._carry_out(claimed, handle)

    async def _do_together(self, batch: Sequence[Job]) -> None:
        """The jobs of a batch in one transaction. If somebody else has done one of them meanwhile, they are read."""
        first = batch[0]
        named = select(Job).where(Job.account_id == first.account_id, is_among(Job.id, [job.id for job in batch]))
        claimed = list(batch)

        async def handle(work: Work) -> StripeObject:
            jobs = claimed.copy() or await work.all(named.order_by(Job.id), watch=True)
            claimed.clear()
            work.adopt(jobs)
            await self._batches[first.kind](work, jobs)
            for job in jobs:
                work.delete(job)
            return Done()

        await self._carry_out(first, handle)

    async def _carry_out(self, claimed: Job, handle: Handler) -> None:
        who = Who(claimed.account_id, claimed.livemode, RequestStamp(None, actor=ACTOR))
        outcome = await phases.execute(self._kit, Call(who, handle, writes=True))
        if outcome.status != 200:
            log.warning("job put off", job=claimed.id, kind=claimed.kind, status=outcome.status)


def _batches(claimed: Iterable[Job]) -> Iterator[Sequence[Job]]:
    """Those of one kind, account and mode together."""
    groups: dict[tuple[str, str, bool], list[Job]] = {}
    for job in claimed:
        groups.setdefault((job.account_id, job.kind, job.livemode), []).append(job)
    yield from groups.values()
