"""How soon the server answers, and how much memory it takes."""

from benchmarks.bench import CONFIRM, CREATE, Bench
from benchmarks.figures import Bounds, Figure

PAYMENTS_BEFORE = 1_000
PAYMENTS_BEFORE_IF_QUICK = 200


def starting(bench: Bench) -> list[Figure]:
    """Start to the first 200 with the database up, and memory after some payments."""
    start = Figure("start to first 200, database up", Bounds(3, 1.5, at_most=True), unit=" s")
    memory = Figure("memory of the server process", Bounds(150, 100, at_most=True), unit=" MB")
    payments = PAYMENTS_BEFORE_IF_QUICK if bench.quick else PAYMENTS_BEFORE
    start.note, memory.note = "the migrated database of DATABASE_URL", f"resident, after {payments} payments"
    account = bench.new_account()
    for _ in range(bench.rounds):
        process = bench.stage.start_server(bench.dsn)
        try:
            start.rounds.append(process.await_answer("/healthz"))
            bench.run_times(process, account, CREATE, CONFIRM, operations=payments)
            memory.rounds.append(process.resident_megabytes())
        finally:
            process.stop()
    return [start, memory]
