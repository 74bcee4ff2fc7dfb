"""Forgets what was kept long enough, and adds up what balances are counted from. Events and transitions stay."""

import asyncio
from datetime import timedelta

from stripe_lite.balance import balances
from stripe_lite.core.clock import utc_now
from stripe_lite.db.session import Database
from stripe_lite.http import request_log
from stripe_lite.workers.loop import Alarm

PERIOD_SECONDS = 60.0
ACCOUNTS_MAX = 100
BATCH_MAX = 1000

# A key that is still waiting for its answer is not forgotten: whoever used it again would pay a second time.
DUE_ACCOUNTS = """
SELECT DISTINCT account_id FROM (
    SELECT account_id FROM idempotency_keys WHERE created_at < $1 AND state = 'finished' ORDER BY created_at LIMIT $2
) AS due LIMIT $3
"""
FORGET = """
DELETE FROM idempotency_keys WHERE account_id = $1 AND id = ANY (ARRAY(
    SELECT id FROM idempotency_keys WHERE account_id = $1 AND created_at < $2 AND state = 'finished' LIMIT $3
))
RETURNING 1
"""
# Of what lives for an hour at most nothing is told any more after a day.
SHORT_LIVED = ("customer_sessions", "ephemeral_keys")
SHORT_LIVED_KEPT_FOR = timedelta(days=1)
OLD_ACCOUNTS = "SELECT DISTINCT account_id FROM {} WHERE created_at < $1 LIMIT $2"
FORGET_OLD = """
DELETE FROM {0} WHERE account_id = $1 AND id = ANY (ARRAY(
    SELECT id FROM {0} WHERE account_id = $1 AND created_at < $2 LIMIT $3
))
RETURNING 1
"""


class UpkeepWorker:
    """Deletes old rows and adds up open entries, in bounded batches; several processes may do so at once."""

    name = "upkeep"
    period_seconds = PERIOD_SECONDS

    def __init__(self, database: Database, *, idempotency_ttl_seconds: float) -> None:
        self.alarm = Alarm()
        self._database = database
        self._idempotency_ttl = timedelta(seconds=idempotency_ttl_seconds)

    async def tick(self) -> bool:
        """Do one batch of each kind."""
        done = await asyncio.gather(
            self._forget_keys(),
            request_log.prune(self._database),
            balances.roll_up(self._database, utc_now(), batch=BATCH_MAX, accounts=ACCOUNTS_MAX),
            *map(self._forget_old, SHORT_LIVED),
        )
        return any(done)

    async def close(self) -> None:
        """Nothing is left under way: a tick ends with its batch."""

    async def _forget_keys(self) -> int:
        before = utc_now() - self._idempotency_ttl
        forgotten = 0
        async with self._database.connection() as connection:
            for due in await connection.fetch(DUE_ACCOUNTS, before, BATCH_MAX, ACCOUNTS_MAX):
                forgotten += len(await connection.fetch(FORGET, due["account_id"], before, BATCH_MAX))
        return forgotten

    async def _forget_old(self, table: str) -> int:
        before = utc_now() - SHORT_LIVED_KEPT_FOR
        forgotten = 0
        async with self._database.connection() as connection:
            for due in await connection.fetch(OLD_ACCOUNTS.format(table), before, ACCOUNTS_MAX):
                forgotten += len(await connection.fetch(FORGET_OLD.format(table), due["account_id"], before, BATCH_MAX))
        return forgotten
