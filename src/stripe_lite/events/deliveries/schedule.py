"""When a failed delivery is tried again: the waits before each try, as data, and how they are jittered."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import accumulate

JITTER = 0.2
# The last try comes within this share of the time that all waits together take: for the default schedule of 71.6 hours
# that is later than 60 and not later than 72 hours after the first try, however the jitter falls.
LAST_TRY_SHARE_MIN = 0.85
LAST_TRY_SHARE_MAX = 1.004
RETRY_AFTER_FACTOR_MAX = 2.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """`waits` are the seconds before each try; the first one, counted from the event, is usually 0."""

    waits: tuple[float, ...]

    @property
    def tries(self) -> int:
        """How often a delivery is tried at most."""
        return len(self.waits)

    def wait_before(
        self,
        tries_made: int,
        elapsed_seconds: float,
        retry_after_seconds: float | None = None,
        draw: Callable[[float, float], float] = random.uniform,
    ) -> float | None:
        """Seconds until the next try, or None when that was the last one.

        `elapsed_seconds` have passed since the first try. A receiver's Retry-After can stretch the wait up to twofold.
        """
        if tries_made >= self.tries:
            return None
        base = self.waits[tries_made]
        if retry_after_seconds is not None:
            return min(max(retry_after_seconds, base), base * RETRY_AFTER_FACTOR_MAX)
        earliest, latest = self._bounds(tries_made)
        shortest, longest = base * (1 - JITTER), base * (1 + JITTER)
        wait = draw(shortest, longest)
        wait = min(max(wait, earliest - elapsed_seconds), latest - elapsed_seconds)
        return min(max(wait, shortest), longest)

    def _bounds(self, number: int) -> tuple[float, float]:
        """Between which times after the first try the try with this number must come, so that the later ones can keep
        to their jitter and the last one still comes in time."""
        total, rest = sum(self.waits[1:]), sum(self.waits[number + 1 :])
        return total * LAST_TRY_SHARE_MIN - rest * (1 + JITTER), total * LAST_TRY_SHARE_MAX - rest * (1 - JITTER)

    def nominal_offsets(self) -> list[float]:
        """Seconds from the event to each try if nothing were jittered."""
        return list(accumulate(self.waits))


def retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks to wait, written as a number or a date; None where it says nothing."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text[:10])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
