"""A small memory for what is read at every turn and changes seldom: each process forgets it after a moment."""

import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

KEPT_SECONDS = 1.0
ENTRIES_MAX = 10_000

Value = TypeVar("Value")


@dataclass(slots=True)
class Memory:
    """Values by name, each with the moment at which it is forgotten. Another process's change is seen after that."""

    kept_seconds: float = KEPT_SECONDS
    _entries: dict[Hashable, tuple[float, Any]] = field(default_factory=dict)

    async def recall(self, name: Hashable, load: Callable[[], Awaitable[Value]]) -> Value:
        """The value of this name, loaded where it is not remembered."""
        now = time.monotonic()
        entry = self._entries.get(name)
        if entry is not None and entry[0] > now:
            remembered: Value = entry[1]
            return remembered
        value = await load()
        if len(self._entries) >= ENTRIES_MAX:
            self._entries.clear()
        self._entries[name] = (now + self.kept_seconds, value)
        return value

    def forget(self, name: Hashable) -> None:
        """Load the value anew next time: it was changed here."""
        self._entries.pop(name, None)
