"""The same work in a large database and in a small one."""

import asyncio
import random
from contextlib import ExitStack
from dataclasses import dataclass

import asyncpg

from benchmarks.bench import CREATE, Bench
from benchmarks.figures import Bounds, Figure
from benchmarks.load import Step
from benchmarks.stage import Account, Process
from stripe_lite.registry import METADATA

LARGE = 1_000_000
LARGE_IF_QUICK = 30_000
SMALL = 1_000
ASKED_FOR_MAX = 5_000
SECONDS_MAX = 2.0
TABLE = "payment_intents"
# Behind the prefix one digit that sorts before every id of the server's, then a number: older than what comes.
ID = "'pi_0' || lpad(n::text, 23, '0')"
REPLACED = {
    "id": ID,
    "client_secret": f"{ID} || substr(client_secret, 28)",
    "created_at": "created_at - interval '400 days' + n * interval '20 s'",
}

RETRIEVE = Step("GET", "/v1/payment_intents/{any}", expect={"object": "payment_intent"})
LIST = Step("GET", "/v1/payment_intents?limit=10&starting_after={any}", count=10)


@dataclass
class Side:
    """A server on a database of a certain size."""

    server: Process
    account: Account
    ids: list[str]


def scale(bench: Bench) -> list[Figure]:
    """Retrieve and list p50, and the create rate, at a million objects ÷ at few."""
    size = LARGE_IF_QUICK if bench.quick else LARGE
    label = "30 k" if bench.quick else "1 M"
    retrieve = Figure(f"GET p50 at {label} objects ÷ at 1 k", Bounds(1.5, 1.2, at_most=True), side_unit="ms")
    listing = Figure(f"list p50 at {label} objects ÷ at 1 k", Bounds(1.5, 1.2, at_most=True), side_unit="ms")
    create = Figure(f"create rate at {label} rows ÷ empty", Bounds(0.8, 0.9))
    if bench.quick:
        for figure in (retrieve, listing, create):
            figure.note = "quick: not the million"
    seconds = min(SECONDS_MAX, bench.seconds)
    with ExitStack() as stack:
        large = asyncio.run(_side(bench, stack, "bench_large", size))
        small = asyncio.run(_side(bench, stack, "bench_small", SMALL))
        empty = asyncio.run(_side(bench, stack, "bench_empty", 0))
        for _ in range(bench.rounds):
            for figure, step in ((retrieve, RETRIEVE), (listing, LIST)):
                # One client: the time of a request is asked for, not the queue before it.
                of_large, of_small = (
                    bench.run(side.server, side.account, step, clients=1, seconds=seconds, any_of=side.ids)
                    for side in (large, small)
                )
                figure.add(of_large.p50_ms, of_small.p50_ms)
            at_large = bench.run(large.server, large.account, CREATE, seconds=seconds)
            at_empty = bench.run(empty.server, empty.account, CREATE, seconds=seconds)
            create.add(at_large.rate, at_empty.rate)
    return [retrieve, listing, create]


async def _side(bench: Bench, stack: ExitStack, database: str, size: int) -> Side:
    dsn = await bench.stage.create_database(database)
    server = stack.enter_context(bench.stage.server(dsn))
    account = await bench.stage.new_account(dsn, server)
    if size == 0:
        return Side(server, account, [])
    bench.run_times(server, account, CREATE, operations=1, clients=1)
    connection = await asyncpg.connect(dsn)
    await connection.execute(_copies(), account.id, size, timeout=600)
    # What autovacuum and the checkpointer would do sooner or later, but not beside the measurements.
    await connection.execute(f"VACUUM ANALYZE {TABLE}", timeout=600)
    chosen = random.Random(size).sample(range(1, size + 1), min(size, ASKED_FOR_MAX))
    # Not the very oldest, behind which there would be no ten.
    ids = [f"pi_0{number:023d}" for number in chosen if number > 10]
    await connection.close()
    return Side(server, account, ids)


def _copies() -> str:
    """The statement that makes older copies of the account's only payment intent."""
    columns = [column.name for column in METADATA.tables[TABLE].columns]
    values = ", ".join(REPLACED.get(name, f'"{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    return (
        f"INSERT INTO {TABLE} ({names}) SELECT {values} "
        f"FROM {TABLE}, generate_series(1, $2::int) AS n WHERE account_id = $1"
    )
