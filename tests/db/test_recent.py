"""Rows that a process remembers are begun with, and never believed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import asyncpg
import pytest
import pytest_asyncio

from stripe_lite.core.clock import utc_now
from stripe_lite.core.ids import new_id
from stripe_lite.db import recent
from stripe_lite.db.outcomes import Conflict
from stripe_lite.db.plan import Plan, RequestStamp
from stripe_lite.db.session import Database
from stripe_lite.db.work import Work
from stripe_lite.payments.payment_intents.machine import IntentStatus
from stripe_lite.payments.payment_intents.model import PaymentIntent
from stripe_lite.registry import METADATA


@dataclass
class Pair:
    """Two processes on one database, and one account."""

    database: Database
    account_id: str = field(default_factory=lambda: new_id("acct"))
    here: Plan = field(default_factory=Plan)
    there: Plan = field(default_factory=Plan)

    def work(self, plan: Plan | None = None) -> Work:
        return Work(self.database, plan or self.here, self.account_id, False, RequestStamp(None))

    async def intent(self) -> str:
        """An intent that was written here."""
        work = self.work()
        intent = PaymentIntent(
            account_id=self.account_id,
            id=new_id("pi"),
            livemode=False,
            created_at=utc_now(),
            status=IntentStatus.REQUIRES_PAYMENT_METHOD,
            amount=1000,
            currency="usd",
            capture_method="automatic",
            confirmation_method="automatic",
            client_secret="pi_secret",
            details={"description": "one"},
        )
        work.add(intent)
        await work.commit()
        return intent.id

    async def change(self, plan: Plan, id: str, amount: int) -> None:
        work = self.work(plan)
        (await watched(work, id)).amount = amount
        await work.commit()

    async def amount(self, id: str) -> int:
        work = self.work()
        intent = await work.get(PaymentIntent, id)
        work.close()
        assert intent is not None
        return intent.amount


@pytest_asyncio.fixture(scope="module")
async def database(postgres: str) -> AsyncIterator[Database]:
    """A database of its own: intents that no request made have no history, as all others must have."""
    connection = await asyncpg.connect(postgres)
    await connection.execute("CREATE DATABASE recent_tests")
    await connection.close()
    database = Database(postgres.replace("/stripe_lite?", "/recent_tests?"), pool_size=2)
    async with database.engine.begin() as made:
        await made.run_sync(METADATA.create_all)
    yield database
    await database.close()


@pytest.fixture
def pair(database: Database) -> Pair:
    return Pair(database)


async def watched(work: Work, id: str) -> PaymentIntent:
    intent = await work.get(PaymentIntent, id, watch=True)
    assert intent is not None
    return intent


async def test_a_change_begins_with_what_was_written_a_moment_ago(pair: Pair) -> None:
    id = await pair.intent()
    for amount in (2000, 3000):
        await pair.change(pair.here, id, amount)
    assert await pair.amount(id) == 3000


async def test_what_somebody_else_has_changed_is_read_the_second_time(pair: Pair) -> None:
    id = await pair.intent()
    await pair.change(pair.there, id, 2000)
    work = pair.work()
    old = await watched(work, id)
    assert old.amount == 1000
    old.amount += 5
    with pytest.raises(Conflict):
        await work.commit()
    work = pair.work()
    assert (await watched(work, id)).amount == 2000
    work.close()


@pytest.mark.parametrize("same", [False, True])
async def test_nothing_is_committed_that_rests_on_a_remembered_row_and_leaves_it_alone(pair: Pair, same: bool) -> None:
    id = await pair.intent()
    work = pair.work()
    intent = await watched(work, id)
    if same:
        intent.amount = 1000
    other = await pair.intent()  # Something else that the work does.
    (await watched(work, other)).amount = 7
    with pytest.raises(Conflict):
        await work.commit()
    assert await pair.amount(other) == 1000


async def test_what_was_undone_guards_nothing_and_is_not_remembered(pair: Pair) -> None:
    id = await pair.intent()
    work = pair.work()
    (await watched(work, id)).amount = 7
    await work.flush()
    await work.rollback()
    with pytest.raises(Conflict):
        await work.commit()
    work.close()
    await pair.change(pair.here, id, 2000)
    assert await pair.amount(id) == 2000


async def test_a_row_of_the_other_mode_is_not_there(pair: Pair) -> None:
    id = await pair.intent()
    live = Work(pair.database, pair.here, pair.account_id, True, RequestStamp(None))
    assert await live.get(PaymentIntent, id, watch=True) is None
    live.close()


async def test_no_more_than_so_many_are_remembered(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "ROWS_MAX", 2)
    ids = [await pair.intent() for _ in range(3)]
    taken = [pair.here.recent.take(PaymentIntent, pair.account_id, id) for id in ids]
    assert [each is None for each in taken] == [True, False, False]
    assert pair.here.recent.take(PaymentIntent, pair.account_id, ids[1]) is None
