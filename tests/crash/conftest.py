"""A database of its own for each test, with the schema that the servers expect."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias

import asyncpg
import httpx
import pytest
import pytest_asyncio
import structlog
from alembic.script import ScriptDirectory

from stripe_lite.audit.views import CREATE_VIEWS, PROTECT
from stripe_lite.db import migrate
from stripe_lite.db.session import Database
from stripe_lite.registry import METADATA

BLANK = "stripe_lite_blank"

NewDatabase: TypeAlias = Callable[[], Awaitable[str]]


async def prepare(dsn: str) -> None:
    """Make every table, and mark the database as migrated, which takes a server less time than to migrate it."""
    database = Database(dsn, pool_size=1)
    head = ScriptDirectory.from_config(migrate.config()).get_current_head()
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
        for statement in (*CREATE_VIEWS, *PROTECT):
            await connection.exec_driver_sql(statement)
        await connection.exec_driver_sql("CREATE TABLE alembic_version (version_num text PRIMARY KEY)")
        if head is not None:
            await connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{head}')")
    await database.close()


def named(dsn: str, name: str) -> str:
    """The address of another database of the same server."""
    before, _, options = dsn.partition("?")
    return f"{before.rpartition('/')[0]}/{name}?{options}"


@pytest.fixture(scope="session", autouse=True)
def _plain_log() -> None:
    """Tracebacks without local variables: rendering those takes longer than what the tests wait for."""
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, plain])


@pytest_asyncio.fixture(scope="session")
async def new_database(postgres: str) -> NewDatabase:
    """Makes empty databases with the schema in them."""
    numbers = itertools.count()
    connection = await asyncpg.connect(postgres)
    await connection.execute(f"CREATE DATABASE {BLANK}")
    await connection.close()
    await prepare(named(postgres, BLANK))

    async def create() -> str:
        name = f"stripe_lite_crash_{next(numbers)}"
        connection = await asyncpg.connect(postgres)
        try:
            await connection.execute(f"CREATE DATABASE {name} TEMPLATE {BLANK}")
        finally:
            await connection.close()
        return named(postgres, name)

    return create


@pytest_asyncio.fixture
async def database(new_database: NewDatabase) -> str:
    """An empty database."""
    return await new_database()


@pytest_asyncio.fixture(scope="session")
async def patient() -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client that waits for long answers, without limits of its own."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=200)
    async with httpx.AsyncClient(timeout=30, limits=limits) as client:
        yield client
