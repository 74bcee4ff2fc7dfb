"""Places where a test can make the process die, fail or wait, to prove that nothing is lost there.

`STRIPE_LITE_FAILPOINT=name:nth:kill|raise|delay` arms one of them: at its nth hit the process kills itself, the caller
gets an exception, or the hit takes a while. Unarmed, a hit costs one comparison.
"""

import asyncio
import os
import signal
from dataclasses import dataclass
from enum import StrEnum

NAMES = frozenset(
    {"key_claimed", "before_bank", "after_bank", "before_commit", "after_commit", "before_send", "after_send"}
)
DELAY_SECONDS = 2.0


class Action(StrEnum):
    """What happens at the armed hit."""

    KILL = "kill"
    RAISE = "raise"
    DELAY = "delay"


class FailpointHit(RuntimeError):
    """The failure that an armed failpoint was asked for."""


@dataclass(slots=True)
class _Armed:
    name: str
    nth: int
    action: Action
    hits: int = 0


_armed: _Armed | None = None


def configure(text: str | None) -> None:
    """Arm the failpoint that `text` describes (`name:nth:action`), or disarm with nothing."""
    global _armed  # noqa: PLW0603 - a process has one failpoint
    _armed = _parse(text) if text else None


async def hit(name: str) -> None:
    """Pass the place called `name`; raises FailpointHit where that was asked for."""
    armed = _armed
    if armed is None or armed.name != name:
        return
    armed.hits += 1
    if armed.hits != armed.nth:
        return
    match armed.action:
        case Action.KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        case Action.RAISE:
            raise FailpointHit(f"failpoint {name}")
        case Action.DELAY:
            await asyncio.sleep(DELAY_SECONDS)


def _parse(text: str) -> _Armed:
    name, _, rest = text.partition(":")
    nth, _, action = rest.partition(":")
    if name not in NAMES or not nth.isascii() or not nth.isdigit() or int(nth) < 1 or action not in set(Action):
        raise ValueError(
            f"A failpoint is name:nth:kill|raise|delay with one of {', '.join(sorted(NAMES))}; got {text!r}"
        )
    return _Armed(name, int(nth), Action(action))
