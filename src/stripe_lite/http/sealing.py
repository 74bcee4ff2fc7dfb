"""Answers that hold a secret, as they may be kept: only who sends the same API key again can read them.

The API key is not in the database, so that whoever has a copy of it learns no secret from saved answers.
"""

import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256, shake_256

from stripe_lite.core.errors import IdempotencyMismatch

NONCE_BYTES = 16
TAG_BYTES = 32


@dataclass(frozen=True, slots=True)
class Seal:
    """Closes and opens what one API key was answered."""

    _encryption: bytes
    _authentication: bytes

    @classmethod
    def of(cls, api_key: str) -> "Seal":
        """The seal of an API key."""
        return cls(*(hmac.digest(api_key.encode(), purpose, sha256) for purpose in (b"answer", b"answer's tag")))

    def close(self, body: bytes) -> bytes:
        """The body, readable only with this seal."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        closed = nonce + self._veiled(nonce, body)
        return self._tag(closed) + closed

    def open(self, sealed: bytes) -> bytes:
        """The body that was sealed; refused where another API key was answered."""
        tag, closed = sealed[:TAG_BYTES], sealed[TAG_BYTES:]
        if not hmac.compare_digest(tag, self._tag(closed)):
            raise IdempotencyMismatch(
                "This idempotency key was first used with another API key, and its answer holds a secret that is shown "
                "to that API key only."
            )
        return self._veiled(closed[:NONCE_BYTES], closed[NONCE_BYTES:])

    def _veiled(self, nonce: bytes, body: bytes) -> bytes:
        stream = shake_256(self._encryption + nonce).digest(len(body))
        return bytes(a ^ b for a, b in zip(body, stream, strict=True))

    def _tag(self, closed: bytes) -> bytes:
        return hmac.digest(self._authentication, closed, sha256)
