"""Delivering webhooks, against a loop that only POSTs."""

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from urllib.parse import quote

import asyncpg

from benchmarks.bench import CREATE, Bench
from benchmarks.figures import Bounds, Figure
from benchmarks.stage import ROOT, Account, Process, ask, free_port
from stripe_lite.registry import METADATA

DATABASE = "bench_webhooks"
DELIVERIES = 5_000
DELIVERIES_IF_QUICK = 2_000
POLL_SECONDS = 0.05
DELIVERY_SECONDS_MAX = 120
POST_SECONDS_MAX = 120
PENDING = "SELECT count(*) FROM deliveries WHERE account_id = $1 AND status = 'pending'"
# Copies of an event that was delivered already, and their deliveries, due at once.
ID = "e.id || '-' || $2::text || '-' || n"
COPIES = """
WITH copied AS (
  INSERT INTO events ({columns}) SELECT {values}
  FROM (SELECT * FROM events WHERE account_id = $1 ORDER BY id LIMIT 1) e, generate_series(1, $3::int) AS n
  RETURNING id
)
INSERT INTO deliveries (account_id, id, event_id, endpoint_id, kind, status, attempts, created_at, next_attempt_at)
SELECT $1, c.id || '/' || w.id, c.id, w.id, 'automatic', 'pending', 0, now(), now()
FROM copied c, webhook_endpoints w WHERE w.account_id = $1
"""


@dataclass(frozen=True, slots=True)
class Sender:
    """One server process on a database of its own, so that nobody else delivers what it is measured by."""

    dsn: str
    server: Process
    account: Account


def webhooks(bench: Bench) -> list[Figure]:
    """Deliveries a second of CPU ÷ a bare aiohttp POST loop's."""
    figure = Figure("webhook deliveries per core ÷ bare aiohttp", Bounds(0.5, 0.7), side_unit="per CPU second")
    number = DELIVERIES_IF_QUICK if bench.quick else DELIVERIES
    port = free_port()
    receiver = Process([sys.executable, "-m", "benchmarks.receiver", str(port)], port, {}, bench.stage.folder / "log")
    elapsed: list[float] = []
    try:
        receiver.await_answer("/")
        url = f"http://127.0.0.1:{port}/hook"
        dsn = asyncio.run(bench.stage.create_database(DATABASE))
        with bench.stage.server(dsn) as server:
            sender = Sender(dsn, server, asyncio.run(bench.stage.new_account(dsn, server)))
            body = asyncio.run(_settled(bench, sender, url))
            for round in range(bench.rounds):
                cpu, seconds = asyncio.run(_deliver(sender, round, number))
                elapsed.append(seconds)
                figure.add(number / cpu, number / _post(url, body, number))
    finally:
        receiver.stop()
    figure.note = f"{number / min(elapsed):.0f} a second by the clock"
    return [figure]


async def _settled(bench: Bench, sender: Sender, url: str) -> bytes:
    """Subscribe, and wait until the first delivery is recorded; a body like those that are sent."""
    new = f"url={quote(url)}&enabled_events[]=*"
    ask(sender.server.port, "POST", "/v1/webhook_endpoints", sender.account.key, new)
    bench.run_times(sender.server, sender.account, CREATE, operations=1, clients=1)
    connection = await asyncpg.connect(sender.dsn)
    try:
        await _wait(connection, sender.account)
        data = await connection.fetchval("SELECT data FROM events WHERE account_id = $1 LIMIT 1", sender.account.id)
        envelope = {"id": "evt_" + 24 * "x", "object": "event", "created": 0, "data": json.loads(data)}
        return json.dumps(envelope, indent=2).encode()
    finally:
        await connection.close()


async def _deliver(sender: Sender, round: int, number: int) -> tuple[float, float]:
    """The server's CPU seconds, and the time, from when so many deliveries are due until all are recorded."""
    columns = [column.name for column in METADATA.tables["events"].columns]
    copies = COPIES.format(
        columns=", ".join(f'"{name}"' for name in columns),
        values=", ".join(ID if name == "id" else f'e."{name}"' for name in columns),
    )
    connection = await asyncpg.connect(sender.dsn)
    try:
        used, began = sender.server.cpu_seconds(), time.perf_counter()
        await connection.execute(copies, sender.account.id, str(round), number)
        await _wait(connection, sender.account)
        return sender.server.cpu_seconds() - used, time.perf_counter() - began
    finally:
        await connection.close()


async def _wait(connection: "asyncpg.Connection[asyncpg.Record]", account: Account) -> None:
    until = time.monotonic() + DELIVERY_SECONDS_MAX
    while await connection.fetchval(PENDING, account.id):
        if time.monotonic() > until:
            raise RuntimeError(f"deliveries are still pending after {DELIVERY_SECONDS_MAX} seconds")
        await asyncio.sleep(POLL_SECONDS)


def _post(url: str, body: bytes, number: int) -> float:
    """The CPU seconds of the bare loop."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.posting", url, str(number)],
        input=body,
        stdout=subprocess.PIPE,
        check=True,
        timeout=POST_SECONDS_MAX,
        cwd=ROOT,
    )
    return float(json.loads(done.stdout)["cpu_seconds"])
