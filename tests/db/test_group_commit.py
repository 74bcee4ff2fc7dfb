"""Commits of one account that go together: each lasts, or fails, as it would by itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg
import pytest
import pytest_asyncio

from stripe_lite.core.clock import utc_now
from stripe_lite.core.errors import LockTimeout
from stripe_lite.core.ids import new_id
from stripe_lite.db.jobs import Job
from stripe_lite.db.outcomes import CommitUnknown, Conflict
from stripe_lite.db.plan import Plan, RequestStamp
from stripe_lite.db.sending import GroupCommit
from stripe_lite.db.session import Database
from stripe_lite.db.work import Work

KIND = "nobody_does_these"


@dataclass
class Office:
    """One account's works in one process, and a view of what they wrote."""

    database: Database
    account_id: str = field(default_factory=lambda: new_id("acct"))
    plan: Plan = field(default_factory=Plan)

    def work(self) -> Work:
        return Work(self.database, self.plan, self.account_id, False, RequestStamp(None))

    def adding(self, *numbers: int) -> Work:
        """A work that adds jobs."""
        work = self.work()
        for number in numbers:
            work.add(self.job(number))
        return work

    async def changing(self, number: int, attempts: int) -> Work:
        """A work that changes a job that it has read."""
        work = self.work()
        job = await work.get(Job, f"job_{number:03}", watch=True)
        assert job is not None
        job.attempts = attempts
        return work

    async def removing(self, number: int) -> Work:
        """A work that deletes a job that it has read."""
        work = self.work()
        job = await work.get(Job, f"job_{number:03}", watch=True)
        assert job is not None
        work.delete(job)
        return work

    def job(self, number: int, kind: str = KIND) -> Job:
        return Job(
            account_id=self.account_id,
            id=f"job_{number:03}",
            livemode=False,
            kind=kind,
            created_at=utc_now(),
            run_at=utc_now().replace(year=2100),
            payload={"number": number},
        )

    async def rows(self, what: str) -> list[asyncpg.Record]:
        async with self.database.connection() as connection:
            return await connection.fetch(f"SELECT {what} FROM jobs WHERE account_id = $1 ORDER BY 1", self.account_id)

    async def kept(self) -> dict[int, int]:
        """The attempts of each job that there is."""
        return {row["number"]: row["attempts"] for row in await self.rows("(payload->>'number')::int number, attempts")}

    async def transactions(self) -> int:
        """In how many transactions the jobs were written."""
        return len({row["xmin"] for row in await self.rows("xmin::text")})

    @asynccontextmanager
    async def holding(self, number: int) -> AsyncIterator[None]:
        """Somebody else's lock on a job."""
        async with self.database.connection() as connection, connection.transaction():
            sql = "SELECT FROM jobs WHERE account_id = $1 AND id = $2 FOR UPDATE"
            await connection.execute(sql, self.account_id, f"job_{number:03}")
            yield


@pytest_asyncio.fixture
async def office(dsn: str) -> AsyncIterator[Office]:
    database = Database(dsn, pool_size=12, lock_timeout_ms=300)
    yield Office(database)
    await database.close()


async def commit_all(*works: Work) -> list[BaseException | None]:
    """Commit works at the same moment; what each of them ends with."""
    return await asyncio.gather(*(work.commit() for work in works), return_exceptions=True)


async def test_they_share_transactions_and_all_last(office: Office) -> None:
    ended = await commit_all(*(office.adding(number, 100 + number) for number in range(20)))
    assert ended == [None] * 20
    assert len(await office.kept()) == 40
    assert await office.transactions() == 2  # The first alone, and all that came meanwhile.


async def test_additions_changes_and_deletions_go_together(office: Office) -> None:
    await office.adding(*range(6)).commit()
    works = [office.adding(10), await office.changing(0, 7), await office.removing(1), office.adding(11, 12)]
    assert await commit_all(*works, await office.changing(2, 8), await office.removing(3)) == [None] * 6
    assert await office.kept() == {0: 7, 2: 8, 4: 0, 5: 0, 10: 0, 11: 0, 12: 0}


async def test_a_work_in_conflict_fails_alone(office: Office) -> None:
    await office.adding(0, 1, 2).commit()
    late = await office.changing(1, 9)
    await (await office.changing(1, 5)).commit()
    works = [office.adding(10), await office.changing(0, 7), late, await office.changing(2, 8), office.adding(11)]
    ended = await commit_all(*works)
    assert isinstance(ended[2], Conflict)
    assert ended[:2] + ended[3:] == [None] * 4
    assert await office.kept() == {0: 7, 1: 5, 2: 8, 10: 0, 11: 0}


async def test_of_two_that_change_the_same_row_one_wins(office: Office) -> None:
    await office.adding(0).commit()
    works = [office.adding(10), await office.changing(0, 1), await office.changing(0, 2), await office.removing(0)]
    ended = await commit_all(*works)
    assert ended[0] is None
    assert sorted(type(each).__name__ for each in ended[1:]) == ["Conflict", "Conflict", "NoneType"]


