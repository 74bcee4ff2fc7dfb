"""One try against every kind of receiver: what counts as acknowledged, and what is kept of the answer."""

import asyncio
import resource
import time

import aiohttp
import pytest
import stripe
from aiohttp import web

from stripe_lite.events.deliveries.sender import Attempt, Sender
from stripe_lite.events.targets import Policy
from tests.webhooks import receivers
from tests.webhooks.receivers import Talk, http_receiver, raw_receiver

SECRET = "whsec_abc"
BODY = b'{"id": "evt_1", "object": "event"}'


async def post(url: str, *, timeout_seconds: float = 5.0, policy: Policy = Policy.ALLOW, body: bytes = BODY) -> Attempt:
    sender = Sender(timeout_seconds, policy)
    try:
        return await sender.post(url, body, [SECRET])
    finally:
        await sender.close()


async def test_the_receiver_gets_the_body_signed_and_labelled() -> None:
    async with http_receiver() as receiver:
        attempt = await post(receiver.url)
    assert attempt.succeeded
    assert (attempt.status_code, attempt.response_start, attempt.error) == (200, "ok", None)
    hit = receiver.hits[0]
    assert hit.body == BODY
    assert hit.headers["Content-Type"] == "application/json; charset=utf-8"
    assert hit.headers["User-Agent"].startswith("stripe_lite/")
    event = stripe.StripeClient("sk_test_x").construct_event(hit.body, hit.headers["Stripe-Signature"], SECRET)
    assert event.id == "evt_1"


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_any_2xx_is_an_acknowledgement(status: int) -> None:
    async with http_receiver() as receiver:
        receiver.statuses = [status]
        receiver.text = ""
        assert (await post(receiver.url)).succeeded


@pytest.mark.parametrize("status", [300, 302, 304, 400, 401, 404, 410, 429, 500, 503])
async def test_nothing_else_is(status: int) -> None:
    async with http_receiver() as receiver:
        receiver.statuses = [status]
        attempt = await post(receiver.url)
    assert not attempt.succeeded
    assert (attempt.status_code, attempt.error) == (status, None)


async def test_redirects_are_not_followed() -> None:
    async with http_receiver() as elsewhere, http_receiver() as receiver:
        receiver.statuses, receiver.headers = [307], {"Location": elsewhere.url}
        attempt = await post(receiver.url)
    assert (attempt.succeeded, attempt.status_code, elsewhere.hits) == (False, 307, [])


@pytest.mark.parametrize(
    ("talk", "error"),
    [
        (receivers.hang, "There was no complete answer within 0.3 seconds."),
        (receivers.trickle, "There was no complete answer within 0.3 seconds."),
        (receivers.trickle_headers, "There was no complete answer within 0.3 seconds."),
        (receivers.reset, "The receiver closed the connection without an answer."),
        (receivers.cut_short, "The answer ended before it was complete."),
        (receivers.nonsense, "The answer was not valid HTTP."),
    ],
)
async def test_a_misbehaving_receiver_fails_in_time_and_is_told_apart(talk: Talk, error: str) -> None:
    async with raw_receiver(talk) as receiver:
        began = time.monotonic()
        attempt = await post(receiver.url, timeout_seconds=0.3)
        assert time.monotonic() - began < 1.0
    assert not attempt.succeeded
    assert attempt.error == error
    assert attempt.duration_ms < 1000


async def test_ten_gibibytes_are_cut_off_without_being_stored() -> None:
    async with raw_receiver(receivers.flood) as receiver:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        attempt = await post(receiver.url)
        grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert attempt.error == "The answer was longer than 65536 bytes."
    assert attempt.status_code == 200
    assert not attempt.succeeded
    assert attempt.response_start == "y" * 2048
    assert attempt.duration_ms < 2000
    assert grown_kib < 50_000


async def test_an_answer_of_64_kib_is_accepted_and_one_more_byte_is_not() -> None:
    async with http_receiver() as receiver:
        receiver.text = "z" * 65536
        assert (await post(receiver.url)).succeeded
        receiver.text += "z"
        assert not (await post(receiver.url)).succeeded


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"a\x00b\x00", "ab"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"\xff" * 5000, "\ufffd" * 682),
        ("é".encode() * 2000, "é" * 1024),
        ("€".encode() * 2000, "€" * 682),
        (b"\x1f\x8b\x08 not really gzip", "\x1f\ufffd\x08 not really gzip"),
    ],
)
async def test_what_is_kept_of_an_answer_is_short_clean_text(sent: bytes, kept: str) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(body=sent, headers={"Content-Encoding": "gzip"})

    async with http_receiver(answer) as receiver:
        attempt = await post(receiver.url)
    assert attempt.succeeded
    assert attempt.response_start == kept
    assert len(kept.encode()) <= 2048


async def test_retry_after_is_read() -> None:
    async with http_receiver() as receiver:
        receiver.statuses, receiver.headers = [503], {"Retry-After": "7"}
        assert (await post(receiver.url)).retry_after_seconds == 7.0


async def test_nobody_listening_is_a_failure() -> None:
    async with http_receiver() as receiver:
        url = receiver.url
    assert (await post(url)).error == "The connection could not be made."


@pytest.mark.parametrize("url", ["http://", "http://exa mple.com", "nonsense", "http://127.0.0.1:99999/"])
async def test_a_url_that_cannot_be_read_is_a_failure(url: str) -> None:
    attempt = await post(url)
    assert attempt.error is not None
    assert not attempt.succeeded


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_where_private_targets_are_forbidden_nothing_reaches_them(host: str) -> None:
    async with http_receiver() as receiver:
        attempt = await post(receiver.url.replace("127.0.0.1", host), policy=Policy.DENY)
    assert attempt.error == "The address is not public, and private addresses may not be sent to."
    assert receiver.hits == []


async def test_tls_to_a_receiver_that_speaks_none_is_a_failure() -> None:
    async with http_receiver() as receiver:
        attempt = await post(receiver.url.replace("http://", "https://"))
    assert attempt.error == "The TLS handshake failed."
    assert receiver.hits == []


async def test_an_idle_connection_that_the_receiver_closed_is_not_a_failed_try() -> None:
    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(len(BODY))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        await reader.read(1)  # The second request has begun: too late for it on this connection.

    sender = Sender(5.0, Policy.ALLOW)
    try:
        async with raw_receiver(answer_once) as receiver:
            first = await sender.post(receiver.url, BODY, [SECRET])
            second = await sender.post(receiver.url, BODY, [SECRET])
        assert first.succeeded
        assert second.succeeded
        assert len(receiver.hits) == 2
    finally:
        await sender.close()


async def test_no_cookie_travels_from_one_try_to_the_next() -> None:
    sender = Sender(5.0, Policy.ALLOW)
    try:
        async with http_receiver() as receiver:
            receiver.headers = {"Set-Cookie": "a=b"}
            for _ in range(2):
                await sender.post(receiver.url, BODY, [SECRET])
            assert all("Cookie" not in hit.headers for hit in receiver.hits)
    finally:
        await sender.close()


def test_the_client_has_the_hook_that_the_address_check_needs() -> None:
    assert "socket_factory" in aiohttp.TCPConnector.__init__.__annotations__
