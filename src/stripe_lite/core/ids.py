"""Object ids: a prefix, an underscore and 24 base62 characters that sort by time of creation.

Under COLLATE "C" newer ids are greater, so that `(account_id, id)` alone gives newest-first lists and keyset cursors.
"""

import secrets
import threading
import time
from itertools import product

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
RANDOM_BITS = 77  # What 24 characters (142 bits) leave beside 49 bits of milliseconds and a 16-bit counter.

_lock = threading.Lock()
_last_ms = 0
_counter = 0


# Three digits at a time: a third of the long divisions.
_TRIPLES = ["".join(triple) for triple in product(ALPHABET, repeat=3)]


def _base62(number: int, length: int) -> str:
    triples = []
    for _ in range(0, length, 3):
        number, triple = divmod(number, 238_328)
        triples.append(_TRIPLES[triple])
    return "".join(reversed(triples))[-length:]


def _tick() -> int:
    """Milliseconds and a counter in one number, increasing even if the clock steps back."""
    global _last_ms, _counter  # noqa: PLW0603 - the process's one clock of ids
    with _lock:
        now_ms = time.time_ns() // 1_000_000
        if now_ms > _last_ms:
            _last_ms, _counter = now_ms, 0
        else:
            _counter += 1
            if _counter >> 16:
                _last_ms, _counter = _last_ms + 1, 0
        return _last_ms << 16 | _counter


def new_id(prefix: str) -> str:
    """A new id such as `cus_1kQ3…`: greater than every id this process made before."""
    return f"{prefix}_{_base62(_tick() << RANDOM_BITS | secrets.randbits(RANDOM_BITS), 24)}"


def new_secret(length: int = 32) -> str:
    """Random base62 characters for keys and secrets: at least 190 bits at the default length."""
    return _base62(secrets.randbits(6 * length + 64), length)
