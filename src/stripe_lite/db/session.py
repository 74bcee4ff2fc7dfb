"""The way to PostgreSQL: SQLAlchemy's engine and pool, and the driver's connection inside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal, TypeAlias

import asyncpg
from pydantic_core import from_json
from sqlalchemy import PoolProxiedConnection, QueuePool
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from stripe_lite.core.errors import Unavailable

Driver: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

APPLICATION_NAME = "stripe_lite"
LOCK_TIMEOUT_MS = 2_000
POOL_WAIT_SECONDS = 10.0
# A transaction never waits for anything but the database: one that is idle for so long belongs to a process that is
# gone without its machine having said so, and the server ends it to let others at what it holds.
ABANDONED_AFTER_MS = 5_000


def engine_url(dsn: str) -> str:
    """A PostgreSQL address in the form SQLAlchemy's asyncpg dialect wants."""
    for scheme in ("postgresql://", "postgres://"):
        if dsn.startswith(scheme):
            return "postgresql+asyncpg://" + dsn.removeprefix(scheme)
    return dsn


class Database:
    """A pool of connections. Statements run on the driver itself; transactions are begun and ended by `Work`."""

    def __init__(
        self,
        dsn: str,
        *,
        pool_size: int = 16,
        lock_timeout_ms: int = LOCK_TIMEOUT_MS,
        plans: Literal["auto", "generic"] = "auto",
    ) -> None:
        """`plans`: whether a statement is planned for its arguments, too, or once for all of them."""
        self._pool_size = pool_size
        # Connections that were given back, the latest at the end. Taking one of them spares the pool's ceremony, which
        # costs more than a small statement; whoever waits for the pool gets the next one that comes back.
        self._idle: list[Lease] = []
        self._waiting = 0
        self.lock_timeout_seconds = lock_timeout_ms / 1000
        server_settings = {
            "lock_timeout": str(lock_timeout_ms),
            "idle_in_transaction_session_timeout": str(ABANDONED_AFTER_MS),
            "application_name": APPLICATION_NAME,
            "jit": "off",
            "plan_cache_mode": "auto" if plans == "auto" else "force_generic_plan",
        }
        self.engine: AsyncEngine = create_async_engine(
            engine_url(dsn),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=POOL_WAIT_SECONDS,
            # AUTOCOMMIT keeps SQLAlchemy from beginning transactions of its own around ours.
            isolation_level="AUTOCOMMIT",
            pool_reset_on_return=None,
            json_deserializer=from_json,
            connect_args={"server_settings": server_settings},
        )

    async def acquire(self) -> "Lease":
        """A connection of the pool's; waits for one for a while, then says that the server is at its limit."""
        # After a restart of PostgreSQL every pooled connection is dead; the driver knows, so that asking costs nothing.
        for _ in range(self._pool_size):
            lease = self._idle.pop() if self._idle else await self._from_pool()
            if not lease.driver.is_closed():
                return lease
            lease.end(broken=True)
        return await self._from_pool()

    @property
    def free(self) -> bool:
        """Whether a connection can be had at once."""
        pool = self.engine.pool
        return bool(self._idle) or (isinstance(pool, QueuePool) and pool.checkedout() < self._pool_size)

    def give_back(self, lease: "Lease") -> None:
        """Keep a connection for whoever comes next; one that is waiting already gets it through the pool."""
        if self._waiting:
            lease.release()
        else:
            self._idle.append(lease)

    async def _from_pool(self) -> "Lease":
        self._waiting += 1
        try:
            return Lease(self, await self.engine.raw_connection())
        except PoolTimeout as error:
            raise Unavailable("The server is at its limit; try again.") from error
        except self.engine.dialect.loaded_dbapi.Error as error:
            # SQLAlchemy's word for what the driver says of a connection that was lost while it was made.
            raise ConnectionError(f"no connection to the database: {error}") from error
        finally:
            self._waiting -= 1

    @asynccontextmanager
    async def connection(self, *, harmless: tuple[type[Exception], ...] = ()) -> AsyncIterator[Driver]:
        """A connection for statements that are transactions by themselves.

        A cancelled or failed statement leaves a connection whose state is not known, save for `harmless` failures.
        """
        lease = await self.acquire()
        try:
            yield lease.driver
        except BaseException as error:
            lease.end(broken=not isinstance(error, harmless))
            raise
        lease.end()

    async def ping(self) -> None:
        """One trip to the database and back."""
        async with self.connection() as connection:
            await connection.fetchval("SELECT 1")

    async def close(self) -> None:
        """Close every connection."""
        while self._idle:
            self._idle.pop().release()
        await self.engine.dispose()


class Lease:
    """One connection taken from the pool."""

    def __init__(self, database: Database, pooled: PoolProxiedConnection) -> None:
        driver = pooled.driver_connection
        if not isinstance(driver, asyncpg.Connection):
            raise TypeError("stripe_lite needs the asyncpg driver")
        self.driver: Driver = driver
        self._database = database
        self._pooled = pooled

    def end(self, *, broken: bool = False) -> None:
        """Give the connection back, or throw it away if its state is not known."""
        if broken or self.driver.is_closed() or self.driver.is_in_transaction():
            self._pooled.invalidate()
            self._pooled.close()
        else:
            self._database.give_back(self)

    def release(self) -> None:
        """Give the connection back to the pool itself."""
        self._pooled.close()
