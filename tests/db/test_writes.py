"""Many rows that are written alike share a statement, and are guarded as each one by itself would be."""

from collections.abc import AsyncIterator, Callable
from typing import TypeAlias

import pytest
import pytest_asyncio
from sqlalchemy import select

from stripe_lite.core.clock import utc_now
from stripe_lite.core.ids import new_id
from stripe_lite.db.jobs import Job
from stripe_lite.db.outcomes import Conflict
from stripe_lite.db.plan import Plan, RequestStamp
from stripe_lite.db.session import Database
from stripe_lite.db.work import Work

KIND = "nobody_does_these"
NewWork: TypeAlias = Callable[[], Work]


@pytest_asyncio.fixture
async def new_work(dsn: str) -> AsyncIterator[NewWork]:
    database = Database(dsn, pool_size=2)
    account_id = new_id("acct")
    yield lambda: Work(database, Plan(), account_id, False, RequestStamp(None))
    await database.close()


def job(work: Work, number: int) -> Job:
    return Job(
        account_id=work.account_id,
        id=f"job_{number:03}",
        livemode=False,
        kind=KIND,
        created_at=work.now,
        run_at=utc_now().replace(year=2100),
        payload={"number": number, "text": "'\\\" {} ,\n"},
    )


async def jobs_of(work: Work, *, lock: bool = False) -> list[Job]:
    return await work.all(select(Job).where(Job.account_id == work.account_id).order_by(Job.id), lock=lock)


async def read(work: Work) -> list[Job]:
    found = await jobs_of(work)
    work.close()
    return found


@pytest.mark.parametrize("count", [1, 3, 4, 60])
async def test_rows_are_added_changed_and_deleted(new_work: NewWork, count: int) -> None:
    work = new_work()
    for number in range(count):
        work.add(job(work, number))
    await work.commit()

    work = new_work()
    for each in await jobs_of(work, lock=True):
        each.attempts = each.payload["number"] * 2
        each.lease_until = None if each.payload["number"] % 2 else work.now
    await work.commit()

    work = new_work()
    found = await jobs_of(work, lock=True)
    assert [each.id for each in found] == [f"job_{number:03}" for number in range(count)]
    assert [each.payload for each in found] == [{"number": n, "text": "'\\\" {} ,\n"} for n in range(count)]
    assert [(each.attempts, each.lease_until is None, each.version) for each in found] == [
        (n * 2, bool(n % 2), found[0].version) for n in range(count)
    ]
    for each in found:
        work.delete(each)
    await work.commit()
    assert await read(new_work()) == []


@pytest.mark.parametrize("act", ["change", "delete"])
@pytest.mark.parametrize("count", [2, 5])
async def test_a_row_changed_by_another_undoes_them_all(new_work: NewWork, count: int, act: str) -> None:
    work = new_work()
    for number in range(count):
        work.add(job(work, number))
    await work.commit()

    slow, fast = new_work(), new_work()
    for number in range(count):
        each = await slow.get(Job, f"job_{number:03}", watch=True)
        assert each is not None
        if act == "change":
            each.attempts = 7
        else:
            slow.delete(each)
    other = await fast.get(Job, "job_001", watch=True)
    assert other is not None
    other.attempts = 1
    await fast.commit()

    with pytest.raises(Conflict):
        await slow.commit()
    await slow.rollback()
    slow.close()
    assert [each.attempts for each in await read(new_work())] == [0, 1, *[0] * (count - 2)]


async def test_a_row_that_was_written_is_adopted_as_it_would_be_read(new_work: NewWork) -> None:
    payload = {"zz": 1, "a": {"é": None, "bb": [{"y": 1.5, "x": True}], "c": "text"}, "long_name": [], "b": {}, "": 0}
    work = new_work()
    written = job(work, 1)
    written.payload = payload
    work.add(written)
    await work.commit()

    later = new_work()
    later.adopt([written])
    adopted = await later.get(Job, "job_001", watch=True)
    assert adopted is not None
    [found] = await read(new_work())
    assert adopted.payload == found.payload == payload
    assert (adopted.run_at, adopted.version) == (found.run_at, found.version)

    adopted.attempts = 1
    await later.commit()
    assert [each.attempts for each in await read(new_work())] == [1]
