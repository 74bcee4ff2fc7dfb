"""`python -m benchmarks`: measure, print the table, and end with 1 where a figure lies below its floor."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from benchmarks import reads, report, routing, scale, starting, webhooks, writes
from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.machine import Neighbours
from benchmarks.stage import set_stage

ROUNDS = 7
SECONDS = 4.0
QUICK_ROUNDS = 2
QUICK_SECONDS = 0.7

GROUPS: dict[str, Callable[[Bench], list[Figure]]] = {
    "confirm": writes.confirm,
    "accounts": writes.one_account,
    "localstripe": writes.against_localstripe,
    "create": writes.create,
    "reads": reads.reads,
    "scale": scale.scale,
    "routing": routing.routing,
    "webhooks": webhooks.webhooks,
    "starting": starting.starting,
}

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    quick: Annotated[
        bool, typer.Option("--quick", help=f"{QUICK_ROUNDS} short rounds, and 30 000 rows for a million.")
    ] = False,
    only: Annotated[list[str] | None, typer.Option(help=f"Measure only this: {', '.join(GROUPS)}.")] = None,
    json: Annotated[Path | None, typer.Option(help="Write the figures, round by round, to this file too.")] = None,
    from_models: Annotated[
        bool, typer.Option("--from-models", help="Make the tables from the models, where a migration is still missing.")
    ] = False,
) -> None:
    """Measure stripe_lite against its references. Ends with 1 where a figure lies below its floor."""
    unknown = [name for name in only or [] if name not in GROUPS]
    if unknown:
        raise typer.BadParameter(f"{unknown[0]} is none of {', '.join(GROUPS)}", param_hint="--only")
    rounds, seconds = (QUICK_ROUNDS, QUICK_SECONDS) if quick else (ROUNDS, SECONDS)
    figures: list[Figure] = []
    neighbours = Neighbours()
    with set_stage(from_models=from_models) as stage, ExitStack() as opened:
        bench = Bench(stage, opened, quick, rounds, seconds)
        for name in only or GROUPS:
            began = time.monotonic()
            figures += GROUPS[name](bench)
            typer.echo(f"{name}: {time.monotonic() - began:.0f} s", err=True)
        quiet = neighbours.told()
    report.show(figures, f"medians of {rounds} interleaved rounds, with the lowest and highest", quiet)
    if json is not None:
        report.write(figures, json)
    raise typer.Exit(0 if report.passed(figures) else 1)


if __name__ == "__main__":
    app()
