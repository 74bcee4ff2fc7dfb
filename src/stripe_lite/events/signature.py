"""How a receiver knows that a webhook is ours and fresh: `Stripe-Signature: t=<unix>,v1=<hex>[,v1=<hex>]`.

Each v1 is the HMAC-SHA256 of `<t>.<raw body>` under one secret, the whole `whsec_…` text being the key. While a secret
is being rolled there is one v1 for each that is valid, the newest first.
"""

import hmac
from collections.abc import Sequence

HEADER = "Stripe-Signature"
TOLERANCE_SECONDS = 300


class SignatureInvalid(Exception):
    """The payload was not signed with any of the secrets, or too long ago."""


def sign(payload: bytes, secrets: Sequence[str], timestamp: int) -> str:
    """The header's value for a payload sent at `timestamp`, under every valid secret in the given order."""
    signatures = ",".join(f"v1={_digest(payload, secret, timestamp)}" for secret in secrets)
    return f"t={timestamp},{signatures}"


def verify(
    payload: bytes, header: str, secrets: Sequence[str], now: int, *, tolerance_seconds: int = TOLERANCE_SECONDS
) -> None:
    """Accept a payload signed under any of the secrets not longer ago than the tolerance; else raise
    SignatureInvalid."""
    timestamp, signatures = _parse(header)
    expected = [_digest(payload, secret, timestamp) for secret in secrets]
    known = [hmac.compare_digest(one.encode(), other.encode()) for one in expected for other in signatures]
    if not any(known):
        raise SignatureInvalid("No v1 signature in the header matches the payload.")
    if timestamp < now - tolerance_seconds:
        raise SignatureInvalid(f"The payload was signed more than {tolerance_seconds} seconds ago.")


def _digest(payload: bytes, secret: str, timestamp: int) -> str:
    return hmac.digest(secret.encode(), b"%d." % timestamp + payload, "sha256").hex()


def _parse(header: str) -> tuple[int, list[str]]:
    pairs = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    signatures = [value for name, _, value in pairs if name == "v1"]
    if len(times) != 1 or not times[0].isascii() or not times[0].isdigit() or not signatures:
        raise SignatureInvalid("The header is not of the form t=<unix>,v1=<hex>.")
    return int(times[0]), signatures
