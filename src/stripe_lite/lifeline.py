"""Child processes that end with their parent, however it dies."""

import ctypes
import os
import sys
from collections.abc import Callable
from signal import Signals

PR_SET_PDEATHSIG = 1


def end_with(parent: int, wanted: Signals) -> Callable[[], None] | None:
    """Prepare what a child calls to be sent a signal at its parent's death; None where the kernel knows no such thing.

    The kernel watches the thread that made the child, so that thread must live as long as the process.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def call() -> None:
        prctl(PR_SET_PDEATHSIG, int(wanted))
        if os.getppid() != parent:  # It died before we asked.
            os._exit(1)

    return call
