"""Carries on with the bank where a request left off: answers that come later, and questions of processes that died."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from stripe_lite.core.clock import utc_now
from stripe_lite.http import phases
from stripe_lite.http.phases import Kit, Who
from stripe_lite.http.questions import BANK_JOB, Task, Unanswered
from stripe_lite.workers.loop import Alarm

BATCH_MAX = 16
ACCOUNTS_MAX = 20
AT_ONCE_MAX = 16
# A worker that died is noticed after so long. One that is only slow loses nothing: the bank answers both alike, and
# whoever comes second finds the answer recorded.
LEASE_SECONDS = 4.0
PERIOD_SECONDS = 0.25

DUE_ACCOUNTS = """
SELECT DISTINCT account_id FROM (
    SELECT account_id FROM jobs WHERE kind = $1 AND run_at <= $2 AND (lease_until IS NULL OR lease_until <= $2)
    ORDER BY run_at LIMIT 500
) AS due LIMIT $3
"""
CLAIM = """
UPDATE jobs SET lease_until = $4, attempts = attempts + 1, version = version + 1
WHERE account_id = $1 AND id IN (
    SELECT id FROM jobs
    WHERE account_id = $1 AND kind = $2 AND run_at <= $3 AND (lease_until IS NULL OR lease_until <= $3)
    ORDER BY run_at LIMIT $5 FOR UPDATE SKIP LOCKED
)
RETURNING id, livemode, payload
"""

log = structlog.get_logger("stripe_lite.workers")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that this process holds the lease of."""

    account_id: str
    job_id: str
    livemode: bool
    task: Task


class BankWorker:
    """Asks the bank again about what is due, and records what it says."""

    name = "bank"
    period_seconds = PERIOD_SECONDS

    def __init__(self, kit: Kit) -> None:
        self.alarm = Alarm()
        self._kit = kit

    async def tick(self) -> bool:
        """Settle one batch of due questions."""
        claimed = await self._claim()
        limit = asyncio.Semaphore(AT_ONCE_MAX)

        async def settle(job: Claimed) -> None:
            async with limit:
                await self._settle(job)

        await asyncio.gather(*(settle(job) for job in claimed))
        return bool(claimed)

    async def close(self) -> None:
        """Nothing is left under way: a tick ends with its batch."""

    async def _claim(self) -> list[Claimed]:
        now = utc_now()
        lease = now + timedelta(seconds=LEASE_SECONDS)
        claimed: list[Claimed] = []
        async with self._kit.database.connection() as connection:
            for due in await connection.fetch(DUE_ACCOUNTS, BANK_JOB, now, ACCOUNTS_MAX):
                account_id = due["account_id"]
                for row in await connection.fetch(CLAIM, account_id, BANK_JOB, now, lease, BATCH_MAX):
                    task = Task.model_validate(row["payload"])
                    claimed.append(Claimed(account_id, row["id"], row["livemode"], task))
        return claimed

    async def _settle(self, job: Claimed) -> None:
        """Settle one question; whatever goes wrong with it concerns no other, and is tried again after its lease."""
        try:
            await self._ask(job)
        except Exception:
            log.exception("question not settled", job=job.job_id, kind=job.task.question.kind)

    async def _ask(self, job: Claimed) -> None:
        question = job.task.question
        try:
            with self._kit.bank_patience:
                answer = await self._kit.desk.inquire(question, utc_now())
        except (TimeoutError, Unanswered):
            log.warning("the bank does not answer", job=job.job_id, kind=question.kind)
            return  # The lease runs out, and the question is put again.
        who = Who(job.account_id, job.livemode, job.task.reply.stamp())
        await phases.settle(self._kit, who, job.job_id, job.task, answer)
