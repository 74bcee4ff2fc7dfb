"""Sending what works write: in a transaction that was begun for it, or in one of its own, with that of others."""

from collections.abc import Awaitable, Sequence
from typing import Any

import asyncpg

from stripe_lite.core.errors import LockTimeout, Unavailable
from stripe_lite.core.together import Together
from stripe_lite.db import writes
from stripe_lite.db.outcomes import LOST, CommitUnknown, Conflict
from stripe_lite.db.session import Database, Driver
from stripe_lite.db.writes import Written

Parts = list[Written]

# Nothing was written, and the connection is as good as before: the database said so, or the driver took no such value.
REFUSED = (Conflict, LockTimeout, asyncpg.PostgresError, ValueError)
# What all feel that were sent together.
NO_DATABASE = (CommitUnknown, Unavailable, OSError)


async def locking(fetched: Awaitable[Any]) -> Any:
    """What a statement answers that may wait for a lock."""
    try:
        return await fetched
    except asyncpg.LockNotAvailableError as error:
        raise LockTimeout from error


async def send(driver: Driver, parts: Parts) -> int:
    """Send parts as one statement; gives back how many rows the counted ones wrote. Raises Conflict, LockTimeout."""
    sql, arguments = writes.combine(parts)
    try:
        record = await locking(driver.fetchrow(sql, *arguments))
    except asyncpg.DivisionByZeroError as error:
        raise Conflict from error
    return sum(tuple(record)[: sum(part.counted for part in parts)])


async def send_singly(driver: Driver, parts: Parts) -> int:
    """The same by one statement for each part: Citus refuses several in one WITH."""
    counted = 0
    for part in parts:
        sql = writes.numbered(part.sql, len(part.arguments))
        count = len(await locking(driver.fetch(sql, *part.arguments)))
        if part.guard is not None and count != part.guard:
            raise Conflict
        counted += count * part.counted
    return counted


class GroupCommit:
    """Commits of one account that are asked for while another is on its way go together.

    One statement, one trip and one flush of the log are enough for all of them. If what one of them writes is refused,
    nothing of any is written, and each is sent by itself.
    """

    def __init__(self, lines: Database | None = None) -> None:
        """`lines` are a few connections for nothing else: where many took turns, each would have to learn to do it."""
        self._lines = lines
        self._together: Together[tuple[Database, str], Parts, int] = Together(self._send, shared=NO_DATABASE)

    async def commit(self, database: Database, account_id: str, parts: Parts) -> int:
        """Write a work's parts in a transaction of their own, or with others'.

        Gives back how many rows the counted parts of all of them wrote. Raises Conflict, LockTimeout, CommitUnknown.
        """
        return await self._together.ask((database, account_id), parts)

    async def close(self) -> None:
        """Close the connections of its own."""
        if self._lines is not None:
            await self._lines.close()

    async def _send(self, place: tuple[Database, str], works: Sequence[Parts]) -> Sequence[int]:
        parts = works[0] if len(works) == 1 else writes.merged(works)
        # If all of its own are waiting for something, the others help out.
        database = self._lines if self._lines is not None and self._lines.free else place[0]
        async with database.connection(harmless=REFUSED) as driver:
            try:
                counted = await send(driver, parts)
            except ValueError:
                raise  # The driver refused a value before anything was sent.
            except LOST as error:
                raise CommitUnknown(driver.get_server_pid()) from error
        return [counted] * len(works)
