"""3-D Secure: whether the payer has to prove who they are, and what the bank is told about it."""

from stripe_lite.bank.facts import ThreeDSecure
from stripe_lite.bank.outcomes import by_slug
from stripe_lite.bank.port import ThreeDSecureResult
from stripe_lite.payments.intents import Intent
from stripe_lite.payments.payment_intents import options
from stripe_lite.payments.payment_methods.model import PaymentMethod

# What comes of asking for 3-D Secure where the payer is not challenged.
WITHOUT_CHALLENGE: dict[ThreeDSecure, ThreeDSecureResult] = {
    "optional_error": "processing_error",
    "required_error": "processing_error",
    "unenrolled": "attempt_acknowledged",
    "unsupported": "not_supported",
}


def is_needed(intent: Intent, method: PaymentMethod, *, off_session: bool) -> bool:
    """Whether a payer who is present has to pass a challenge first. One who is absent cannot: the bank declines."""
    outcome = by_slug(method.outcome)
    if method.type not in ("card", "link") or outcome is None or off_session:
        return False
    if intent.details.get("authentication") is not None:
        return False  # Passed elsewhere, or passed already and confirmed again as confirmation_method=manual wants it.
    return outcome.needs_challenge(off_session=False, set_up=method.set_up, requested=is_requested(intent))


def is_requested(intent: Intent) -> bool:
    """Whether the client wants 3-D Secure for every card that has it."""
    return options.of_card(intent).get("request_three_d_secure") in ("any", "challenge")


def unchallenged(intent: Intent, method: PaymentMethod, *, off_session: bool) -> ThreeDSecureResult | None:
    """What 3-D Secure says of a payer who was not challenged; None where it was not asked."""
    outcome = by_slug(method.outcome)
    if method.type != "card" or outcome is None or off_session:
        return None
    if outcome.three_d_secure == "required_error" or is_requested(intent):
        return WITHOUT_CHALLENGE.get(outcome.three_d_secure)
    return None
