"""Finding the operation that serves a request: a tree of path segments.

The operation that was declared last costs what the first one does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from stripe_lite.http.route import Operation


@dataclass(slots=True)
class Segment:
    """One step of a path: the steps that may follow, and the operations that end here, by method."""

    literal: dict[str, "Segment"] = field(default_factory=dict)
    named: "Segment | None" = None
    ends: dict[str, Operation] = field(default_factory=dict)


class Routes:
    """All operations, found by method and path in as many steps as the path has segments."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._root = Segment()
        for operation in operations:
            self._add(operation)

    def _add(self, operation: Operation) -> None:
        at = self._root
        for step in operation.path.split("/")[1:]:
            if step.startswith("{"):
                at.named = at.named or Segment()
                at = at.named
            else:
                at = at.literal.setdefault(step, Segment())
        if operation.method in at.ends:
            raise ValueError(f"{operation.method} {operation.path} is declared twice")
        at.ends[operation.method] = operation

    def find(self, method: str, path: str) -> tuple[Operation, list[str]] | None:
        """The operation that serves the path, and the values in it. HEAD is served by what serves GET."""
        return self._walk(self._root, "GET" if method == "HEAD" else method, path.split("/")[1:], 0, [])

    def _walk(
        self, at: Segment, method: str, steps: list[str], index: int, values: list[str]
    ) -> tuple[Operation, list[str]] | None:
        if index == len(steps):
            operation = at.ends.get(method)
            return None if operation is None else (operation, values)
        step = steps[index]
        literal = at.literal.get(step)
        if literal is not None:
            found = self._walk(literal, method, steps, index + 1, values)
            if found is not None:
                return found
        if at.named is None or not step:
            return None
        return self._walk(at.named, method, steps, index + 1, [*values, step])
