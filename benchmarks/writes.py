"""Payments a second: against the database alone, and against a server that keeps them in memory."""

import asyncio
from statistics import median

from benchmarks import localstripe
from benchmarks.bench import CONFIRM, CREATE, Bench
from benchmarks.figures import Bounds, Figure
from benchmarks.load import Step
from benchmarks.localstripe import NotInstalled
from benchmarks.reference import Script, record


def confirm(bench: Bench) -> list[Figure]:
    """Create and confirm ÷ pgbench."""
    figure = Figure("create + confirm ÷ pgbench", Bounds(0.30, 0.50))
    _against_pgbench(bench, figure, "confirm", [CREATE, CONFIRM])
    return [figure]


def create(bench: Bench) -> list[Figure]:
    """Create ÷ pgbench."""
    figure = Figure("create ÷ pgbench", Bounds(0.30, 0.45))
    _against_pgbench(bench, figure, "create", [CREATE])
    return [figure]


def against_localstripe(bench: Bench) -> list[Figure]:
    """Create and confirm ÷ localstripe's, both from empty."""
    figure = Figure("create + confirm ÷ localstripe", Bounds(8, 15))
    stage = bench.stage
    dsn = asyncio.run(stage.create_database("bench_against_localstripe"))
    with stage.server(dsn) as server:
        for _ in range(bench.rounds):
            account = asyncio.run(stage.new_account(dsn, server))
            ours = bench.run(server, account, CREATE, CONFIRM)
            try:
                with bench.localstripe.server() as other:
                    creation = bench.localstripe.create_step(other)
                    theirs = bench.run(other, localstripe.ACCOUNT, creation, localstripe.CONFIRM)
            except NotInstalled as reason:
                figure.note = str(reason)
                break
            figure.add(ours.rate, theirs.rate)
    return [figure]


def _against_pgbench(bench: Bench, figure: Figure, name: str, steps: list[Step]) -> None:
    stage = bench.stage
    committed = record(stage, f"bench_{name}_noted", steps)
    database = f"bench_{name}"
    dsn = asyncio.run(stage.create_database(database))
    script = Script(committed.transactions, committed.account_id).text
    (stage.folder / f"{name}.sql").write_text(script)
    cpu: list[float] = []
    with stage.server(dsn) as server:
        for _ in range(bench.rounds):
            account = asyncio.run(stage.new_account(dsn, server))
            used = server.cpu_seconds()
            ours = bench.run(server, account, *steps)
            cpu.append((server.cpu_seconds() - used) / ours.asked)
            account = asyncio.run(stage.new_account(dsn, server))
            figure.add(ours.rate, bench.pgbench.rate(database, script, account.id, bench.seconds))
    figure.note = f"{median(cpu) * 1e6:.0f} µs of CPU in the server"
