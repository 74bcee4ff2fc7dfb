"""A worker that dies loses nothing: what it had claimed is sent by the next one."""

import asyncio
import signal
import sys

import pytest

from stripe_lite.core import failpoints
from tests.webhooks.receivers import http_receiver
from tests.webhooks.stage import Stage


@pytest.mark.parametrize(("failpoint", "hits_of_the_dead"), [("before_send:2:kill", 1), ("after_send:2:kill", 2)])
async def test_kill_9_around_a_send_loses_nothing(stage: Stage, failpoint: str, hits_of_the_dead: int) -> None:
    async with http_receiver() as receiver:
        await stage.endpoint(receiver.url)
        ids = await stage.happen(times=2)
        program = (sys.executable, "-m", "tests.webhooks.worker_program", stage.address, failpoint)
        process = await asyncio.create_subprocess_exec(*program)
        assert await process.wait() == -signal.SIGKILL
        assert len(receiver.hits) <= hits_of_the_dead
        assert {row["status"] for row in await stage.rows("deliveries")} <= {"pending", "delivered"}
        # Waiting for the leases to end would take their whole length; here they have just ended.
        async with stage.database.connection() as connection:
            await connection.execute("UPDATE deliveries SET lease_until = now() WHERE lease_until IS NOT NULL")
        async with stage.working():
            await stage.quiet()
        received = [hit.body for hit in receiver.hits]
        assert len(set(received)) == len(ids) == 2
        assert [row["status"] for row in await stage.rows("deliveries")] == ["delivered"] * 2


async def test_an_error_of_our_own_keeps_the_delivery_for_later(stage: Stage) -> None:
    failpoints.configure("after_send:1:raise")
    try:
        async with http_receiver() as receiver, stage.working(timeout_seconds=0.2):
            await stage.endpoint(receiver.url)
            await stage.happen()
            async with asyncio.timeout(20):
                while not receiver.hits:  # noqa: ASYNC110 - a list is polled
                    await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            delivery = await stage.delivery()
            assert (delivery["status"], delivery["attempts"]) == ("pending", 0)
            assert delivery["lease_until"] is not None
    finally:
        failpoints.configure(None)
