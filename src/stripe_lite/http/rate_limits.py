"""Stripe's rate limits, shared by all processes: a bucket for each account and mode that is refilled once a second.

A process takes tokens from the database by the handful and spends them by itself, so that few requests wait for it.
A bucket's second begins with the first request that finds the last one over: whoever asks all the time gets the rate
and no more, and whoever was quiet may send a second's worth at once.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.orm import Mapped

from stripe_lite.core.errors import RateLimited, Unavailable
from stripe_lite.db.base import Row
from stripe_lite.db.outcomes import LOST
from stripe_lite.db.session import Database
from stripe_lite.http.auth import Caller

REQUESTS_PER_SECOND: Mapping[bool, int] = {True: 100, False: 25}
# Searches have a bucket of their own besides, of the same size in both modes.
SEARCHES_PER_SECOND = 20
SEARCH = "endpoint-rate"
ALL = "global-rate"
# How many handfuls there are in a bucket: with fewer, one process could sit on tokens that another one needs.
HANDFULS = 10
WINDOW_SECONDS = 1.0
BUCKETS_KNOWN_MAX = 10_000

TAKE = """
INSERT INTO rate_buckets AS b (account_id, id, started_at, taken) VALUES ($1, $2, $3, $4)
ON CONFLICT (account_id, id) DO UPDATE SET
  taken = CASE WHEN b.started_at <= $3::timestamptz - interval '1 second' THEN $4 ELSE b.taken + $4 END,
  started_at = CASE WHEN b.started_at <= $3::timestamptz - interval '1 second' THEN $3 ELSE b.started_at END
RETURNING started_at, taken
"""


class RateBucket(Row):
    """How much of the running second's requests was taken already.

    `id` is `test` or `live`, or for searches `test:search` or `live:search`.
    """

    __tablename__ = "rate_buckets"

    started_at: Mapped[datetime]
    taken: Mapped[int]


@dataclass(slots=True)
class Handful:
    """The tokens that this process holds for one account and mode until its second is over."""

    until: float = 0.0
    tokens: int = 0
    exhausted: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class RateLimits:
    """Counts the requests of every account and mode."""

    def __init__(
        self,
        database: Database,
        per_second: Mapping[bool, int] = REQUESTS_PER_SECOND,
        searches_per_second: int = SEARCHES_PER_SECOND,
    ) -> None:
        self._database = database
        self._per_second = per_second
        self._searches_per_second = searches_per_second
        self._held: dict[tuple[str, str], Handful] = {}

    async def admit(self, caller: Caller, *, searching: bool = False) -> None:
        """Let one request pass. Raises RateLimited where the account has used its second up."""
        mode = "live" if caller.livemode else "test"
        await self._admit((caller.account_id, mode), ALL, self._per_second[caller.livemode])
        if searching:
            await self._admit((caller.account_id, f"{mode}:search"), SEARCH, self._searches_per_second)

    async def _admit(self, key: tuple[str, str], reason: str, limit: int) -> None:
        held = self._held.get(key)
        if held is None:
            held = self._known(key)
        if self._spent(held, reason):
            return
        async with held.lock:
            # Who waited for the lock may find that the one before brought tokens for all.
            if not self._spent(held, reason):
                await self._take(held, *key, limit)
                if not self._spent(held, reason):
                    raise RateLimited(reason)

    def _known(self, key: tuple[str, str]) -> Handful:
        if len(self._held) >= BUCKETS_KNOWN_MAX:
            self._held.clear()
        return self._held.setdefault(key, Handful())

    def _spent(self, held: Handful, reason: str) -> bool:
        """Spend a token that is held already. Raises RateLimited where it is known that there are no more."""
        if time.time() >= held.until:
            return False
        if held.tokens:
            held.tokens -= 1
            return True
        if held.exhausted:
            raise RateLimited(reason)
        return False

    async def _take(self, held: Handful, account_id: str, bucket_id: str, limit: int) -> None:
        wanted = max(1, limit // HANDFULS)
        try:
            async with self._database.connection() as connection:
                bucket = await connection.fetchrow(TAKE, account_id, bucket_id, datetime.now(UTC), wanted)
        except LOST:
            raise Unavailable("The database cannot be reached; nothing was done.") from None
        assert bucket is not None
        held.until = bucket["started_at"].timestamp() + WINDOW_SECONDS
        held.tokens = max(0, wanted - max(0, bucket["taken"] - limit))
        held.exhausted = bucket["taken"] >= limit
