"""When a failed delivery is tried again."""

import random
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from stripe_lite.events.deliveries.schedule import Schedule, retry_after
from stripe_lite.settings import WEBHOOK_SCHEDULE_SECONDS

HOUR = 3600.0
DEFAULT = Schedule(WEBHOOK_SCHEDULE_SECONDS)


def walk(schedule: Schedule, rng: random.Random, seconds_a_try: float = 0.0) -> list[float]:
    """The times of all tries after the first, were every try to fail after so long."""
    times, made = [0.0], 1
    while True:
        elapsed = times[-1] + seconds_a_try
        wait = schedule.wait_before(made, elapsed, draw=rng.uniform)
        if wait is None:
            return times
        times.append(elapsed + wait)
        made += 1


def test_the_default_schedule_tries_eleven_times() -> None:
    assert DEFAULT.tries == 11
    assert DEFAULT.nominal_offsets()[:4] == [0, 5, 305, 2105]


@pytest.mark.parametrize("seconds_a_try", [0.0, 20.0])
def test_every_wait_is_within_its_jitter_and_the_last_try_comes_after_60_and_by_72_hours(seconds_a_try: float) -> None:
    for seed in range(500):
        times = walk(DEFAULT, random.Random(seed), seconds_a_try)
        assert len(times) == 11
        for number, (before, after) in enumerate(pairwise(times), start=1):
            wait = after - before - seconds_a_try
            assert 0.8 * DEFAULT.waits[number] - 1e-6 <= wait <= 1.2 * DEFAULT.waits[number] + 1e-6
        assert 60 * HOUR < times[-1] <= 72 * HOUR


@pytest.mark.parametrize("low", [True, False])
def test_even_the_most_one_sided_jitter_keeps_to_the_bounds(low: bool) -> None:
    made, elapsed = 1, 0.0
    while (wait := DEFAULT.wait_before(made, elapsed, draw=min if low else max)) is not None:
        assert 0.8 * DEFAULT.waits[made] - 1e-6 <= wait <= 1.2 * DEFAULT.waits[made] + 1e-6
        made, elapsed = made + 1, elapsed + wait
    assert 60 * HOUR < elapsed <= 72 * HOUR


def test_the_jitter_is_used() -> None:
    waits = {DEFAULT.wait_before(2, 5.0, draw=random.Random(seed).uniform) for seed in range(20)}
    assert len(waits) == 20


def test_there_is_an_end() -> None:
    assert DEFAULT.wait_before(11, 0.0) is None
    assert Schedule((0.0,)).wait_before(1, 0.0) is None
    assert Schedule((0.0, 0.05)).wait_before(1, 0.0) == pytest.approx(0.05, rel=0.21)


@pytest.mark.parametrize(
    ("asked", "wait"), [(0.0, 300.0), (100.0, 300.0), (450.0, 450.0), (600.0, 600.0), (999999.0, 600.0)]
)
def test_retry_after_stretches_a_wait_at_most_twofold(asked: float, wait: float) -> None:
    assert DEFAULT.wait_before(2, 5.0, asked) == wait


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        (" 5 ", 5.0),
        ("0", 0.0),
        ("99999999999999999999", 9999999999.0),
        ("Thu, 01 Jan 2026 00:01:00 GMT", 60.0),
        ("Wed, 31 Dec 2025 23:00:00 GMT", 0.0),
        ("Thu, 01 Jan 2026 00:01:00", 60.0),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, datetime(2026, 1, 1, tzinfo=UTC)) == seconds
