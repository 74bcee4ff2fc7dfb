"""Payments a second: against the database alone, and against a server that keeps them in memory."""

from statistics import median

from benchmarks import localstripe
from benchmarks.bench import CLIENTS, CONFIRM, CREATE, DATABASE, Bench
from benchmarks.figures import Bounds, Figure
from benchmarks.load import Step
from benchmarks.localstripe import NotInstalled
from benchmarks.reference import Script, record

# localstripe writes its whole store to disk for each request, so that its rate falls as it fills: both sides are given
# the same number of payments.
PAYMENTS_FROM_EMPTY = 500
ROUNDS_FROM_EMPTY = 5
ROUNDS_FROM_EMPTY_IF_QUICK = 2


def confirm(bench: Bench) -> list[Figure]:
    """Create and confirm ÷ pgbench."""
    figure = Figure("create + confirm ÷ pgbench", Bounds(0.30, 0.50))
    _against_pgbench(bench, figure, "confirm", [CREATE, CONFIRM])
    return [figure]


def one_account(bench: Bench) -> list[Figure]:
    """All clients on one account ÷ each on its own: no row of the account may be one that they wait for."""
    figure = Figure(f"create + confirm, {CLIENTS} clients: one account ÷ {CLIENTS}", Bounds(0.9, 1.0))
    for _ in range(bench.rounds):
        apart = [bench.new_account() for _ in range(CLIENTS)]
        one = bench.run(bench.server, bench.new_account(), CREATE, CONFIRM)
        figure.add(one.rate, bench.run(bench.server, apart, CREATE, CONFIRM).rate)
    return [figure]


def create(bench: Bench) -> list[Figure]:
    """Create ÷ pgbench."""
    figure = Figure("create ÷ pgbench", Bounds(0.30, 0.45))
    _against_pgbench(bench, figure, "create", [CREATE])
    return [figure]


def against_localstripe(bench: Bench) -> list[Figure]:
    """Create and confirm ÷ localstripe's, both from empty."""
    figure = Figure(f"create + confirm ÷ localstripe, first {PAYMENTS_FROM_EMPTY}", Bounds(8, 15))
    for _ in range(ROUNDS_FROM_EMPTY_IF_QUICK if bench.quick else ROUNDS_FROM_EMPTY):
        ours = bench.run_times(bench.server, bench.new_account(), CREATE, CONFIRM, operations=PAYMENTS_FROM_EMPTY)
        try:
            with bench.localstripe.server() as other:
                creation = bench.localstripe.create_step(other)
                theirs = bench.run_times(
                    other, localstripe.ACCOUNT, creation, localstripe.CONFIRM, operations=PAYMENTS_FROM_EMPTY
                )
        except NotInstalled as reason:
            figure.note = str(reason)
            break
        figure.add(ours.rate, theirs.rate)
    return [figure]


def _against_pgbench(bench: Bench, figure: Figure, name: str, steps: list[Step]) -> None:
    committed = record(bench.stage, f"bench_{name}_noted", steps)
    script = Script(committed.transactions, committed.account_id).text
    server = bench.server
    cpu: list[float] = []
    for _ in range(bench.rounds):
        account = bench.new_account()
        used = server.cpu_seconds()
        ours = bench.run(server, account, *steps)
        cpu.append((server.cpu_seconds() - used) / ours.asked)
        figure.add(ours.rate, bench.pgbench.rate(DATABASE, script, bench.new_account().id, bench.seconds))
    figure.note = f"{median(cpu) * 1e6:.0f} µs of CPU in the server"
