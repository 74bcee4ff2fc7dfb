"""The request headers that mean something to the API."""

import re
from collections.abc import Mapping
from datetime import date
from typing import TypeAlias

from stripe_lite import contract
from stripe_lite.core.errors import InvalidParameter
from stripe_lite.http.answers import API_VERSION

RawHeaders: TypeAlias = Mapping[bytes, bytes]

VERSION_SHOWN_MAX = 100

_version_pattern = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.[a-z]+)?", re.ASCII)


def text(header: bytes | None) -> str | None:
    """A header's value as text; any bytes are some text in Latin-1."""
    return None if header is None else header.decode("latin-1")


def api_version(headers: RawHeaders, default: str = API_VERSION) -> str:
    """The API version that the client asks for, the default unless it names one.

    Every version that Stripe has released is fine, though objects always look as in ours; so is one that came out
    after stripe_lite, because newer SDKs name it on their own.
    """
    sent = text(headers.get(b"stripe-version"))
    if sent is None or sent == API_VERSION or sent in contract.API_VERSIONS:
        return sent or default
    found = _version_pattern.fullmatch(sent)
    if found is None or not _is_later(found[1]):
        raise InvalidParameter(f"Invalid Stripe API version: {sent[:VERSION_SHOWN_MAX]}")
    return sent


def _is_later(day: str) -> bool:
    try:
        return date.fromisoformat(day) >= date.fromisoformat(API_VERSION[: len(day)])
    except ValueError:
        return False


def refuse_connected_accounts(headers: RawHeaders) -> None:
    """Say that a request on behalf of another account is not served, instead of carrying it out for the wrong one."""
    for name in (b"stripe-account", b"stripe-context"):
        if name in headers:
            raise InvalidParameter(
                "stripe_lite does not serve connected accounts yet: send the request without the "
                f"{name.decode().title()} header."
            )
