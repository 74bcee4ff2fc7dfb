"""Migrations make exactly the tables that the models describe, once, whoever comes first."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from stripe_lite.db.embedded import EmbeddedPostgres
from stripe_lite.db.migrate import UnknownRevision, config, revision, upgrade
from stripe_lite.db.session import engine_url


@pytest.fixture
def dsn() -> Iterator[str]:
    path = Path(tempfile.mkdtemp(prefix="stripe_lite_test_"))
    with EmbeddedPostgres(path, fast=True) as database:
        yield database.dsn
    shutil.rmtree(path)


async def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(config()).get_heads()) == 1


async def test_the_migrated_database_is_what_the_models_describe(dsn: str) -> None:
    head = await upgrade(dsn)
    assert await revision(dsn) == head
    configuration = config()

    def check(connection: Connection) -> None:
        configuration.attributes["connection"] = connection
        command.check(configuration)  # Raises where the two differ.

    engine = create_async_engine(engine_url(dsn))
    async with engine.connect() as connection:
        await connection.run_sync(check)
    await engine.dispose()


async def test_servers_that_start_together_take_turns(dsn: str) -> None:
    commands = [
        await asyncio.create_subprocess_exec(sys.executable, "-m", "stripe_lite", "migrate", env={"DATABASE_URL": dsn})
        for _ in range(2)
    ]
    assert [await each.wait() for each in commands] == [0, 0]
    assert await revision(dsn) is not None


async def test_a_database_of_a_newer_version_is_refused(dsn: str) -> None:
    await upgrade(dsn)
    connection = await asyncpg.connect(dsn)
    await connection.execute("UPDATE alembic_version SET version_num = 'of_the_future'")
    await connection.close()
    with pytest.raises(UnknownRevision, match="of_the_future"):
        await upgrade(dsn)
