"""PostgreSQL goes away under load, or cuts connections wherever it hits: no outcome is guessed."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import asyncpg
import httpx
import pytest

from stripe_lite.app import create_app
from stripe_lite.db.embedded import EmbeddedPostgres
from tests.conftest import serving, settings_for_tests
from tests.crash.conftest import prepare
from tests.crash.load import Merchant, everything_arrived, nothing_is_wrong, one_effect_each, quiet
from tests.webhooks.receivers import http_receiver

MERCHANTS = 4
PATIENT = {
    "webhook_schedule": "0,0.2,0.2,0.5,0.5,1,1,1",
    "webhook_timeout": 1,
    "bank_wait": 20,
    "log_level": "error",
}

CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND random() < 0.4
"""


async def _survives(dsn: str, http: httpx.AsyncClient, trouble: "asyncio.Task[None]", url: str, rounds: int) -> None:
    async with http_receiver() as receiver:
        merchants = [Merchant(http, url) for _ in range(MERCHANTS)]

        async def trade(merchant: Merchant) -> None:
            await merchant.subscribe(receiver)
            await merchant.trade(rounds)

        await asyncio.gather(trouble, *(trade(merchant) for merchant in merchants))
        await quiet(dsn)
        for merchant in merchants:
            await merchant.replays()
        await nothing_is_wrong(dsn)
        await one_effect_each(dsn, merchants)
        await everything_arrived(dsn, receiver)


async def test_cut_connections_lose_nothing(database: str, patient: httpx.AsyncClient) -> None:
    app = create_app(settings_for_tests(**PATIENT), database)

    async def cut() -> None:
        connection = await asyncpg.connect(database)
        for _ in range(60):
            await connection.execute(CUT)
            await asyncio.sleep(0.05)
        await connection.close()

    async with serving(app) as url:
        await _survives(database, patient, asyncio.create_task(cut()), url, rounds=2)


@pytest.fixture
def own_postgres() -> Iterator[EmbeddedPostgres]:
    """A durable PostgreSQL that a test may stop as it likes."""
    shared_memory = Path("/dev/shm")
    folder = Path(mkdtemp(prefix="stripe_lite_tests_", dir=shared_memory if shared_memory.is_dir() else None))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder / "data")
    server.start()
    try:
        yield server
    finally:
        server.stop()
        rmtree(folder, ignore_errors=True)


async def test_restarts_of_postgresql_lose_nothing(own_postgres: EmbeddedPostgres, patient: httpx.AsyncClient) -> None:
    dsn = own_postgres.dsn
    await prepare(dsn)

    async def restart() -> None:
        """An orderly stop first; then one without any order, which leaves recovery to the next start."""
        for asked in (signal.SIGINT, signal.SIGQUIT, signal.SIGQUIT):
            await asyncio.sleep(0.4)
            process = own_postgres._server
            assert process is not None
            process.send_signal(asked)
            while process.poll() is None:  # noqa: ASYNC110 - a process is polled
                await asyncio.sleep(0.01)
            own_postgres.stop()
            await asyncio.sleep(0.3)
            own_postgres.start()

    app = create_app(settings_for_tests(**PATIENT), dsn)
    async with serving(app) as url:
        trouble = asyncio.create_task(restart())
        await _survives(dsn, patient, trouble, url, rounds=3)
