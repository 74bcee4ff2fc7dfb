"""How soon the server answers, and how much memory it takes."""

from benchmarks.bench import CONFIRM, CREATE, Bench
from benchmarks.figures import Bounds, Figure

PAYMENTS_BEFORE = 1_000
PAYMENTS_BEFORE_IF_QUICK = 200


SECOND_START_NOTE = "as `./run` starts it, with its own PostgreSQL"


def starting(bench: Bench) -> list[Figure]:
    """Start to the first 200 with the database up and with a database of its own, and memory after some payments."""
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
    return [start, _second_start(bench), memory]


def _second_start(bench: Bench) -> Figure:
    """The first start makes the cluster and its tables; from then on this is how long a user waits."""
    figure = Figure("second start to first 200", Bounds(4, 2.5, at_most=True), unit=" s", note=SECOND_START_NOTE)
    folder = bench.stage.folder / "alone"
    folder.mkdir(mode=0o711)
    for round in range(bench.rounds + 1):
        process = bench.stage.start_alone(folder)
        try:
            took = process.await_answer("/healthz")
        finally:
            process.stop()
        if round > 0:
            figure.rounds.append(took)
    return figure
