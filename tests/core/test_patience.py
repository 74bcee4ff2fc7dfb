"""A limit of time for many: it ends what takes too long, nothing else, and leaves cancellations to those who asked."""

import asyncio
import time

import pytest

from stripe_lite.core.patience import Patience


async def waiting(patience: Patience, seconds: float) -> str:
    try:
        with patience:
            await asyncio.sleep(seconds)
    except TimeoutError:
        return "over"
    return "done"


async def test_what_takes_too_long_ends_and_the_rest_does_not() -> None:
    patience = Patience(0.2)
    began = time.monotonic()
    ended = await asyncio.gather(*(waiting(patience, seconds) for seconds in (30, 0, 0.01, 30, 0.02)))
    assert ended == ["over", "done", "done", "over", "done"]
    assert 0.2 <= time.monotonic() - began < 15


async def test_each_has_the_whole_time_from_its_own_beginning() -> None:
    patience = Patience(0.3)
    first = asyncio.create_task(waiting(patience, 30))
    await asyncio.sleep(0.15)
    began = time.monotonic()
    assert await waiting(patience, 30) == "over"
    assert time.monotonic() - began >= 0.3
    assert await first == "over"


async def test_a_task_can_wait_under_it_again_and_again() -> None:
    patience = Patience(0.05)
    assert [await waiting(patience, seconds) for seconds in (0, 30, 0, 30, 0.001)] == [
        "done",
        "over",
        "done",
        "over",
        "done",
    ]
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_time_that_others_take_is_not_counted() -> None:
    patience = Patience(0.05)
    assert await waiting(patience, 0) == "done"
    await asyncio.sleep(0.15)
    assert await waiting(patience, 0.001) == "done"


async def test_what_it_ends_may_still_fail_or_finish() -> None:
    patience = Patience(0.02)
    with pytest.raises(ZeroDivisionError), patience:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError as error:
            raise ZeroDivisionError from error
    with patience:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            kept = "finished"
    assert kept == "finished"
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_cancellation_stays_one() -> None:
    patience = Patience(0.05)

    async def stubborn() -> None:
        with patience:
            try:
                await asyncio.sleep(30)
            finally:
                await asyncio.sleep(0)

    canceled = asyncio.create_task(stubborn())
    await asyncio.sleep(0.01)
    canceled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await canceled

    both = asyncio.create_task(stubborn())
    await asyncio.sleep(0.01)
    asyncio.get_running_loop().call_later(0.04, both.cancel)
    # The loop comes too late for both: the limit and the cancellation ask in the same turn.
    time.sleep(0.1)  # noqa: ASYNC251
    with pytest.raises(asyncio.CancelledError):
        await both


async def test_a_task_is_in_it_once() -> None:
    patience = Patience(1)
    with patience, pytest.raises(RuntimeError), patience:
        raise AssertionError("it let the task in twice")
    assert await waiting(patience, 0) == "done"


async def test_nothing_is_left_of_those_that_are_done() -> None:
    patience = Patience(60)
    await asyncio.gather(*(waiting(patience, 0) for _ in range(100)))
    assert not patience._waits
