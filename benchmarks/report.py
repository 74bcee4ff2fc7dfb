"""The table that is printed at the end, and the same as JSON."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.figures import Figure, Verdict

COLOURS = {
    Verdict.ON_TARGET: "green",
    Verdict.ABOVE_FLOOR: "yellow",
    Verdict.BELOW_FLOOR: "red",
    Verdict.NOT_MEASURED: "red",
}
WIDTH_WITHOUT_TERMINAL = 170


def show(figures: Sequence[Figure], how: str, remark: str) -> None:
    """Print the figures with their bounds."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH_WITHOUT_TERMINAL)
    table = Table(title=f"stripe_lite against its references: {how}", caption=remark.capitalize())
    for heading in ("figure", "median", "spread", "floor", "target", "verdict", "both sides"):
        table.add_column(heading, justify="right" if heading in ("median", "floor", "target") else "left")
    for figure in figures:
        sign = "≤" if figure.bounds.at_most else "≥"
        table.add_row(
            figure.name,
            "" if figure.value is None else f"{figure.value:.2f}{figure.unit}",
            f"{min(figure.rounds):.2f} … {max(figure.rounds):.2f}" if figure.rounds else "",
            f"{sign} {figure.bounds.floor:g}{figure.unit}",
            f"{sign} {figure.bounds.target:g}{figure.unit}",
            f"[{COLOURS[figure.verdict]}]{figure.verdict}",
            figure.sides,
        )
    console.print(table)


def write(figures: Sequence[Figure], file: Path) -> None:
    """Write the figures, round by round."""
    rows: list[dict[str, Any]] = [
        {
            "name": figure.name,
            "unit": figure.unit,
            "median": figure.value,
            "rounds": figure.rounds,
            "ours": figure.ours,
            "reference": figure.reference,
            "side_unit": figure.side_unit,
            "floor": figure.bounds.floor,
            "target": figure.bounds.target,
            "at_most": figure.bounds.at_most,
            "verdict": figure.verdict,
            "note": figure.note,
        }
        for figure in figures
    ]
    file.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")


def passed(figures: Sequence[Figure]) -> bool:
    """Whether everything was measured and nothing lies below its floor."""
    return all(figure.verdict in (Verdict.ON_TARGET, Verdict.ABOVE_FLOOR) for figure in figures)
