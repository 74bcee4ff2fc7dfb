"""Which official operations are served, as the tests saw them: the source of `docs/conformance.md`."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from stripe_lite import contract, registry

Operation: TypeAlias = tuple[str, str]

PAGE = Path(__file__).parent.parent / "docs" / "conformance.md"

HEAD = """# Conformance

Made by the test suite (`./run test --write-conformance`), not by hand; a whole run of the tests fails if this page is
out of date. An operation counts as **served** when a test of this run got a 200 from it through the front door, and
every such response was held against Stripe's official description of API version `2026-05-27.dahlia`.

"""


# Served as far as they go: what they act on is not processed yet, so that they can only refuse, as Stripe does then.
REFUSING: set[tuple[str, str]] = set()


def untested(answered: Counter[Operation]) -> list[str]:
    """Operations that are declared, and that no test got a success from."""
    declared = [(operation.method, operation.path) for operation in registry.operations() if operation.official]
    return [
        f"{method} {path}" for method, path in declared if not answered[method, path] and (method, path) not in REFUSING
    ]


def page(answered: Counter[Operation]) -> str:
    """The page for what was answered."""
    rooms: dict[str, list[Operation]] = {}
    for name in contract.operations():
        rooms.setdefault(_room(name.path), []).append((name.method, name.path))
    served = {room: [key for key in keys if answered[key]] for room, keys in rooms.items()}
    total, done = sum(map(len, rooms.values())), sum(map(len, served.values()))
    lines = [
        HEAD + f"{done} of {total} official operations are served.\n",
        "| resource | served | of |",
        "|---|---|---|",
    ]
    lines += [f"| {room} | {len(served[room])} | {len(keys)} |" for room, keys in sorted(rooms.items()) if served[room]]
    lines += ["", "## Served", ""]
    lines += [f"- `{method} {path}`" for room in sorted(rooms) for method, path in sorted(served[room], key=_order)]
    lines += ["", "## Not served", "", "These answer 404, saying that stripe_lite does not serve them yet.", ""]
    lines += [_missing(room, rooms, served) for room in sorted(rooms) if len(served[room]) < len(rooms[room])]
    return "\n".join(lines) + "\n"


def _missing(room: str, rooms: Mapping[str, list[Operation]], served: Mapping[str, list[Operation]]) -> str:
    missing = [key for key in rooms[room] if key not in served[room]]
    if not served[room]:
        return f"- **{room}**: none of {len(missing)} operations"
    return f"- **{room}**: " + ", ".join(f"`{method} {path}`" for method, path in sorted(missing, key=_order))


def _room(path: str) -> str:
    steps = path.split("/")
    return "/".join(steps[2:4]) if steps[2] in ("test_helpers", "treasury", "issuing", "terminal") else steps[2]


def _order(key: Operation) -> tuple[str, str]:
    return key[1], key[0]
