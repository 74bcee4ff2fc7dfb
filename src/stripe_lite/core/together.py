"""Batches that make themselves: what comes while something of its kind is on its way goes together after it.

Where nothing is on its way a thing goes at once and alone; the busier it gets, the more go together, and the less each
of them costs. Nobody waits longer than a moment for what is on its way.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Thing = TypeVar("Thing")
Result = TypeVar("Result")

TOGETHER_MAX = 64
# A batch that takes longer than this waits for something that others should not wait for.
WAIT_SECONDS_MAX = 0.02

Shared = tuple[type[Exception], ...]
_Waiting = tuple[Thing, asyncio.Future[Result]]


class Together(Generic[Key, Thing, Result]):
    """Sends things in batches of those that have the same key.

    `send` gets a key and one or more things, and gives back a result for each. If it raises for several, nothing of
    them may have happened, and each is sent again by itself; except what `shared` lists: all of them end with that.
    """

    def __init__(self, send: Callable[[Key, Sequence[Thing]], Awaitable[Sequence[Result]]], *, shared: Shared) -> None:
        self._send = send
        self._shared = shared
        self._lanes: dict[Key, _Lane[Thing, Result]] = {}

    async def ask(self, key: Key, thing: Thing) -> Result:
        """Send a thing, alone or with others; gives back its result or raises its error."""
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = _Lane(partial(self._send, key), self._shared)
        try:
            return await lane.ask(thing)
        finally:
            if lane.idle and self._lanes.get(key) is lane:
                del self._lanes[key]


class _Lane(Generic[Thing, Result]):
    def __init__(self, send: Callable[[Sequence[Thing]], Awaitable[Sequence[Result]]], shared: Shared) -> None:
        self._send = send
        self._shared = shared
        self._on_way = 0
        self._waiting: list[_Waiting[Thing, Result]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def idle(self) -> bool:
        return not self._on_way

    async def ask(self, thing: Thing) -> Result:
        if self._on_way:
            return await self._wait(thing)
        self._on_way += 1
        try:
            (result,) = await self._send([thing])
        finally:
            self._arrived()
        return result

    def _wait(self, thing: Thing) -> asyncio.Future[Result]:
        result: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((thing, result))
        self._wait_no_longer()
        return result

    def _wait_no_longer(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(WAIT_SECONDS_MAX, self._go)

    def _arrived(self) -> None:
        self._on_way -= 1
        self._go()

    def _go(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiting:
            batch, self._waiting = self._waiting[:TOGETHER_MAX], self._waiting[TOGETHER_MAX:]
            self._on_way += 1
            self._begin(self._send_batch(batch))
        if self._waiting:
            self._wait_no_longer()

    async def _send_batch(self, batch: list[_Waiting[Thing, Result]]) -> None:
        try:
            results = await self._send([thing for thing, _ in batch])
        except Exception as error:  # noqa: BLE001 - whoever asked gets it
            if len(batch) > 1 and not isinstance(error, self._shared):
                for each in batch:
                    self._begin(self._send_alone(*each))
            else:
                for _, result in batch:
                    _end(result, error)
        else:
            for (_, result), value in zip(batch, results, strict=True):
                if not result.done():
                    result.set_result(value)
        finally:
            self._arrived()

    async def _send_alone(self, thing: Thing, result: asyncio.Future[Result]) -> None:
        try:
            (value,) = await self._send([thing])
        except Exception as error:  # noqa: BLE001 - whoever asked gets it
            _end(result, error)
        else:
            if not result.done():
                result.set_result(value)

    def _begin(self, deed: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(deed)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _end(result: asyncio.Future[Any], error: Exception) -> None:
    if not result.done():
        result.set_exception(error)
