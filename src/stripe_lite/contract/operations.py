"""The official operations, and the check of one request against its operation."""

import json
from functools import cache
from typing import Any, NamedTuple

from stripe_lite.contract import facts, undescribed, unset
from stripe_lite.contract.nodes import Array, Choice, Emptyable, Map, Metadata, Node, Object
from stripe_lite.contract.scalars import (
    Anything,
    Boolean,
    Bound,
    Currency,
    Decimal,
    Enum,
    Integer,
    Number,
    Refusal,
    Scalar,
    Text,
    Timestamp,
)
from stripe_lite.core.card_numbers import CODES, redact
from stripe_lite.core.errors import InvalidParameter
from stripe_lite.core.forms import Tree

SHOWN_CHARACTERS_MAX = 100


class Name(NamedTuple):
    """One official operation: how it is called and what Stripe calls it."""

    method: str
    path: str
    operation_id: str


class Operation:
    """What the API takes at one method and path."""

    __slots__ = ("_root", "method", "path")

    def __init__(self, method: str, path: str, root: Object) -> None:
        self.method = method
        self.path = path
        self._root = root

    @property
    def path_params(self) -> tuple[str, ...]:
        """The placeholders of the path; the last one names the object in an error's `param`."""
        return tuple(segment[1:-1] for segment in self.path.split("/") if segment.startswith("{"))

    @property
    def names(self) -> list[str]:
        """Every parameter at the top."""
        return self._root.names

    @property
    def required(self) -> list[str]:
        """The parameters that must be given."""
        return self._root.required

    def coerce(self, tree: Tree) -> dict[str, Any]:
        """Return the decoded parameters in their types, None where an empty value unsets one.

        Raises InvalidParameter that names the unknown, missing or ill-formed parameter.
        """
        try:
            return self._root.read(tree)
        except Refusal as refusal:
            raise self._explained(tree, refusal) from None

    def _explained(self, tree: Tree, refusal: Refusal) -> InvalidParameter:
        unknown = [redact(_bracketed(path)) for path in self._root.strangers(tree, ())]
        if unknown:
            plural = "s" if len(unknown) > 1 else ""
            names = ", ".join(unknown)
            return InvalidParameter(
                f"Received unknown parameter{plural}: {names}", code="parameter_unknown", param=unknown[0]
            )
        param = redact(_bracketed(tuple(reversed(refusal.path))))
        message = refusal.template.format(param=param, value=redact(_shown(refusal.value)))
        return InvalidParameter(message, code=refusal.code, param=param)


def operation(method: str, path: str) -> Operation:
    """Return the official operation of a method and a path template; KeyError where there is none."""
    return _room(_room_of(path))[method, path]


@cache
def operations() -> tuple[Name, ...]:
    """Return every official operation."""
    pairs = ((key.split(" "), value) for key, value in facts.load("operations.json").items())
    return tuple(Name(method, path, operation_id) for (method, path), operation_id in pairs)


def is_official(method: str, path: str) -> bool:
    """Tell whether Stripe has an operation at this method and concrete path."""
    return template(method, path) is not None


def template(method: str, path: str) -> str | None:
    """Return the official path template that a concrete path fits; words win over placeholders."""
    return _search(_shapes().get(method, {}), path.split("/")[1:])


def _search(shapes: dict[str, Any], segments: list[str]) -> str | None:
    if not segments:
        end: str | None = shapes.get("")
        return end
    for word in (segments[0], "*") if segments[0] else ():
        if word in shapes:
            found = _search(shapes[word], segments[1:])
            if found is not None:
                return found
    return None


@cache
def _shapes() -> dict[str, dict[str, Any]]:
    shapes: dict[str, dict[str, Any]] = {}
    for method, path, _ in operations():
        shape = shapes.setdefault(method, {})
        for segment in path.split("/")[1:]:
            shape = shape.setdefault("*" if segment.startswith("{") else segment, {})
        shape[""] = path
    return shapes


def _room_of(path: str) -> str:
    version, first = path.split("/")[1:3]
    return first if version == "v1" else f"{version}_{first}"


@cache
def _room(room: str) -> dict[tuple[str, str], Operation]:
    compiler = _Compiler(unset.marked(undescribed.joined(facts.lines(room))))
    found: dict[tuple[str, str], Operation] = {}
    for key, number in json.loads(compiler.lines[0]).items():
        method, path = key.split(" ")
        found[method, path] = Operation(method, path, compiler.root(number))
    return found


class _Compiler:
    """Turns one room's lines into nodes, each when it is first needed."""

    def __init__(self, lines: list[bytes]) -> None:
        self.lines = lines

    def root(self, number: int) -> Object:
        return self._object(json.loads(self.lines[number]))

    def node(self, number: int, name: str = "") -> Node:
        entry = json.loads(self.lines[number])
        node = self._filled(entry, name)
        return Emptyable(node) if entry.get("empty") else node

    def _filled(self, entry: dict[str, Any], name: str) -> Node:
        match entry["type"]:
            case "object":
                return self._object(entry)
            case "array":
                return Array(self.node(entry["of"]))
            case "map":
                values = self.node(entry["of"])
                return Metadata() if isinstance(values, Text) and name.endswith("metadata") else Map(values)
            case "any":
                return Choice([self.node(number, name) for number in entry["of"]])
            case _:
                return _scalar(entry)

    def _object(self, entry: dict[str, Any]) -> Object:
        return Object(entry["fields"], entry.get("required", []), self.node)


def _scalar(entry: dict[str, Any]) -> Scalar:
    match entry["type"]:
        case "enum":
            return Enum(_with_our_own(entry["values"]))
        case "string" | "date-time":
            return Text(entry.get("max"))
        case "currency":
            return Currency(entry.get("max"))
        case kind:
            return _UNLIMITED[kind]()


def _with_our_own(values: list[str]) -> list[str]:
    """Add the event types of ours where Stripe's stand."""
    return [*values, *facts.OWN_EVENT_TYPES] if "payment_intent.payment_failed" in values else values


_UNLIMITED: dict[str, type[Scalar]] = {
    "boolean": Boolean,
    "bound": Bound,
    "decimal": Decimal,
    "file": Anything,
    "integer": Integer,
    "number": Number,
    "unix-time": Timestamp,
}


def _bracketed(path: tuple[str, ...]) -> str:
    return path[0] + "".join(f"[{segment}]" for segment in path[1:]) if path else ""


def _shown(value: object) -> str:
    """The value, shortened."""
    text = value if isinstance(value, str) else json.dumps(_without_codes(value))
    return text if len(text) <= SHOWN_CHARACTERS_MAX else f"{text[:SHOWN_CHARACTERS_MAX]}…"


def _without_codes(value: object) -> object:
    """The value without the security code of a card that was sent in a wrong place."""
    if isinstance(value, list):
        return [_without_codes(item) for item in value]
    if isinstance(value, dict):
        return {name: _without_codes(item) for name, item in value.items() if name not in CODES}
    return value
