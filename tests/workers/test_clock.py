"""Jobs that are done together: each once, whoever else takes them meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest_asyncio

from stripe_lite.app import create_app
from stripe_lite.core.clock import utc_now
from stripe_lite.core.ids import new_id
from stripe_lite.db.jobs import Job
from stripe_lite.db.plan import RequestStamp
from stripe_lite.db.session import Database
from stripe_lite.db.work import Work
from stripe_lite.http.phases import Kit
from stripe_lite.workers.clock import ClockWorker
from tests.conftest import settings_for_tests

KIND = "tests_do_these_together"


class Shift:
    """An account's jobs and a worker that does them together."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self.account_id = new_id("acct")
        self.done: list[list[int]] = []
        self.meanwhile: str | None = None

    def worker(self) -> ClockWorker:
        return ClockWorker(self.kit, {}, {KIND: self._do})

    async def add(self, *numbers: int) -> None:
        work = Work(self.kit.database, self.kit.plan, self.account_id, False, RequestStamp(None))
        for number in numbers:
            work.add(
                Job(
                    account_id=self.account_id,
                    id=f"job_{number}",
                    livemode=False,
                    kind=KIND,
                    created_at=utc_now(),
                    run_at=utc_now() - timedelta(seconds=1),
                    payload={"number": number},
                )
            )
        await work.commit()

    async def left(self) -> list[str]:
        async with self.kit.database.connection() as connection:
            rows = await connection.fetch("SELECT id FROM jobs WHERE account_id = $1 ORDER BY id", self.account_id)
        return [row["id"] for row in rows]

    async def _do(self, work: Work, jobs: Sequence[Job]) -> None:
        self.done.append([job.payload["number"] for job in jobs])
        if self.meanwhile is not None:
            async with self.kit.database.connection() as connection:
                await connection.execute(self.meanwhile, self.account_id)
            self.meanwhile = None


@pytest_asyncio.fixture
async def shift(dsn: str) -> AsyncIterator[Shift]:
    async with _shift(dsn) as made:
        yield made


@asynccontextmanager
async def _shift(dsn: str) -> AsyncIterator[Shift]:
    app = create_app(settings_for_tests(), dsn)
    made = Shift(app.kit)
    yield made
    await app.kit.plan.commits.close()
    await app.database.close()


async def test_they_are_done_in_one_go(shift: Shift) -> None:
    await shift.add(1, 2, 3)
    await shift.worker().tick()
    assert [sorted(numbers) for numbers in shift.done] == [[1, 2, 3]]
    assert await shift.left() == []


async def test_what_somebody_else_has_done_meanwhile_is_left_out(shift: Shift) -> None:
    await shift.add(1, 2, 3)
    shift.meanwhile = "DELETE FROM jobs WHERE account_id = $1 AND id = 'job_2'"
    await shift.worker().tick()
    assert [sorted(numbers) for numbers in shift.done] == [[1, 2, 3], [1, 3]]
    assert await shift.left() == []


async def test_where_nothing_is_left_nothing_is_done_twice(shift: Shift) -> None:
    await shift.add(1, 2)
    shift.meanwhile = "DELETE FROM jobs WHERE account_id = $1"
    await shift.worker().tick()
    assert [sorted(numbers) for numbers in shift.done] == [[1, 2], []]
    assert await shift.left() == []


async def test_of_two_workers_one_gets_each(shift: Shift) -> None:
    await shift.add(*range(50))
    await asyncio.gather(shift.worker().tick(), shift.worker().tick())
    assert sorted(number for numbers in shift.done for number in numbers) == list(range(50))
    assert await shift.left() == []


async def test_a_claim_that_outlived_its_lease_does_nothing_twice(shift: Shift, dsn: str) -> None:
    await shift.add(1)
    worker, quicker = shift.worker(), Shift(shift.kit)
    quicker.account_id = shift.account_id
    claimed = await worker._claim()
    database = Database(dsn, pool_size=1)
    async with database.connection() as connection:
        await connection.execute("UPDATE jobs SET lease_until = now() WHERE account_id = $1", shift.account_id)
    await database.close()
    await quicker.worker().tick()
    await worker._do_together(claimed)
    assert quicker.done == [[1]]
    assert shift.done == [[1], []]