async def test_a_row_that_is_there_already_is_refused_alone(office: Office) -> None:
    await office.adding(0).commit()
    ended = await commit_all(office.adding(10), office.adding(0, 20), office.adding(11), office.adding(12))
    assert isinstance(ended[1], asyncpg.UniqueViolationError)
    assert [ended[0], *ended[2:]] == [None] * 3
    assert sorted(await office.kept()) == [0, 10, 11, 12]


async def test_a_value_that_the_driver_refuses_harms_nobody_else(office: Office) -> None:
    wrong = office.work()
    wrong.add(office.job(20, kind=20))  # type: ignore[arg-type]
    ended = await commit_all(office.adding(10), wrong, office.adding(11), office.adding(12))
    assert isinstance(ended[1], asyncpg.DataError)
    assert [ended[0], *ended[2:]] == [None] * 3
    assert sorted(await office.kept()) == [10, 11, 12]


async def test_one_that_waits_for_a_lock_holds_nobody_up(office: Office) -> None:
    await office.adding(0).commit()
    held_up = await office.changing(0, 1)
    async with office.holding(0):
        waiting = asyncio.create_task(held_up.commit())
        await asyncio.sleep(0)
        assert await commit_all(office.adding(10), office.adding(11)) == [None] * 2
        assert not waiting.done()
        with pytest.raises(LockTimeout):
            await waiting
    assert await office.kept() == {0: 0, 10: 0, 11: 0}


async def test_who_goes_with_one_that_waits_for_a_lock_lasts_in_the_end(office: Office) -> None:
    await office.adding(0).commit()
    held_up = await office.changing(0, 1)
    async with office.holding(0):
        ended = await commit_all(office.adding(10), office.adding(11), held_up, office.adding(12))
    assert isinstance(ended[2], LockTimeout)
    assert await office.kept() == {0: 0, 10: 0, 11: 0, 12: 0}


async def test_where_the_connection_is_lost_each_finds_out_by_itself(office: Office) -> None:
    await office.adding(0).commit()
    held_up = await office.changing(0, 1)
    works = [office.adding(10), office.adding(11), held_up]
    async with office.holding(0):
        ending = asyncio.create_task(commit_all(*works))
        await _end_whoever_waits(office)
        ended = await ending
    # The first went alone, before the others.
    assert ended[0] is None
    assert isinstance(ended[1], CommitUnknown)
    assert isinstance(ended[2], CommitUnknown)
    assert not await works[1].committed(ended[1])
    assert not await works[2].committed(ended[2])
    assert await office.kept() == {0: 0, 10: 0}


async def test_accounts_do_not_go_together(office: Office) -> None:
    others = [Office(office.database, plan=office.plan) for _ in range(4)]
    assert await commit_all(*(other.adding(0) for other in others)) == [None] * 4
    async with office.database.connection() as connection:
        sql = "SELECT count(DISTINCT xmin::text) FROM jobs WHERE account_id = ANY ($1)"
        assert await connection.fetchval(sql, [other.account_id for other in others]) == 4


async def test_commits_have_a_connection_of_their_own_and_others_when_it_waits(dsn: str, office: Office) -> None:
    commits = GroupCommit(Database(dsn, pool_size=1, lock_timeout_ms=5_000, plans="generic"))
    one = Office(Database(dsn, pool_size=1), plan=Plan(commits=commits))
    async with one.database.connection() as connection:  # The only one that is not the commits'.
        await one.adding(0, 1).commit()
        assert await connection.fetchval("SHOW plan_cache_mode") == "auto"
    held_up, other = await one.changing(0, 7), Office(one.database, plan=one.plan)
    async with Office(office.database, account_id=one.account_id).holding(0):
        waiting = asyncio.create_task(held_up.commit())
        await _somebody_waits(office)
        await other.adding(0).commit()
        assert not waiting.done()
    await waiting
    assert await one.kept() == {0: 7, 1: 0}
    assert await other.kept() == {0: 0}
    await commits.close()
    await one.database.close()


async def test_the_connections_of_commits_plan_once(dsn: str) -> None:
    lines = Database(dsn, pool_size=1, plans="generic")
    async with lines.connection() as connection:
        assert await connection.fetchval("SHOW plan_cache_mode") == "force_generic_plan"
        assert not lines.free
    assert lines.free
    await lines.close()


async def _somebody_waits(office: Office) -> None:
    sql = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%UPDATE jobs%'"
    async with office.database.connection() as connection, asyncio.timeout(20):
        while not await connection.fetch(sql):  # noqa: ASYNC110 - a database is polled
            await asyncio.sleep(0.005)


async def _end_whoever_waits(office: Office) -> None:
    sql = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND query LIKE '%UPDATE jobs%' AND datname = $1
    """
    async with office.database.connection() as connection:
        name = await connection.fetchval("SELECT current_database()")
        async with asyncio.timeout(20):
            while not await connection.fetch(sql, name):  # noqa: ASYNC110 - a database is polled
                await asyncio.sleep(0.005)
