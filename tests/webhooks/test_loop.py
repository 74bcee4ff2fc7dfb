"""Background loops: woken early, slowed down by errors, stopped cleanly."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

from stripe_lite.workers import loop
from stripe_lite.workers.loop import Alarm


class Counter:
    """A worker that counts its ticks; what `plan` holds for a tick is raised or answered."""

    name = "counter"

    def __init__(self, period_seconds: float = 60.0, plan: list[Exception | bool] | None = None) -> None:
        self.alarm = Alarm()
        self.period_seconds = period_seconds
        self.plan = plan or []
        self.moments: list[float] = []
        self.closed = False

    @property
    def pauses(self) -> list[float]:
        """How long it was left alone each time; clocks may differ by a little."""
        return [later - earlier + 0.002 for earlier, later in pairwise(self.moments)]

    async def ticked(self, times: int) -> None:
        """Wait until it has ticked so often."""
        async with asyncio.timeout(20):
            while len(self.moments) < times:  # noqa: ASYNC110 - a counter is polled
                await asyncio.sleep(0.002)

    async def tick(self) -> bool:
        """Count, and do what is planned."""
        self.moments.append(time.monotonic())
        self.alarm.answer()
        step = self.plan.pop(0) if self.plan else False
        if isinstance(step, Exception):
            raise step
        return step

    async def close(self) -> None:
        """Remember it."""
        self.closed = True


@asynccontextmanager
async def running(*workers: Counter) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(loop.run(workers, stop))
    yield
    stop.set()
    async with asyncio.timeout(20):
        await task


async def test_it_ticks_once_a_period_and_closes() -> None:
    often, rarely = Counter(0.02), Counter()
    async with running(often, rarely):
        await often.ticked(5)
        assert not often.closed
    assert min(often.pauses[:4]) >= 0.02
    assert len(rarely.moments) == 1
    assert often.closed
    assert rarely.closed


async def test_while_there_is_more_it_does_not_wait() -> None:
    worker = Counter(plan=[True] * 5)
    async with running(worker):
        await worker.ticked(6)
        await asyncio.sleep(0.05)
    assert len(worker.moments) == 6


async def test_an_alarm_wakes_it() -> None:
    worker = Counter()
    async with running(worker):
        await worker.ticked(1)
        worker.alarm.ring()
        await worker.ticked(2)


async def test_an_error_stops_neither_it_nor_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "ERROR_PAUSE_SECONDS_MIN", 0.01)
    failing, other = Counter(0.01, plan=[ValueError("one"), ValueError("two")]), Counter(0.01)
    async with running(failing, other):
        await failing.ticked(4)
        await other.ticked(4)


async def test_errors_slow_it_down() -> None:
    worker = Counter(0.01, plan=[ValueError("again")] * 3)
    async with running(worker):
        await worker.ticked(4)
    first, second, third = worker.pauses[:3]
    assert first >= 0.1
    assert second >= 0.2
    assert third >= 0.4


async def test_canceling_it_closes_the_workers_too() -> None:
    worker = Counter()
    task = asyncio.create_task(loop.run([worker], asyncio.Event()))
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert worker.closed


def test_an_alarm_remembers_who_rang() -> None:
    alarm = Alarm()
    alarm.ring("a")
    alarm.ring("b")
    alarm.ring("a")
    assert alarm.answer() == ({"a", "b"}, False)
    alarm.ring()
    assert alarm.answer() == (set(), True)
    assert alarm.answer() == (set(), False)
