"""The background work of a process: loops of ticks that are woken early, slowed down by errors, and stopped cleanly."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import structlog

from stripe_lite.db.outcomes import LOST

ERROR_PAUSE_SECONDS_MIN = 0.1
ERROR_PAUSE_SECONDS_MAX = 5.0
CLOSE_SECONDS_MAX = 8.0

log = structlog.get_logger("stripe_lite.workers")


class Alarm:
    """Wakes a loop before its time; whoever rings may leave the name of the account that has something to be done."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self._names: set[str] = set()
        self._anyone = False

    def ring(self, name: str | None = None) -> None:
        """Wake the loop. Without a name it looks everywhere."""
        if name is None:
            self._anyone = True
        else:
            self._names.add(name)
        self._rung.set()

    def answer(self) -> tuple[set[str], bool]:
        """The names left since the last answer, and whether somebody rang without one."""
        names, anyone = self._names, self._anyone
        self._names, self._anyone = set(), False
        self._rung.clear()
        return names, anyone

    async def wait(self, seconds: float) -> None:
        """Wait until somebody rings, at most so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return


class Worker(Protocol):
    """Something that is done again and again."""

    name: str
    alarm: Alarm
    period_seconds: float

    async def tick(self) -> bool:
        """Do one bounded batch; True where more is waiting."""

    async def close(self) -> None:
        """Finish what is under way, within CLOSE_SECONDS_MAX."""


async def run(workers: Sequence[Worker], stop: asyncio.Event) -> None:
    """Keep the workers ticking until `stop` is set, then close them."""
    try:
        async with asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(_keep_ticking(worker, stop), name=f"worker {worker.name}")
            await stop.wait()
            for worker in workers:
                worker.alarm.ring()
    finally:
        await asyncio.gather(*(_close(worker) for worker in workers))


async def _keep_ticking(worker: Worker, stop: asyncio.Event) -> None:
    pause = ERROR_PAUSE_SECONDS_MIN
    while not stop.is_set():
        try:
            more = await worker.tick()
        except Exception as error:
            if isinstance(error, LOST):
                log.warning("worker waits for the database", worker=worker.name, reason=type(error).__name__)
            else:
                log.exception("worker failed; it tries again", worker=worker.name, pause_seconds=pause)
            await _sleep(pause, stop)
            pause = min(pause * 2, ERROR_PAUSE_SECONDS_MAX)
            continue
        pause = ERROR_PAUSE_SECONDS_MIN
        if not more and not stop.is_set():
            await worker.alarm.wait(worker.period_seconds)


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


async def _close(worker: Worker) -> None:
    try:
        async with asyncio.timeout(CLOSE_SECONDS_MAX):
            await worker.close()
    except Exception:
        log.exception("worker did not close cleanly", worker=worker.name)
