"""What an account has: the snapshots and the open entries, read in one statement, so that it is exact at an instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from stripe_lite.core.clock import utc_now
from stripe_lite.core.ids import new_id
from stripe_lite.db.session import Database
from stripe_lite.db.work import Work

# Held by whoever decides by the balance what may leave it.
LOCK = "balance"

BALANCE = """
SELECT currency, source_type,
       coalesce(sum(amount) FILTER (WHERE available_at IS NULL OR available_at <= $3), 0)::bigint AS available,
       coalesce(sum(amount) FILTER (WHERE available_at > $3), 0)::bigint AS pending
FROM (
    SELECT currency, source_type, amount, NULL::timestamptz AS available_at FROM ledger_snapshots
    WHERE account_id = $1 AND livemode = $2
    UNION ALL
    SELECT currency, source_type, amount, available_at FROM ledger_open_entries
    WHERE account_id = $1 AND livemode = $2
) AS counted
GROUP BY currency, source_type
ORDER BY currency, source_type
"""

DUE_ACCOUNTS = """
SELECT DISTINCT account_id FROM (
    SELECT account_id FROM ledger_open_entries WHERE available_at <= $1 ORDER BY available_at LIMIT $2
) AS due LIMIT $3
"""
CLOSE = """
DELETE FROM ledger_open_entries WHERE account_id = $1 AND id = ANY (ARRAY(
    SELECT id FROM ledger_open_entries WHERE account_id = $1 AND available_at <= $2 LIMIT $3 FOR UPDATE SKIP LOCKED
))
RETURNING livemode, currency, source_type, amount
"""
ADD_UP = """
INSERT INTO ledger_snapshots (account_id, id, livemode, currency, source_type, amount) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (account_id, id) DO UPDATE SET amount = ledger_snapshots.amount + excluded.amount
"""
ANNOUNCEMENT_JOB = "balance_available"
ANNOUNCE = """
INSERT INTO jobs (account_id, id, version, livemode, kind, created_at, run_at, attempts, payload)
VALUES ($1, $2, 1, $3, $4, $5, $5, 0, '{}')
"""


@dataclass(frozen=True, slots=True)
class Part:
    """What of a balance is in one currency and came from one type of source, in minor units."""

    currency: str
    source_type: str
    available: int
    pending: int


async def of(work: Work) -> list[Part]:
    """The account's balance in this mode; what this work has moved itself counts."""
    await work.flush()
    records = await work.execute(BALANCE, work.account_id, work.livemode, moment(work))
    return [Part(**record) for record in records]


def moment(work: Work) -> datetime:
    """The present, after a lock was waited for: what its former holders moved is in the balance by then."""
    return max(work.now, utc_now())


async def available(work: Work, currency: str) -> int:
    """What may be paid out in a currency, in minor units. Who decides by it holds the lock `balance`."""
    return sum(part.available for part in await of(work) if part.currency == currency)


async def roll_up(database: Database, now: datetime, *, batch: int, accounts: int) -> int:
    """Add open entries whose money is available to the snapshots, a bounded batch; gives back how many.

    Where money came in, and not only left, that is to be told: by a job, which is written in the same transaction.
    """
    rolled = 0
    async with database.connection() as connection:
        for due in await connection.fetch(DUE_ACCOUNTS, now, batch, accounts):
            async with connection.transaction():
                closed = await connection.fetch(CLOSE, due["account_id"], now, batch)
                for values in _sums(due["account_id"], closed):
                    await connection.execute(ADD_UP, *values)
                for live in sorted({row["livemode"] for row in closed if row["amount"] > 0}):
                    job = (due["account_id"], new_id("job"), live, ANNOUNCEMENT_JOB, now)
                    await connection.execute(ANNOUNCE, *job)
            rolled += len(closed)
    return rolled


def _sums(account_id: str, closed: Sequence[asyncpg.Record]) -> list[tuple[str, str, bool, str, str, int]]:
    """A row for each snapshot, in an order that two processes share, so that neither waits for the other in a ring."""
    sums: dict[tuple[bool, str, str], int] = {}
    for row in closed:
        key = (row["livemode"], row["currency"], row["source_type"])
        sums[key] = sums.get(key, 0) + row["amount"]
    return [
        (account_id, f"{'live' if live else 'test'}/{currency}/{source}", live, currency, source, amount)
        for (live, currency, source), amount in sorted(sums.items())
    ]
