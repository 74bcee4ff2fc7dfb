"""What goes back to the client: a status, a body that is dumped once, and the headers every response carries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pydantic_core import to_json

from stripe_lite.core.card_numbers import redact
from stripe_lite.core.errors import RateLimited, StripeError
from stripe_lite.core.objects import StripeObject

API_VERSION = "2026-05-27.dahlia"

Headers: TypeAlias = list[tuple[bytes, bytes]]

COMMON_HEADERS: Headers = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-cache, no-store"),
    (b"x-content-type-options", b"nosniff"),
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A response that can be saved under an idempotency key. `first_request_id` is set on a replay."""

    status: int
    body: bytes
    should_retry: bool = False
    saved: bool = True
    first_request_id: str | None = None
    headers: Sequence[tuple[bytes, bytes]] = ()


def success(answer: StripeObject) -> Outcome:
    """The outcome of an operation that worked."""
    return Outcome(200, answer.dump())


def failure(error: StripeError) -> Outcome:
    """The outcome of a refused operation."""
    body = error.body()
    body["message"] = redact(error.message)
    headers: Headers = []
    if error.status == 401:
        headers.append((b"www-authenticate", b'Basic realm="Stripe"'))
    if isinstance(error, RateLimited):
        headers.append((b"stripe-rate-limited-reason", error.reason.encode()))
    return Outcome(error.status, to_json({"error": body}), error.should_retry, error.saved, headers=headers)
