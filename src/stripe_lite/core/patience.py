"""A limit of time under which many things are waited for at once, at a fraction of what `asyncio.timeout` costs.

All of them may take equally long, so that they end in the order in which they began, and one timer is enough: when it
rings, what began first is looked at, and most of the time that is long done.
"""

import asyncio
from dataclasses import dataclass
from types import TracebackType

Task = asyncio.Task[object]


@dataclass(slots=True)
class _Wait:
    until: float
    # How often the task had been asked to end before.
    asked_to_end: int
    over: bool = False


class Patience:
    """`with patience:` raises TimeoutError where what is in it takes longer than `seconds`.

    A task can be in it once at a time, and all of them in one loop.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._waits: dict[Task, _Wait] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> None:
        task = _current()
        if task in self._waits:
            raise RuntimeError("the task waits under this limit already")
        loop = asyncio.get_running_loop()
        until = loop.time() + self.seconds
        self._waits[task] = _Wait(until, task.cancelling())
        if self._timer is None:
            self._timer = loop.call_at(until, self._look)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        task = _current()
        wait = self._waits.pop(task)
        # Whoever else wanted the task to end is not to be disappointed.
        if wait.over and task.uncancel() <= wait.asked_to_end and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = None
        for task, wait in self._waits.items():
            if wait.until > loop.time():
                self._timer = loop.call_at(wait.until, self._look)
                return
            if not wait.over:
                wait.over = True
                task.cancel()


def _current() -> Task:
    task = asyncio.current_task()
    assert task is not None, "only a task can be told to wait no longer"
    return task
