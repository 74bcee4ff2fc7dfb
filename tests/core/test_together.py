"""Things that come while others of their kind are on their way go together, and share nothing but the way."""

import asyncio
from collections.abc import Sequence

import pytest

from stripe_lite.core import together
from stripe_lite.core.together import Together


class Shared(Exception):
    """What is the end of all that were sent together."""


class Way:
    """Notes what is sent, holds it up as long as its gate is closed, and refuses what it is told to."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, list[int]]] = []
        self.gate = asyncio.Event()
        self.refused: dict[int, Exception] = {}
        self.together: Together[str, int, int] = Together(self._send, shared=(Shared,))

    def ask(self, thing: int, key: str = "a") -> "asyncio.Task[int]":
        return asyncio.create_task(self.together.ask(key, thing))

    async def until_sent(self, count: int) -> None:
        async with asyncio.timeout(20):
            while len(self.sent) < count:  # noqa: ASYNC110 - a list is polled
                await asyncio.sleep(0)

    async def _send(self, key: str, things: Sequence[int]) -> list[int]:
        self.sent.append((key, list(things)))
        await self.gate.wait()
        for thing in things:
            if thing in self.refused:
                raise self.refused[thing]
        return [10 * thing for thing in things]


@pytest.fixture
def way() -> Way:
    return Way()


async def test_a_thing_goes_at_once_and_alone_where_nothing_is_on_its_way(way: Way) -> None:
    way.gate.set()
    assert [await way.ask(number) for number in (1, 2)] == [10, 20]
    assert way.sent == [("a", [1]), ("a", [2])]


async def test_what_comes_meanwhile_goes_together_and_each_gets_its_own_result(way: Way) -> None:
    asked = [way.ask(number) for number in range(5)]
    await way.until_sent(1)
    way.gate.set()
    assert await asyncio.gather(*asked) == [0, 10, 20, 30, 40]
    assert way.sent == [("a", [0]), ("a", [1, 2, 3, 4])]


async def test_what_has_another_key_does_not_wait(way: Way) -> None:
    asked = [way.ask(1, "a"), way.ask(2, "b")]
    await way.until_sent(2)
    assert way.sent == [("a", [1]), ("b", [2])]
    way.gate.set()
    assert await asyncio.gather(*asked) == [10, 20]


async def test_no_more_than_so_many_go_together(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "TOGETHER_MAX", 3)
    asked = [way.ask(number) for number in range(8)]
    await way.until_sent(1)
    way.gate.set()
    assert await asyncio.gather(*asked) == [10 * number for number in range(8)]
    assert [things for _, things in way.sent] == [[0], [1, 2, 3], [4, 5, 6], [7]]


async def test_of_things_that_are_refused_together_each_is_sent_by_itself(way: Way) -> None:
    way.refused[2] = ValueError("two")
    asked = [way.ask(number) for number in range(4)]
    await way.until_sent(1)
    way.gate.set()
    assert [*await asyncio.gather(*asked, return_exceptions=True)] == [0, 10, way.refused[2], 30]
    assert [things for _, things in way.sent] == [[0], [1, 2, 3], [1], [2], [3]]


async def test_what_is_the_end_of_all_is_not_tried_again(way: Way) -> None:
    way.refused[2] = Shared()
    asked = [way.ask(number) for number in range(4)]
    await way.until_sent(1)
    way.gate.set()
    assert await asyncio.gather(*asked, return_exceptions=True) == [0, *[way.refused[2]] * 3]
    assert [things for _, things in way.sent] == [[0], [1, 2, 3]]


async def test_nobody_waits_long_for_what_is_held_up(way: Way) -> None:
    asked = [way.ask(number) for number in range(3)]
    await way.until_sent(2)  # The first is still on its way.
    assert [things for _, things in way.sent] == [[0], [1, 2]]
    way.gate.set()
    assert await asyncio.gather(*asked) == [0, 10, 20]


async def test_nobody_waits_long_where_more_wait_than_may_go_together(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "TOGETHER_MAX", 2)
    asked = [way.ask(number) for number in range(6)]
    await way.until_sent(4)  # None of them has arrived.
    assert [things for _, things in way.sent] == [[0], [1, 2], [3, 4], [5]]
    way.gate.set()
    assert await asyncio.gather(*asked) == [10 * number for number in range(6)]


@pytest.mark.parametrize("canceled", [0, 1, 2])
async def test_whoever_gives_up_takes_nobody_along(way: Way, canceled: int) -> None:
    asked = [way.ask(number) for number in range(3)]
    await way.until_sent(1)
    asked[canceled].cancel()
    await asyncio.sleep(0)
    way.gate.set()
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(results.pop(canceled), asyncio.CancelledError)
    assert results == [10 * number for number in range(3) if number != canceled]
    assert await way.ask(7) == 70
