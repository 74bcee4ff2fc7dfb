"""How much is sent to one endpoint at once: one that hangs or fails holds few places, a quick one gets many."""

from collections import deque
from dataclasses import dataclass, field

from stripe_lite.events.deliveries.queue import BATCH_MAX, Claimed
from stripe_lite.events.deliveries.sender import Attempt

AT_ONCE_START = 4
AT_ONCE_MIN = 1
AT_ONCE_MAX = 32
# An endpoint that answers within this time gets a whole batch claimed for it; a slower one only what it can take now,
# because what waits here holds a lease.
QUICK_MS = 1000


@dataclass(slots=True)
class Lane:
    """The deliveries of one endpoint that this process has claimed."""

    limit: int = AT_ONCE_START
    open: int = 0
    quick: bool = False
    more_due: bool = False
    waiting: deque[Claimed] = field(default_factory=deque)

    @property
    def window(self) -> int:
        """How many may be claimed at a time, be they sent or waiting."""
        return BATCH_MAX if self.quick else self.limit

    @property
    def quota(self) -> int:
        """How many more may be claimed for the endpoint."""
        return max(0, self.window - self.open - len(self.waiting))

    @property
    def hungry(self) -> bool:
        """Whether more is due and there is room enough for it to be worth a claim."""
        return self.more_due and self.quota * 2 >= self.window

    @property
    def free(self) -> bool:
        """Whether one of the waiting deliveries may be sent now."""
        return bool(self.waiting) and self.open < self.limit

    @property
    def idle(self) -> bool:
        """Whether nothing is claimed for the endpoint."""
        return not self.open and not self.waiting

    def learn(self, attempt: Attempt) -> None:
        """Open up after a success, close after a failure; after a time-out, to a single one at a time."""
        self.quick = attempt.duration_ms <= QUICK_MS
        if attempt.succeeded:
            self.limit = min(self.limit * 2, AT_ONCE_MAX)
        elif self.quick:
            self.limit = max(self.limit // 2, AT_ONCE_MIN)
        else:
            self.limit = AT_ONCE_MIN
