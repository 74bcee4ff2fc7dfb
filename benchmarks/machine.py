"""How much of the machine other processes took while we measured."""

import os
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
QUIET_SHARE_MAX = 0.1


class Neighbours:
    """Watches from its making on. On a busy machine one server process suffers more than PostgreSQL's many do."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._others = _busy_seconds() - _family_seconds(os.getpid())

    def share(self) -> float:
        """The share of all cores that others took."""
        seconds = (time.monotonic() - self._began) * (os.cpu_count() or 1)
        return max(0.0, _busy_seconds() - _family_seconds(os.getpid()) - self._others) / seconds

    def told(self) -> str:
        """The share in words."""
        share = self.share()
        told = f"other processes took {share:.0%} of the machine"
        return told if share <= QUIET_SHARE_MAX else f"{told}: measure again on a quiet one"


def _busy_seconds() -> float:
    user, nice, system, _idle, _waiting, irq, softirq = map(int, Path("/proc/stat").read_text().split(None, 8)[1:8])
    return (user + nice + system + irq + softirq) / TICKS


def _family_seconds(pid: int) -> float:
    """What a process and its descendants used, those included that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # It ended just now.
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS + sum(_family_seconds(int(child)) for child in children)
