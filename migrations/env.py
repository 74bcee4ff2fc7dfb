"""How alembic reaches the database: over the connection it is given, or over one of its own by the settings."""

import asyncio

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from stripe_lite.db.embedded import EmbeddedPostgres
from stripe_lite.db.migrate import ADVISORY_LOCK
from stripe_lite.db.session import engine_url
from stripe_lite.registry import METADATA
from stripe_lite.settings import Settings


def migrate(connection: Connection) -> None:
    """Run what alembic was asked for in one transaction, which no other process does meanwhile."""
    context.configure(connection=connection, target_metadata=METADATA, compare_server_default=True)
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        context.run_migrations()


async def connect_and_migrate(dsn: str) -> None:
    """Migrate over a connection of our own."""
    engine = create_async_engine(engine_url(dsn), poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


def main() -> None:
    """Find the database and migrate it."""
    if context.is_offline_mode():
        raise CommandError("Migrations need a database to run against; --sql is not supported.")
    given = context.config.attributes.get("connection")
    if given is not None:
        migrate(given)
        return
    settings = Settings()
    if settings.database_url is not None:
        asyncio.run(connect_and_migrate(settings.database_url.get_secret_value()))
        return
    with EmbeddedPostgres(settings.data_dir, settings.pg_bin) as embedded:
        asyncio.run(connect_and_migrate(embedded.dsn))


main()
