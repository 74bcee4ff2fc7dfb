"""A merchant's endpoints and events, and delivery workers, without the API around them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from stripe_lite.core.ids import new_id, new_secret
from stripe_lite.core.objects import StripeObject
from stripe_lite.db.plan import Plan, RequestStamp
from stripe_lite.db.session import Database
from stripe_lite.db.work import Work
from stripe_lite.events import outbox
from stripe_lite.events.deliveries import service as deliveries
from stripe_lite.events.deliveries.schedule import Schedule
from stripe_lite.events.endpoints.model import WebhookEndpoint
from stripe_lite.events.targets import Policy
from stripe_lite.workers import loop
from stripe_lite.workers.webhooks import WebhookWorker

PLAN = Plan(followers=(outbox.deliveries,))


class Thing(StripeObject):
    """An object that events tell of."""

    id: str
    object: str = "thing"
    name: str


@dataclass(slots=True)
class Stage:
    """One account on a database of its tests' own."""

    database: Database
    account_id: str
    address: str

    def work(self, *, livemode: bool = False) -> Work:
        """A new unit of work of the account."""
        return Work(self.database, PLAN, self.account_id, livemode, RequestStamp("req_1", "key_1"))

    async def endpoint(self, url: str, *types: str, livemode: bool = False, status: str = "enabled") -> WebhookEndpoint:
        """Register an endpoint."""
        work = self.work(livemode=livemode)
        endpoint = WebhookEndpoint(
            account_id=self.account_id,
            id=new_id("we"),
            livemode=livemode,
            created_at=work.now,
            url=url,
            status=status,
            enabled_events=list(types) or ["*"],
            secret=f"whsec_{new_secret()}",
        )
        work.add(endpoint)
        await work.commit()
        return endpoint

    async def happen(self, type: str = "thing.created", times: int = 1, *, livemode: bool = False) -> list[str]:
        """Record events of a type; gives back their ids."""
        work = self.work(livemode=livemode)
        events = [outbox.record(work, type, Thing(id=new_id("th"), name="Zoë \u0000\u2028")) for _ in range(times)]
        await work.commit()
        return [event.id for event in events]

    async def change(self, endpoint: WebhookEndpoint, **columns: object) -> None:
        """Change an endpoint's row."""
        work = self.work()
        row = await work.get(WebhookEndpoint, endpoint.id, lock=True)
        assert row is not None
        for name, value in columns.items():
            setattr(row, name, value)
        await work.commit()

    async def remove(self, endpoint: WebhookEndpoint) -> None:
        """Delete an endpoint's row."""
        work = self.work()
        row = await work.get(WebhookEndpoint, endpoint.id, lock=True)
        assert row is not None
        work.delete(row)
        await work.commit()

    async def rows(self, table: str, order: str = "id") -> list[asyncpg.Record]:
        """All rows of the account in a table."""
        async with self.database.connection() as connection:
            return await connection.fetch(
                f"SELECT * FROM {table} WHERE account_id = $1 ORDER BY {order}", self.account_id
            )

    async def delivery(self) -> asyncpg.Record:
        """The account's only delivery."""
        (row,) = await self.rows("deliveries")
        return row

    async def quiet(self, seconds: float = 30.0) -> None:
        """Wait until no delivery of the account is pending."""
        await self.until("SELECT count(*) = 0 FROM deliveries WHERE account_id = $1 AND status = 'pending'", seconds)

    async def until(self, question: str, seconds: float = 30.0) -> None:
        """Wait until a query about the account answers true."""
        async with asyncio.timeout(seconds), self.database.connection() as connection:
            while not await connection.fetchval(question, self.account_id):  # noqa: ASYNC110 - a database is polled
                await asyncio.sleep(0.01)

    async def resend(self, event_id: str, endpoint: WebhookEndpoint) -> None:
        """Put one more delivery of an event into the queue, as an operator does."""
        work = self.work()
        deliveries.resend(work, event_id, endpoint.id)
        await work.commit()

    def worker(self, *waits: float, timeout_seconds: float = 2.0, policy: Policy = Policy.ALLOW) -> WebhookWorker:
        """A delivery worker that nobody runs yet."""
        schedule = Schedule(waits or (0.0, 0.1, 0.2))
        return WebhookWorker(self.database, schedule, timeout_seconds=timeout_seconds, policy=policy)

    @asynccontextmanager
    async def working(
        self, *waits: float, timeout_seconds: float = 2.0, policy: Policy = Policy.ALLOW
    ) -> AsyncIterator[WebhookWorker]:
        """A running delivery worker."""
        worker = self.worker(*waits, timeout_seconds=timeout_seconds, policy=policy)
        stop = asyncio.Event()
        task = asyncio.create_task(loop.run([worker], stop))
        try:
            yield worker
        finally:
            stop.set()
            await task


def event_of(body: bytes) -> dict[str, Any]:
    """The event in a webhook's body."""
    event: dict[str, Any] = json.loads(body)
    return event


def soon(seconds: float) -> datetime:
    """A moment from now."""
    return datetime.now(UTC) + timedelta(seconds=seconds)
