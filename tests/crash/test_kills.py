"""A server dies at every place where it may hurt, and comes back: nothing is lost, nothing happens twice."""

import asyncio
import signal
import time
from dataclasses import dataclass

import asyncpg
import httpx
import pytest
import pytest_asyncio

from tests.crash.conftest import NewDatabase
from tests.crash.load import Merchant, everything_arrived, nothing_is_wrong, one_effect_each, quiet
from tests.crash.servers import Server
from tests.webhooks.receivers import Receiver, http_receiver

# Where the server dies, and at which passage: early, in the middle and late; each under load.
PASSAGES = {
    "key_claimed": (3, 9, 25),
    "before_bank": (2, 6, 17),
    "after_bank": (2, 6, 17),
    "before_commit": (5, 14, 40),
    "after_commit": (5, 14, 40),
    "before_send": (3, 12, 40),
    "after_send": (3, 12, 40),
}
KILLS = [f"{point}:{passage}:kill" for point, passages in PASSAGES.items() for passage in passages]
SIGTERM = "SIGTERM"
DEATHS = [*KILLS, SIGTERM]
MERCHANTS = 3
ROUNDS = 1
AT_ONCE = 4
# How far the load is when a server is asked to stop.
ANSWERS_FIRST = 4
STOP_SECONDS_MAX = 10.0
# A dead owner is noticed within 5 seconds; the rest is for a machine that runs several servers at once.
RECOVERY_SECONDS_MAX = 5.0 + 5.0


@dataclass(slots=True)
class Story:
    """What was left behind by a server that died and came back."""

    dsn: str
    merchants: list[Merchant]
    receiver: Receiver
    status: int
    stopped_within: float
    back_at: float


async def _live_through(name: str, server: Server, http: httpx.AsyncClient, receiver: Receiver) -> Story:
    await server.start(**({} if name == SIGTERM else {"FAILPOINT": name}))
    merchants = [Merchant(http, server.url) for _ in range(MERCHANTS)]
    load = asyncio.gather(*(_trade(merchant, receiver) for merchant in merchants))
    began = time.monotonic()
    if name == SIGTERM:
        while len(merchants[0].answers) < ANSWERS_FIRST:  # noqa: ASYNC110 - a load is watched
            await asyncio.sleep(0.005)
        began = time.monotonic()
        await server.end(signal.SIGTERM)
    async with asyncio.timeout(30):
        status = await server.status()
    stopped_within = time.monotonic() - began
    await _end_leases(server.dsn)
    await server.start()
    back_at = time.monotonic()
    await load
    return Story(server.dsn, merchants, receiver, status, stopped_within, back_at)


async def _trade(merchant: Merchant, receiver: Receiver) -> None:
    await merchant.subscribe(receiver)
    await merchant.trade(ROUNDS)


async def _end_leases(dsn: str) -> None:
    """The dead had deliveries in its hands. Waiting for their leases to end would take their whole length."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("UPDATE deliveries SET lease_until = now() WHERE lease_until IS NOT NULL")
    await connection.close()


@pytest_asyncio.fixture(scope="module")
async def stories(new_database: NewDatabase, patient: httpx.AsyncClient) -> dict[str, asyncio.Task[Story]]:
    """All the stories, told side by side: most of their time is waiting."""
    few = asyncio.Semaphore(AT_ONCE)

    async def tell(name: str) -> Story:
        async with few, http_receiver() as receiver:
            server = Server(await new_database())
            try:
                story = await _live_through(name, server, patient, receiver)
                await quiet(story.dsn)
                for merchant in story.merchants:
                    await merchant.replays()
                return story
            finally:
                # Also where the story failed, or where nobody wants to hear it: it would be waited for at the end.
                if server.process is not None:
                    await server.end(signal.SIGKILL)

    return {name: asyncio.create_task(tell(name)) for name in DEATHS}


@pytest.mark.parametrize("name", DEATHS)
async def test_nothing_is_lost_and_nothing_happens_twice(stories: dict[str, asyncio.Task[Story]], name: str) -> None:
    story = await stories[name]
    if name == SIGTERM:
        assert story.status == 0
        assert story.stopped_within < STOP_SECONDS_MAX
    else:
        assert story.status == -signal.SIGKILL
    await nothing_is_wrong(story.dsn)
    await one_effect_each(story.dsn, story.merchants)
    await everything_arrived(story.dsn, story.receiver)
    waits = [
        answer.ended - max(answer.began, story.back_at)
        for merchant in story.merchants
        for answer in merchant.answers
        if answer.tries > 1
    ]
    assert "_send:" in name or waits, "nobody was hit"
    assert max(waits, default=0.0) < RECOVERY_SECONDS_MAX
