"""Refusals of values that the official types allow and that make no sense."""

import re
from urllib.parse import urlsplit

from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.objects import Tree
from stripe_lite.payments.payment_methods.model import PaymentMethod

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
DESCRIPTOR_LENGTH_MAX = 22
DESCRIPTOR_LENGTH_MIN = 5
NOT_ON_STATEMENTS = "<>\\'\"*"
# What would run as a script in the payer's browser.
SCRIPTS = ("javascript", "data", "vbscript")
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")


def check_email(address: str | None, param: str = "receipt_email") -> None:
    """Refuse what cannot be an e-mail address."""
    if address is not None and EMAIL.fullmatch(address) is None:
        raise InvalidRequest(f"Invalid email address: {address}", code="email_invalid", param=param)


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


def check_return_url(url: str | None) -> None:
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
        raise InvalidRequest("Not a valid URL", code="url_invalid", param="return_url")
