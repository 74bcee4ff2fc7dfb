"""The kinds of parameter that hold others: each reads what the client sent into typed values, or refuses it.

A refusal collects its path on the way up, so the good path pays nothing for it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from stripe_lite.contract.scalars import Boolean, Decimal, Enum, Integer, Number, Refusal, Scalar, empty
from stripe_lite.core.metadata import problem

INDEX_MAX = 999

_index_pattern = re.compile(r"0|[1-9][0-9]{0,8}")

Read = Callable[[object], object]


class Node(Protocol):
    """One kind of parameter."""

    def read(self, value: object) -> object:
        """Return the typed value, or raise Refusal."""

    def strangers(self, value: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Give the paths of all names below `value` that the API does not know."""


class Emptyable:
    """A parameter that an empty value unsets."""

    __slots__ = ("_node", "_read")

    def __init__(self, node: Node) -> None:
        self._node = node
        self._read = node.read

    def read(self, value: object) -> object:
        """Return None for an empty value."""
        return None if value == "" or value is None else self._read(value)

    def strangers(self, value: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Look below, unless it is empty."""
        return iter(()) if value == "" or value is None else self._node.strangers(value, path)


class Object:
    """Named parameters; a child is compiled when its name is first sent."""

    __slots__ = ("_compile", "_nodes", "_numbers", "_reads", "required")

    def __init__(self, numbers: Mapping[str, int], required: list[str], compile: Callable[[int, str], Node]) -> None:
        self.required = required
        self._numbers = numbers
        self._compile = compile
        self._nodes: dict[str, Node] = {}
        self._reads: dict[str, Read] = {}

    @property
    def names(self) -> list[str]:
        """Every name the API knows here."""
        return list(self._numbers)

    def child(self, name: str) -> Node | None:
        """Return the parameter of that name."""
        if name not in self._nodes:
            if name not in self._numbers:
                return None
            self._nodes[name] = self._compile(self._numbers[name], name)
            self._reads[name] = self._nodes[name].read
        return self._nodes[name]

    def read(self, value: object) -> dict[str, object]:
        """Return the typed values of all names given."""
        if not isinstance(value, dict):
            raise empty() if value == "" or value is None else Refusal("Invalid object")
        typed: dict[str, object] = {}
        name = ""
        try:
            for name, item in value.items():
                read = self._reads.get(name) or self._first_read(name)
                typed[name] = read(item)
        except Refusal as refusal:
            refusal.path.append(name)
            raise
        for needed in self.required:
            if needed not in typed:
                missing = Refusal("Missing required param: {param}.", code="parameter_missing")
                missing.path.append(needed)
                raise missing
        return typed

    def strangers(self, value: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Give unknown names here and below."""
        for name, item in value.items() if isinstance(value, dict) else ():
            node = self.child(name)
            if node is None:
                yield (*path, name)
            else:
                yield from node.strangers(item, (*path, name))

    def _first_read(self, name: str) -> Read:
        node = self.child(name)
        if node is None:
            raise Refusal("Received unknown parameter: {param}", code="parameter_unknown")
        return node.read


class Array:
    """A list; a form may have sent it as a mapping of indexes, with gaps, in any order."""

    __slots__ = ("_node", "_read")

    def __init__(self, node: Node) -> None:
        self._node = node
        self._read = node.read

    def read(self, value: object) -> object:
        """Return the typed items in the order of their indexes."""
        indexed = _indexed(value)
        typed: list[object] = []
        try:
            for _, item in indexed:
                typed.append(self._read(item))
        except Refusal as refusal:
            refusal.path.append(indexed[len(typed)][0])
            raise
        return typed

    def strangers(self, value: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Give unknown names in every item; what is no array has none."""
        if isinstance(value, dict) and is_array(value):
            for index, item in value.items():
                yield from self._node.strangers(item, (*path, index))
        for place, item in enumerate(value if isinstance(value, list) else ()):
            yield from self._node.strangers(item, (*path, str(place)))


class Map:
    """A mapping whose keys are the client's own."""

    __slots__ = ("_node", "_read")

    def __init__(self, node: Node) -> None:
        self._node = node
        self._read = node.read

    def read(self, value: object) -> object:
        """Return the typed values under their keys."""
        if not isinstance(value, dict):
            raise empty() if value == "" or value is None else Refusal("Invalid object")
        typed: dict[str, object] = {}
        key = ""
        try:
            for key, item in value.items():
                typed[key] = self._read(item)
        except Refusal as refusal:
            refusal.path.append(key)
            raise
        return typed

    def strangers(self, value: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Give unknown names below the keys."""
        for key, item in value.items() if isinstance(value, dict) else ():
            yield from self._node.strangers(item, (*path, key))


class Metadata(Scalar):
    """A mapping of the client's own keys to strings; an empty string is kept, because it unsets its key."""

    __slots__ = ()

    def read(self, value: object) -> object:
        """Return the strings, with JSON's numbers and booleans spelled as a form would."""
        if not isinstance(value, dict):
            raise empty() if value == "" or value is None else Refusal("Invalid object")
        typed = {key: item if isinstance(item, str) else _spelled(key, item) for key, item in value.items()}
        exceeded = problem(typed)
        if exceeded is not None:
            raise Refusal(exceeded.replace("{", "{{").replace("}", "}}"))
        return typed


class Choice:
    """One of several kinds, told apart by the shape of what was sent."""

    __slots__ = ("_arrays", "_objects", "_scalars")

    def __init__(self, nodes: list[Node]) -> None:
        self._arrays: list[Node] = [node for node in nodes if isinstance(node, Array)]
        self._objects: list[Node] = [node for node in nodes if isinstance(node, Object | Map)]
        self._scalars: list[Node] = [node for node in sorted(nodes, key=_rank) if isinstance(node, Scalar)]

    def read(self, value: object) -> object:
        """Return what the first fitting kind reads; where none fits, raise what the most telling one says."""
        refusals: list[Refusal] = []
        for node in self._of_shape(value):
            try:
                return node.read(value)
            except Refusal as refusal:
                refusals.append(refusal)
        telling = [refusal for refusal in refusals if refusal.code != "parameter_unknown"]
        # A hash that says which kind it is of is that kind's to refuse.
        own = [refusal for refusal in telling if refusal.path != ["object"]]
        raise (own or telling or refusals)[-1]

    def strangers(self, value: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Give the unknown names of the kind that knows most of them."""
        found: list[list[tuple[str, ...]]] = [list(node.strangers(value, path)) for node in self._of_shape(value)]
        found.sort(key=len)
        return iter(found[0])

    def _of_shape(self, value: object) -> list[Node]:
        if isinstance(value, dict | list):
            as_array = self._arrays if is_array(value) else []
            return as_array or self._objects or self._arrays or self._scalars
        return self._scalars or self._objects or self._arrays


def is_array(value: dict[str, object] | list[object]) -> bool:
    """Tell whether a tree is a list, or a mapping of indexes."""
    return isinstance(value, list) or all(_index_pattern.fullmatch(key) for key in value)


def _indexed(value: object) -> list[tuple[str, object]]:
    if isinstance(value, list):
        return [(str(index), item) for index, item in enumerate(value)]
    if not isinstance(value, dict):
        raise empty() if value == "" or value is None else Refusal("Invalid array")
    if not is_array(value):
        raise Refusal("Invalid array")
    if any(int(key) > INDEX_MAX for key in value):
        raise Refusal(f"Invalid array: an index can be at most {INDEX_MAX}")
    return sorted(value.items(), key=lambda pair: int(pair[0]))


def _spelled(key: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    refusal = Refusal("Invalid string: must be a string, not a hash or an array")
    refusal.path.append(key)
    raise refusal


def _rank(node: Node) -> int:
    """Narrow kinds are tried first; text, which takes anything, last."""
    order = (Boolean, Enum, Integer, Number, Decimal)
    return next((place for place, kind in enumerate(order) if isinstance(node, kind)), len(order))
