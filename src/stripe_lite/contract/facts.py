"""The generated facts that are not parameters: event types, API versions and what can be expanded."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

_DATA = files("stripe_lite.contract") / "data"


class Expansion(NamedTuple):
    """What stands at one field path of an object.

    `reference`: an id that `expand` replaces by the object. `on_demand`: left out until `expand` names it.
    `inline`: always a whole object (or a list's objects), through which a longer path goes on.
    """

    kind: Literal["reference", "on_demand", "inline"]
    targets: tuple[str, ...]


def load(name: str) -> dict[str, Any]:
    """Read one generated JSON file."""
    facts: dict[str, Any] = json.loads((_DATA / name).read_bytes())
    return facts


def lines(room: str) -> list[bytes]:
    """Read the parameter trees of one room: the operations, then one node a line."""
    return (_DATA / "params" / f"{room}.jsonl").read_bytes().splitlines()


def expandable(object_name: str) -> Mapping[str, Expansion]:
    """Return what can be expanded in an object, by dotted field path; arrays add nothing to the path, lists `data`."""
    return _expansions().get(object_name, {})


@cache
def _expansions() -> Mapping[str, Mapping[str, Expansion]]:
    return {
        noun: {path: Expansion(kind, tuple(targets)) for path, (kind, *targets) in paths.items()}
        for noun, paths in load("expansions.json").items()
    }


_enums = load("enums.json")
EVENT_TYPES: frozenset[str] = frozenset(_enums["event_types"])
# Event types of our own, which endpoints may ask for beside Stripe's.
OWN_EVENT_TYPES = ("payment_intent.failed",)
API_VERSIONS: frozenset[str] = frozenset(_enums["api_versions"])
