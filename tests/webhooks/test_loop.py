"""Background loops: woken early, slowed down by errors, stopped cleanly."""

import asyncio

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
        self.ticks = 0
        self.closed = False

    async def tick(self) -> bool:
        """Count, and do what is planned."""
        self.ticks += 1
        self.alarm.answer()
        step = self.plan.pop(0) if self.plan else False
        if isinstance(step, Exception):
            raise step
        return step

    async def close(self) -> None:
        """Remember it."""
        self.closed = True


async def run_for(seconds: float, *workers: Counter) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(loop.run(workers, stop))
    await asyncio.sleep(seconds)
    stop.set()
    async with asyncio.timeout(20):
        await task


async def test_it_ticks_once_a_period_and_closes() -> None:
    often, rarely = Counter(0.02), Counter()
    await run_for(0.2, often, rarely)
    assert 4 <= often.ticks <= 12
    assert rarely.ticks == 1
    assert often.closed
    assert rarely.closed


async def test_while_there_is_more_it_does_not_wait() -> None:
    worker = Counter(plan=[True] * 5)
    await run_for(0.05, worker)
    assert worker.ticks == 6


async def test_an_alarm_wakes_it() -> None:
    worker = Counter()
    asyncio.get_running_loop().call_later(0.05, worker.alarm.ring)
    await run_for(0.1, worker)
    assert worker.ticks == 2


async def test_an_error_stops_neither_it_nor_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "ERROR_PAUSE_SECONDS_MIN", 0.01)
    failing, other = Counter(0.01, plan=[ValueError("one"), ValueError("two")]), Counter(0.01)
    await run_for(0.2, failing, other)
    assert failing.ticks > 2
    assert other.ticks > 2


async def test_errors_slow_it_down() -> None:
    worker = Counter(0.01, plan=[ValueError("again")] * 100)
    await run_for(0.5, worker)
    assert worker.ticks == 3  # At 0, 0.1 and 0.3 seconds.


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
