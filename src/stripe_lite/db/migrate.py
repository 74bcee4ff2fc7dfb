"""Bringing a database to the schema this version of the program knows."""

from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from stripe_lite.db.session import engine_url

if TYPE_CHECKING:
    from alembic.config import Config

PACKAGE = Path(__file__).parents[1]
ADVISORY_LOCK = 7_306_100_119  # Any number, the same in every version: servers that start together take turns.


class UnknownRevision(Exception):
    """The database was migrated by a newer version of the program."""


class DatabaseUnreachable(Exception):
    """The database cannot be reached or does not let us in."""


async def upgrade(dsn: str) -> str:
    """Run the migrations that the database lacks and return its revision; refuses a database newer than we are."""
    head = newest()
    current = await revision(dsn)
    if current == head:
        return head
    if current is not None and current not in known():
        raise UnknownRevision(
            f"The database is at revision {current}, which this version of stripe_lite does not know "
            f"(its newest is {head}): start the newer version that migrated it, or use another database."
        )
    await _run(dsn)
    return head


async def revision(dsn: str) -> str | None:
    """Read which migration a database is at; None where there was none yet."""
    try:
        connection = await asyncpg.connect(dsn)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseUnreachable(f"The database does not let us in: {error}") from error
    try:
        found = await connection.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()
    assert found is None or isinstance(found, str)
    return found


def folder() -> Path:
    """The migrations of the installed package, or of the checkout it runs from."""
    installed = PACKAGE / "migrations"
    return installed if installed.exists() else PACKAGE.parents[1] / "migrations"


def known() -> list[str]:
    """The revisions that this version has, oldest first: their files begin with them."""
    return sorted(path.name.partition("_")[0] for path in (folder() / "versions").glob("[0-9]*_*.py"))


def newest() -> str:
    """The revision that this version needs."""
    revisions = known()
    assert revisions, "there are no migrations"
    return revisions[-1]


def config() -> "Config":
    """Alembic's configuration. It is imported where it is needed: most starts find the database as it should be."""
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(folder()).replace("%", "%%"))
    return configuration


async def _run(dsn: str) -> None:
    from alembic import command

    configuration = config()
    engine = create_async_engine(engine_url(dsn), poolclass=NullPool)

    def with_connection(connection: Connection) -> None:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")

    async with engine.connect() as connection:
        await connection.run_sync(with_connection)
    await engine.dispose()
