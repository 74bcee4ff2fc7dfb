"""What a client sent: the request's body, bounded in size and time, and its parameters as a tree."""

import asyncio

from starlette.types import Receive

from stripe_lite.core import forms
from stripe_lite.core.errors import InvalidParameter
from stripe_lite.core.objects import Tree

BODY_BYTES_MAX = 1024 * 1024
BODY_WAIT_SECONDS_MAX = 30.0
LENGTH_DIGITS_MAX = 12
TYPE_SHOWN_MAX = 100


class ClientGone(Exception):
    """The client hung up before its request was complete: nothing may be done with the part that came."""


async def read(length: bytes | None, receive: Receive) -> bytes:
    """The request's body, refused as soon as it is too large or takes too long."""
    if length is not None and length.isdigit() and (len(length) > LENGTH_DIGITS_MAX or int(length) > BODY_BYTES_MAX):
        raise _too_large()
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGone
    body: bytes = message.get("body", b"")
    if message.get("more_body", False):
        body = await _rest(body, receive)
    if len(body) > BODY_BYTES_MAX:
        raise _too_large()
    return body


async def _rest(first: bytes, receive: Receive) -> bytes:
    chunks, size, more = [first], len(first), True
    try:
        async with asyncio.timeout(BODY_WAIT_SECONDS_MAX):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientGone
                chunk: bytes = message.get("body", b"")
                size += len(chunk)
                if size > BODY_BYTES_MAX:
                    raise _too_large()
                chunks.append(chunk)
                more = message.get("more_body", False)
    except TimeoutError:
        raise InvalidParameter(
            f"The request's body did not arrive within {BODY_WAIT_SECONDS_MAX:.0f} seconds."
        ) from None
    return b"".join(chunks)


def _too_large() -> InvalidParameter:
    error = InvalidParameter(f"The request's body is larger than {BODY_BYTES_MAX} bytes.")
    error.status = 413
    return error


def parameters(query: bytes, body: bytes, content_type: str | None) -> Tree:
    """What the client sent, in the query and in the body, as a tree; at the top the body's names win."""
    tree = forms.decode_form(query) if query else {}
    if not body:
        return tree
    match (content_type or "").partition(";")[0].strip().lower():
        case "application/x-www-form-urlencoded":
            sent = forms.decode_form(body)
        case "application/json":
            sent = forms.decode_json(body)
        case _:
            raise InvalidParameter(
                f"Invalid request: unsupported Content-Type {(content_type or '')[:TYPE_SHOWN_MAX]}. Send the "
                "parameters as application/x-www-form-urlencoded or as application/json."
            )
    return tree | sent if tree else sent
