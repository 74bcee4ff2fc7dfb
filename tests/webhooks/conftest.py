"""A database of the delivery tests' own: the shared server's worker must not deliver what they watch."""

from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio

from stripe_lite.core.ids import new_id
from stripe_lite.db.session import Database
from stripe_lite.registry import METADATA
from tests.webhooks.stage import Stage

NAME = "webhook_tests"


@pytest_asyncio.fixture(scope="session")
async def webhook_address(postgres: str) -> str:
    """The address of a second database on the session's server."""
    connection = await asyncpg.connect(postgres)
    await connection.execute(f"CREATE DATABASE {NAME}")
    await connection.close()
    path, _, query = postgres.partition("?")
    return path.rpartition("/")[0] + f"/{NAME}" + (f"?{query}" if query else "")


@pytest_asyncio.fixture(scope="session")
async def webhook_database(webhook_address: str) -> AsyncIterator[Database]:
    """That database, with every table."""
    database = Database(webhook_address, pool_size=12)
    async with database.engine.begin() as made:
        await made.run_sync(METADATA.create_all)
    yield database
    await database.close()


@pytest_asyncio.fixture
async def stage(webhook_database: Database, webhook_address: str) -> AsyncIterator[Stage]:
    """A fresh account, which leaves no delivery behind: a later test's worker would send it, a minute from now."""
    stage = Stage(webhook_database, new_id("acct"), webhook_address)
    yield stage
    async with webhook_database.connection() as connection:
        await connection.execute(
            "UPDATE deliveries SET status = 'canceled' WHERE account_id = $1 AND status = 'pending'", stage.account_id
        )
