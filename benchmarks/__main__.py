"""`python -m benchmarks`: measure, print the table, and end with 1 where a figure lies below its floor."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from benchmarks import report, writes
from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.localstripe import LocalStripe
from benchmarks.reference import Pgbench
from benchmarks.stage import set_stage

ROUNDS = 7
SECONDS = 4.0
QUICK_ROUNDS = 5
QUICK_SECONDS = 1.0

GROUPS: dict[str, Callable[[Bench], list[Figure]]] = {
    "confirm": writes.confirm,
    "create": writes.create,
    "localstripe": writes.against_localstripe,
}


def main(
    quick: Annotated[bool, typer.Option("--quick", help="Shorter rounds, and 100 000 rows for a million.")] = False,
    only: Annotated[list[str] | None, typer.Option(help=f"Measure only this: {', '.join(GROUPS)}.")] = None,
    from_models: Annotated[
        bool, typer.Option("--from-models", help="Make the tables from the models, where a migration is still missing.")
    ] = False,
    json: Annotated[Path | None, typer.Option(help="Write the figures to this file too.")] = None,
) -> None:
    """Measure stripe_lite against its references. Ends with 1 where a figure lies below its floor."""
    unknown = [name for name in only or [] if name not in GROUPS]
    if unknown:
        raise typer.BadParameter(f"{unknown[0]} is none of {', '.join(GROUPS)}", param_hint="--only")
    figures: list[Figure] = []
    with set_stage(from_models=from_models) as stage:
        bench = Bench(
            stage,
            Pgbench(stage),
            LocalStripe(stage),
            quick=quick,
            rounds=QUICK_ROUNDS if quick else ROUNDS,
            seconds=QUICK_SECONDS if quick else SECONDS,
        )
        for name in only or GROUPS:
            began = time.monotonic()
            figures += GROUPS[name](bench)
            typer.echo(f"{name}: {time.monotonic() - began:.0f} s", err=True)
    report.show(figures)
    if json is not None:
        report.write(figures, json)
    raise typer.Exit(0 if report.passed(figures) else 1)


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app()
