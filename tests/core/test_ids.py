"""Ids: unique, in the order of their creation, and of a fixed form."""

import re
import threading
import time
from itertools import pairwise

import pytest

from stripe_lite.core import ids
from stripe_lite.core.ids import new_id, new_secret


def test_ids_grow_and_never_repeat() -> None:
    made = [new_id("cus") for _ in range(50_000)]
    assert all(earlier < later for earlier, later in pairwise(made))
    assert all(re.fullmatch("cus_[0-9A-Za-z]{24}", id) for id in made)


def test_ids_grow_when_the_clock_steps_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before = new_id("cus")
    hours_ago = time.time_ns() - 3 * 3_600_000_000_000
    monkeypatch.setattr("stripe_lite.core.ids.time.time_ns", lambda: hours_ago)
    after = [new_id("cus") for _ in range(ids.COUNTER_MAX + 10)]
    assert before < after[0]
    assert all(earlier < later for earlier, later in pairwise(after))


def test_threads_make_different_ids() -> None:
    made: list[str] = []

    def make() -> None:
        made.extend([new_id("pi") for _ in range(5_000)])

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 20_000


@pytest.mark.parametrize("length", [8, 25, 32])
def test_secrets_have_their_length_and_differ(length: int) -> None:
    made = {new_secret(length) for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(f"[0-9A-Za-z]{{{length}}}", secret) for secret in made)
