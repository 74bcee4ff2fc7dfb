"""One transaction, run until it is known to have happened: again after conflicts and lost connections, never blindly.

The driver raises the same errors for a commit that happened and for one that did not. So nothing is told before one of
the transaction's rows has been looked for.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import asyncpg
import structlog

from stripe_lite.core import failpoints
from stripe_lite.core.errors import LockTimeout, OutcomeUnknown, Unavailable
from stripe_lite.db.jobs import Job
from stripe_lite.db.outcomes import LOST, REPEATABLE, CommitUnknown, Conflict
from stripe_lite.db.work import Work
from stripe_lite.http import idempotency

# How long is waited before each repeat: ten seconds in all, which a restart of PostgreSQL does not take.
PAUSES_SECONDS = (0.05, 0.1, 0.2, 0.4, *[0.5] * 18)
CONFLICTS_MAX = 3  # Two requests that write the same thing meet once; whoever keeps failing has another reason.
CONFLICT_PAUSE_SECONDS = 0.002
CONFLICT_PAUSE_SECONDS_MAX = 0.05

log = structlog.get_logger("stripe_lite.http")

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Ground:
    """What a transaction runs on: new units of work, and who is told of the deliveries and jobs that it made."""

    new_work: Callable[[], Work]
    wake: Callable[[str], None]
    expect: Callable[[Job], None]
    patience_seconds: float  # How long it gives way to others that change its rows.
    request_id: str | None


class KeyTaken(Exception):
    """The request's idempotency key has its row already: nothing of what was done now remains."""


async def repeated(
    ground: Ground,
    attempt: Callable[[Work], Awaitable[Result]],
    *,
    writes: bool = True,
    again_after: tuple[type[Exception], ...] = (),
    once_lost: Callable[[], Awaitable[None]] | None = None,
) -> Result:
    """Run a transaction again while what stopped it left nothing behind, or is one of `again_after`.

    `once_lost` is done before it runs again because the database was lost.
    """
    conflicts = 0
    for pause in PAUSES_SECONDS:
        try:
            return await _through_conflicts(ground, attempt, writes=writes)
        except Exception as error:
            conflicts += isinstance(error, asyncpg.UniqueViolationError)
            again = passing(error) or isinstance(error, again_after)
            if not again or conflicts > CONFLICTS_MAX:
                raise
            log.info("transaction repeated", request_id=ground.request_id, reason=type(error).__name__)
            lost = isinstance(error, LOST)
        await asyncio.sleep(pause)
        if lost and once_lost is not None:
            await once_lost()
    raise Unavailable("The database cannot be reached; nothing was done.")


async def _through_conflicts(ground: Ground, attempt: Callable[[Work], Awaitable[Result]], *, writes: bool) -> Result:
    """Run a transaction; where others changed its rows meanwhile, at once again, as long as one waits for a lock."""
    started = time.monotonic()
    pause = CONFLICT_PAUSE_SECONDS
    while True:
        try:
            return await _once(ground, attempt, writes=writes)
        except Conflict as conflict:
            if time.monotonic() - started > ground.patience_seconds:
                raise LockTimeout from conflict
        await asyncio.sleep(pause * random.random())
        pause = min(pause * 2, CONFLICT_PAUSE_SECONDS_MAX)


async def _once(ground: Ground, attempt: Callable[[Work], Awaitable[Result]], *, writes: bool) -> Result:
    work = ground.new_work()
    try:
        result = await attempt(work)
        if writes or work.adds:
            await failpoints.hit("before_commit")
            await _commit(work)
            await _follow(ground, work)
        return result
    except asyncpg.UniqueViolationError as error:
        await work.rollback()
        if error.constraint_name == idempotency.TAKEN:
            raise KeyTaken from error
        raise
    except LOST:
        # The driver may not know yet that the connection is of no use any more.
        work.close(broken=True)
        raise
    except BaseException:
        await work.rollback()
        raise
    finally:
        work.close()


def passing(error: Exception) -> bool:
    """Whether the same transaction may succeed when it is run again; a value that the driver refuses stays refused."""
    return isinstance(error, (*REPEATABLE, *LOST, asyncpg.UniqueViolationError)) and not isinstance(error, ValueError)


async def _commit(work: Work) -> None:
    """Commit; where the connection is lost on the way, look whether it happened before saying anything."""
    try:
        await work.commit()
    except CommitUnknown as unknown:
        for pause in PAUSES_SECONDS:
            await asyncio.sleep(pause)
            try:
                if await work.committed(unknown):
                    return
            except (*LOST, Unavailable):
                continue
            else:
                raise ConnectionError("the commit did not happen") from unknown
        raise OutcomeUnknown(keyed=work.request.idempotency_key is not None) from unknown


async def _follow(ground: Ground, work: Work) -> None:
    """What comes after a commit: it happened, so that no failure here may change what the client is told."""
    try:
        await failpoints.hit("after_commit")
    except failpoints.FailpointHit:
        log.exception("failure after a commit", request_id=work.request.id)
    if work.followed:
        ground.wake(work.account_id)
    for job in work.added(Job):
        ground.expect(job)
