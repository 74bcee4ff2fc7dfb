"""Writes the parts of README.md and docs/ that come from the code, between markers, in place.

    .venv/bin/python -m scripts.write_docs

A part stands between `<!-- made: NAME -->` and `<!-- made: end -->`; PARTS says what makes it. A test fails where a
page differs from what this would write.
"""

import importlib
import pkgutil
import re
import sys
import types
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from scripts import card_tables

import stripe_lite
from stripe_lite import contract, registry
from stripe_lite.audit.limits import LIMITS
from stripe_lite.audit.verify import all_checks
from stripe_lite.core.machine import Machine
from stripe_lite.settings import ENV_PREFIX, Settings

ROOT = Path(__file__).resolve().parent.parent

_part_pattern = re.compile(r"(<!-- made: (?!end)([a-z-]+) -->\n).*?(<!-- made: end -->)", re.DOTALL)


def settings_table() -> str:
    """Every setting: its variable, its default and its meaning."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        variable = "DATABASE_URL" if name == "database_url" else ENV_PREFIX + name.upper()
        lines.append(f"| `{variable}` | {_default(field)} | {_meaning(field)} |")
    return "\n".join(lines)


def served_table() -> str:
    """Every resource of the official API that is served, with what can be done with it."""
    rooms: dict[str, list[str]] = {}
    for operation in registry.operations():
        if operation.official:
            rooms.setdefault(operation.path.split("/")[2], []).append(operation.path)
    totals: dict[str, int] = {}
    for name in contract.operations():
        room = name.path.split("/")[2]
        totals[room] = totals.get(room, 0) + 1
    lines = ["| resource | operations served | of |", "|---|---|---|"]
    lines += [f"| `{room}` | {len(paths)} | {totals[room]} |" for room, paths in sorted(rooms.items())]
    return "\n".join(lines)


def machines() -> list[Machine[Any, Any]]:
    """Every machine: those of the modules that are called `machine`."""
    found = []
    for module in pkgutil.walk_packages(stripe_lite.__path__, "stripe_lite."):
        if module.name.endswith(".machine") and module.name != Machine.__module__:
            members = vars(importlib.import_module(module.name)).values()
            found += [member for member in members if isinstance(member, Machine)]
    return found


def diagram(machine: Machine[Any, Any]) -> str:
    """A machine's rules as a picture."""
    return f"```mermaid\n{machine.mermaid()}```"


def rules_table(machine: Machine[Any, Any]) -> str:
    """A machine's rules as a table, with the event that tells of each."""
    lines = ["| fact | from | to | event |", "|---|---|---|---|"]
    for rule in machine.rules:
        sources = " ".join(f"`{state}`" for state in _in_order(machine.states, rule.sources))
        event = "" if rule.event is None else f"`{rule.event}`"
        lines.append(f"| `{rule.fact}` | {sources} | `{rule.target}` | {event} |")
    return "\n".join(lines)


def invariants_table() -> str:
    """What `stripe-lite verify` checks."""
    lines = ["| | invariant | checked |", "|---|---|---|"]
    for check in all_checks():
        checked = "only with `--quiet-state`" if check.quiet else "always"
        lines.append(f"| {check.number} | {check.name} | {checked} |")
    return "\n".join(lines)


def limits_table() -> str:
    """What `stripe-lite verify` cannot check."""
    lines = ["| | what rows do not tell | why | shown by |", "|---|---|---|---|"]
    for limit in LIMITS:
        files = " ".join(f"`{name}`" for name in limit.shown_by.split())
        lines.append(f"| {limit.number} | {limit.name} | {limit.why} | {files} |")
    return "\n".join(lines)


def _slug(machine: Machine[Any, Any]) -> str:
    return machine.name.replace("_", "-")


PARTS: Mapping[str, Callable[[], str]] = {
    "settings": settings_table,
    "served": served_table,
    "invariants": invariants_table,
    "limits": limits_table,
    **{f"{_slug(machine)}-diagram": partial(diagram, machine) for machine in machines()},
    **{f"{_slug(machine)}-rules": partial(rules_table, machine) for machine in machines()},
    **card_tables.PARTS,
}


def pages() -> dict[Path, str]:
    """Every page that has such parts, as it should be."""
    found = {path: path.read_text() for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))}
    return {path: _part_pattern.sub(_made, text) for path, text in found.items() if _part_pattern.search(text)}


def _made(part: re.Match[str]) -> str:
    return f"{part[1]}\n{PARTS[part[2]]()}\n\n{part[3]}"


def _in_order(states: type[StrEnum], wanted: Any) -> list[StrEnum]:
    return [state for state in states if state in wanted]


def _default(field: FieldInfo) -> str:
    value = field.default
    if field.default_factory is not None:
        return "it depends"
    match value:
        case None:
            return ""
        case bool():
            return f"`{str(value).lower()}`"
        case float():
            return f"`{value:g}`"
        case tuple():
            return "`" + ",".join(f"{each:g}" for each in value) + "`"
    return f"`{value}`"


def _meaning(field: FieldInfo) -> str:
    choices = [f"`{choice}`" for choice in _choices(field.annotation)]
    meaning = (field.description or "").replace("|", "\\|")
    unnamed = [choice for choice in choices if choice not in meaning]
    return f"{meaning} One of {', '.join(choices)}." if unnamed else meaning


def _choices(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(choice for part in get_args(annotation) for choice in _choices(part))
    return ()


def main() -> None:
    """Write every page anew, and say which ones changed."""
    for path, text in pages().items():
        if path.read_text() != text:
            path.write_text(text)
            sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
