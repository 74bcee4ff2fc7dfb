"""Object ids: a prefix, an underscore and 24 base62 characters that sort by time of creation.

Nine characters of milliseconds, three of a counter within the millisecond, and twelve at random that tell processes
apart: they are drawn anew each millisecond. Under COLLATE "C" newer
ids are greater, so that `(account_id, id)` alone gives newest-first lists and keyset cursors.
"""

import os
import random
import threading
import time
from base64 import b64encode
from itertools import product

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
COUNTER_MAX = 62**3
MOMENT_LENGTH = 24  # What follows the prefix: whatever that is, ids sort by this.

# Two characters at a time cost half of the divisions.
_PAIRS = ["".join(pair) for pair in product(ALPHABET, repeat=2)]

# An id has to be new, not secret: what must not be guessed comes from `new_secret`.
_source = random.Random()


def _part_ways() -> None:
    """Let a forked process draw others than its parent."""
    global _ms  # noqa: PLW0603 - the next id begins a new millisecond
    _source.seed()
    _ms = 0


os.register_at_fork(after_in_child=_part_ways)

_lock = threading.Lock()
_ms = 0
_counter = 0
_start = _tail = ""


def new_id(prefix: str) -> str:
    """A new id such as `cus_0TvQ3k…`: greater than every id this process made before, even if the clock steps back."""
    global _ms, _counter, _start, _tail  # noqa: PLW0603 - the process's one clock of ids
    with _lock:
        now_ms = time.time_ns() // 1_000_000
        _counter += 1
        if now_ms > _ms or _counter == COUNTER_MAX:
            _ms, _counter = max(now_ms, _ms + 1), 0
            _start = _base62(_ms // COUNTER_MAX**2) + _base62(_ms // COUNTER_MAX) + _base62(_ms)
            _tail = "".join(_source.choices(_PAIRS, k=6))
        return f"{prefix}_{_start}{_base62(_counter)}{_tail}"


def _base62(number: int) -> str:
    """The last three characters of a number."""
    return _PAIRS[number // 62 % len(_PAIRS)] + ALPHABET[number % 62]


def new_secret(length: int = 32) -> str:
    """Random base62 characters for keys and secrets: at least 190 bits at the default length."""
    while True:
        # Base64 without its two other characters: what is left is as random, and seldom too short.
        drawn = b64encode(os.urandom(length + -length % 3)).translate(None, b"+/")
        if len(drawn) >= length:
            return drawn[:length].decode()
