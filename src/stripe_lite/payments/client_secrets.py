"""What a client with a publishable key proves its right to an intent with."""

from hmac import compare_digest

from stripe_lite.core.errors import InvalidParameter, InvalidRequest
from stripe_lite.db.work import Work
from stripe_lite.payments.intents import Intent


def require(work: Work, client_secret: str | None) -> None:
    """Refuse a publishable key that proves no right, before it learns what exists."""
    if work.request.publishable and client_secret is None:
        raise InvalidParameter(
            "Missing required param: client_secret.", code="parameter_missing", param="client_secret"
        )


def check(work: Work, intent: Intent, client_secret: str | None, *, noun: str, code: str) -> None:
    """A publishable key must prove its right to the intent; whoever sends a secret must send the right one."""
    require(work, client_secret)
    if client_secret is not None and not compare_digest(client_secret.encode(), intent.client_secret.encode()):
        raise InvalidRequest(
            f"No such {noun}: '{intent.id}'; the client_secret provided does not match.",
            code=code,
            param="client_secret",
        )
