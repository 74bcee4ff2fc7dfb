"""What was kept long enough is forgotten, and nothing else."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest_asyncio

from stripe_lite.db.session import Database
from stripe_lite.workers.upkeep import UpkeepWorker

DAY_SECONDS = 86_400.0
ACCOUNTS = ["acct_upkeep_1", "acct_upkeep_2"]
KEY = """
INSERT INTO idempotency_keys (account_id, id, created_at, request_id, endpoint, fingerprint, state, status, body)
VALUES ($1, $2, $3, 'req_1', 'POST /v1/x', '', $4, 200, '{}')
"""
REQUEST = """
INSERT INTO request_logs (account_id, id, livemode, created_at, method, path, status, duration_ms, masked_key,
  api_version, parameters) VALUES ($1, $2, false, $3, 'GET', '/v1/x', 200, 1, '', '', '{}')
"""


@pytest_asyncio.fixture
async def connection(dsn: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A connection to look with."""
    connection = await asyncpg.connect(dsn)
    yield connection
    for table in ("idempotency_keys", "request_logs"):
        await connection.execute(f"DELETE FROM {table} WHERE account_id = ANY ($1)", ACCOUNTS)
    await connection.close()


async def test_keys_are_kept_for_a_day_and_requests_for_a_month(
    dsn: str, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    now = datetime.now(UTC)
    for account in ACCOUNTS:
        for age, state in ((23, "finished"), (25, "finished"), (47, "finished"), (49, "started")):
            await connection.execute(KEY, account, f"test:{age}", now - timedelta(hours=age), state)
        for age in (29, 31, 90):
            await connection.execute(REQUEST, account, f"req_{age}", now - timedelta(days=age))
    database = Database(dsn, pool_size=2)
    worker = UpkeepWorker(database, idempotency_ttl_seconds=DAY_SECONDS)
    while await worker.tick():
        pass
    await database.close()
    keys = await connection.fetch("SELECT id FROM idempotency_keys WHERE account_id = ANY ($1) ORDER BY 1", ACCOUNTS)
    requests = await connection.fetch("SELECT id FROM request_logs WHERE account_id = ANY ($1)", ACCOUNTS)
    assert [row["id"] for row in keys] == ["test:23"] * 2 + ["test:49"] * 2
    assert [row["id"] for row in requests] == ["req_29"] * 2
