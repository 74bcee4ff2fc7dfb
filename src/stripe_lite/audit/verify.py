"""Runs the invariants over one snapshot of the database, and tells what breaks them."""

import time
from dataclasses import dataclass
from enum import StrEnum

import asyncpg
from rich.console import Console
from rich.table import Table
from rich.text import Text

from stripe_lite.audit import cash, events, histories, keeping, ledger, movements, payments, setups
from stripe_lite.audit.check import Check
from stripe_lite.core.card_numbers import redact
from stripe_lite.db.session import Driver

ROWS_MAX = 20  # Shown of what breaks one invariant.
SUSPICIOUS = "suspicious"  # A column that must not be shown, and counts only where a card number is in it.


class NotMigrated(Exception):
    """The database has no audit views: it was made by nobody, or by an older version."""


class State(StrEnum):
    """What became of a check."""

    HOLDS = "holds"
    BROKEN = "broken"
    NOT_APPLICABLE = "not applicable"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Finding:
    """A check, what became of it and why, and the rows that break it."""

    check: Check
    state: State
    reason: str = ""
    rows: tuple[dict[str, object], ...] = ()
    seconds: float = 0.0


def all_checks() -> list[Check]:
    """Every check, by its number."""
    checks = (
        *payments.CHECKS,
        *setups.CHECKS,
        *histories.CHECKS,
        *ledger.CHECKS,
        *movements.CHECKS,
        *cash.CHECKS,
        *events.CHECKS,
        *keeping.checks(),
    )
    return sorted(checks, key=lambda check: check.number)


async def verify(dsn: str, *, quiet: bool = False) -> list[Finding]:
    """Run every check, with `quiet` also those that hold only while nothing is under way."""
    connection = await asyncpg.connect(dsn, server_settings={"jit": "off", "application_name": "stripe_lite verify"})
    try:
        if await connection.fetchval("SELECT to_regclass('audit.charges') IS NULL"):
            raise NotMigrated("The database lacks the audit views: run `stripe-lite migrate` first.")
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return [await _examine(connection, check, quiet=quiet) for check in all_checks()]
    finally:
        await connection.close()


async def _examine(connection: Driver, check: Check, *, quiet: bool) -> Finding:
    if check.quiet and not quiet:
        return Finding(check, State.LEFT_OUT, "asked for with --quiet-state, once nothing is under way")
    reason = None if check.unless is None else await connection.fetchval(check.unless)
    if reason is not None:
        return Finding(check, State.NOT_APPLICABLE, reason)
    began = time.perf_counter()
    rows = [dict(row) async for row in connection.cursor(check.sql)]
    rows = [row for row in rows if SUSPICIOUS not in row or redact(str(row[SUSPICIOUS])) != row.pop(SUSPICIOUS)]
    seconds = time.perf_counter() - began
    return Finding(check, State.BROKEN if rows else State.HOLDS, rows=tuple(rows), seconds=seconds)


def show(findings: list[Finding], console: Console) -> None:
    """Print what was found: a line for each invariant, then the rows that break any."""
    table = Table("", "Invariant", "", box=None, pad_edge=False)
    for finding in findings:
        style = {State.HOLDS: "green", State.BROKEN: "bold red"}.get(finding.state, "dim")
        number = len(finding.rows)
        broken = "1 row breaks it" if number == 1 else f"{number} rows break it"
        words = broken if number else str(finding.state)
        told = f"{words}: {finding.reason}" if finding.reason else words
        table.add_row(str(finding.check.number), finding.check.name, Text(told, style=style))
    console.print(table)
    for finding in findings:
        if not finding.rows:
            continue
        console.print(f"\n{finding.check.number}. {finding.check.name}", style="bold", highlight=False)
        for row in finding.rows[:ROWS_MAX]:
            console.print(Text("  " + "  ".join(f"{name}={value}" for name, value in row.items())), soft_wrap=True)
        if len(finding.rows) > ROWS_MAX:
            console.print(f"  … and {len(finding.rows) - ROWS_MAX} more")
