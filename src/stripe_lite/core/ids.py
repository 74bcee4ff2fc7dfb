"""Object ids: a prefix, an underscore and 24 base62 characters that sort by time of creation.

Nine characters of milliseconds, three of a counter within the millisecond, and twelve at random that tell processes
apart: they are drawn anew each millisecond. Under COLLATE "C" newer
ids are greater, so that `(account_id, id)` alone gives newest-first lists and keyset cursors.
"""

import os
import random
import secrets
import threading
import time
from itertools import product

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
COUNTER_MAX = 62**3
MOMENT_LENGTH = 24  # What follows the prefix: whatever that is, ids sort by this.
RANDOM_BITS = 72  # Twelve characters hold 71.

# Three characters at a time cost a third of the divisions.
_TRIPLES = ["".join(triple) for triple in product(ALPHABET, repeat=3)]

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


def _base62(number: int, length: int) -> str:
    triples = []
    for _ in range(0, length, 3):
        number, triple = divmod(number, COUNTER_MAX)
        triples.append(_TRIPLES[triple])
    return "".join(reversed(triples))[-length:]


def new_id(prefix: str) -> str:
    """A new id such as `cus_0TvQ3k…`: greater than every id this process made before, even if the clock steps back."""
    global _ms, _counter, _start, _tail  # noqa: PLW0603 - the process's one clock of ids
    with _lock:
        now_ms = time.time_ns() // 1_000_000
        _counter += 1
        if now_ms > _ms or _counter == COUNTER_MAX:
            _ms, _counter = max(now_ms, _ms + 1), 0
            _start, _tail = _base62(_ms, 9), _base62(_source.getrandbits(RANDOM_BITS), 12)
        return f"{prefix}_{_start}{_TRIPLES[_counter]}{_tail}"


def new_secret(length: int = 32) -> str:
    """Random base62 characters for keys and secrets: at least 190 bits at the default length."""
    return _base62(secrets.randbits(6 * length + 64), length)
