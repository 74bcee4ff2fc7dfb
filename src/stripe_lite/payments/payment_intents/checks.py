"""Refusals of values that the official types allow and that make no sense."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.objects import Params, Tree
from stripe_lite.db.work import Work
from stripe_lite.payments import kinds
from stripe_lite.payments.intents import Intent
from stripe_lite.payments.payment_methods.model import PaymentMethod

DESCRIPTOR_LENGTH_MAX = 22
DESCRIPTOR_LENGTH_MIN = 5
NOT_ON_STATEMENTS = "<>\\'\"*"
# What would run as a script in the payer's browser.
SCRIPTS = ("javascript", "data", "vbscript")
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")


def check_descriptors(sent: Tree) -> None:
    """Refuse texts that bank statements cannot show."""
    for name in ("statement_descriptor", "statement_descriptor_suffix"):
        text: str | None = sent.get(name)
        if text is None:
            continue
        if any(character in NOT_ON_STATEMENTS for character in text) or not text.isascii():
            raise InvalidRequest(f"The {name} must be Latin characters without any of < > \\ ' \" *.", param=name)
        if not any(character.isalpha() for character in text):
            raise InvalidRequest(f"The {name} must contain at least one letter.", param=name)
        least = DESCRIPTOR_LENGTH_MIN if name == "statement_descriptor" else 1
        if not least <= len(text) <= DESCRIPTOR_LENGTH_MAX:
            raise InvalidRequest(
                f"The {name} must have from {least} to {DESCRIPTOR_LENGTH_MAX} characters.", param=name
            )


def check_card_descriptor(method: PaymentMethod) -> None:
    """Refuse a `statement_descriptor` for a card, whose statements show a prefix and a suffix."""
    if method.type == "card":
        raise InvalidRequest(
            "The `statement_descriptor` parameter is not supported for the payment method type card. Use "
            "`statement_descriptor_suffix` instead.",
            param="statement_descriptor",
        )


def check_return_url(url: str | None, param: str = "return_url") -> None:
    """Refuse an address that a browser cannot be sent to; an app's own scheme is fine."""
    if url is None:
        return
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    web = parts.scheme in ("http", "https")
    strange = any(ord(character) <= 32 or ord(character) == 127 for character in url)
    if (
        SCHEME.fullmatch(parts.scheme) is None
        or parts.scheme.lower() in SCRIPTS
        or (web and not parts.hostname)
        or strange
    ):
        raise InvalidRequest("Not a valid URL", code="url_invalid", param=param)


def require_return_url(noun: str, intent: Intent, method: PaymentMethod) -> None:
    """Refuse to go on without an address to return to, where the payer may be led to another page."""
    automatic: Tree | None = intent.details.get("automatic_payment_methods")
    if automatic is not None and automatic["allow_redirects"] == "always":
        raise InvalidRequest(
            f"This {noun} is configured to accept payment methods enabled in your Dashboard. Because some of "
            "these payment methods might redirect your customer off of your page, you must provide a `return_url`. If "
            "you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to "
            "`true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and "
            "Payment Intents.",
        )
    if kinds.KINDS[method.type].redirects:
        raise InvalidRequest(
            f"A payment method of the type {method.type} leads the payer to another page: a `return_url` is needed.",
            code="parameter_missing",
            param="return_url",
        )


def without_mandate(method: PaymentMethod) -> InvalidRequest:
    """The error for a debit that its payer did not agree to."""
    return InvalidRequest(
        f"`mandate_data` is required to confirm a payment by {method.type}.",
        code="parameter_missing",
        param="mandate_data",
    )


def check_acceptance(work: Work, given: Tree | None) -> None:
    """Refuse a mandate that was accepted online by nobody knows whom."""
    acceptance: Tree = (given or {}).get("customer_acceptance") or {}
    if acceptance.get("type") == "online" and not acceptance.get("online") and not work.request.publishable:
        raise InvalidRequest(
            "A mandate that was accepted online needs the payer's ip_address and user_agent.",
            code="parameter_missing",
            param="mandate_data[customer_acceptance][online]",
        )


def refuse_without_confirm(params: Params, names: Sequence[str]) -> None:
    """Refuse what means something only where an intent is confirmed with its creation."""
    for name in names:
        if params.given(name) and getattr(params, name):
            raise InvalidRequest(f"You can only provide `{name}` when `confirm` is set to true.", param=name)
