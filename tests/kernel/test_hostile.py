"""What nobody sends by accident: none of it gives a 5xx, and none of it stops the server."""

import asyncio
import time
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import pytest

from stripe_lite.http import body
from tests.shop import Shop

FORM = "application/x-www-form-urlencoded"


async def send(shop: Shop, content: bytes, kind: str = FORM, path: str = "/v1/customers") -> httpx.Response:
    headers = shop._headers({"Content_Type": kind})
    return await shop.http.post(shop.base_url + path, content=content, headers=headers)


async def raw(shop: Shop, *parts: bytes, pause: float = 0.0, read: bool = True) -> bytes:
    """What the server says to these bytes, sent one part after the other."""
    address = urlsplit(shop.base_url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        return await asyncio.wait_for(reader.read(65_536), 5) if read else b""
    except ConnectionError:
        return b""
    finally:
        writer.close()


def head(shop: Shop, method: str = "POST", path: str = "/v1/customers", *more: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: here", f"Authorization: Bearer {shop.key}", *more, "", ""]
    return "\r\n".join(lines).encode("latin-1")


async def assert_well(shop: Shop) -> None:
    assert (await shop.get("/v1/customers?limit=1")).status_code == 200


@pytest.mark.parametrize(
    "content",
    [
        b"name=%00",
        b"name=\x00",
        b"name%00=1",
        b"name=%ff",
        b"name=\xff\xfe",
        b"name=%ED%A0%80",
        b"name=%",
        b"name=%zz",
        b"a=1&a[b]=2",
        b"a[b]=2&a=1",
        b"metadata[a[b]=1",
        b"[a]=1",
        b"=1",
        b"metadata[999999999]=1&expand[999999999]=x",
        b"balance=1_000",
        b"balance=%D9%A3",
        b"balance=1e3",
        b"balance=1.5",
        b"balance=0x10",
        b"balance=99999999999999999999",
        b"balance=+5",
        b"metadata=" + b"x" * 1000,
        b"a" + b"[b]" * 33 + b"=1",
        b"&".join(b"metadata[%d]=1" % n for n in range(1001)),
        b"x" * 5000 + b"=1",
        b"expand[]=" + b"a." * 500 + b"a",
        b"&".join(b"expand[]=default_source" for _ in range(500)),
    ],
)
async def test_hostile_forms_are_refused(shop: Shop, content: bytes) -> None:
    began = time.perf_counter()
    answer = await send(shop, content)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize(
    "content",
    [
        b'{"name": "\\ud800"}',
        b'{"name": "\\u0000"}',
        b'{"name": "\xff"}',
        b'{"\\u0000": 1}',
        b"[" * 100_000,
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b"[]",
        b"null",
        b'"name"',
        b'{"balance": NaN}',
        b'{"balance": 1e999}',
        b'{"balance": 1.5}',
        b'{"balance": true}',
        b'{"balance": 9223372036854775808}',
        b'{"balance": ' + b"9" * 5000 + b"}",
        b'{"metadata": {"a": {"b": "c"}}}',
        b'{"metadata": []}',
        b'{"name": {"a": 1}}',
        b'{"expand": "x", "name": 5}',
        b'{"name": "a"',
        b"name=Ann",
    ],
)
async def test_hostile_json_is_refused(shop: Shop, content: bytes) -> None:
    answer = await send(shop, content, "application/json")
    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=99999999999999999999999",
        "limit=%00",
        "limit=",
        "starting_after=%00",
        "starting_after=cus_1&ending_before=cus_2",
        "starting_after=" + "x" * 10_000,
        "created[gte]=abc",
        "email=%ED%A0%80",
        "%ff=1",
        "expand[]=%00",
        "expand=customer",
        "expand[]=data.data.data.data.data.data",
    ],
)
async def test_hostile_queries_are_refused(shop: Shop, query: str) -> None:
    answer = await shop.http.get(f"{shop.base_url}/v1/customers?{query}", headers=shop._headers({}))
    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize(
    "query", ["created[gte]=9223372036854775807", "created=99999999999999", "email=" + "x" * 500, "created[lt]=-1"]
)
async def test_far_away_queries_find_nothing(shop: Shop, query: str) -> None:
    answer = await shop.http.get(f"{shop.base_url}/v1/customers?{query}", headers=shop._headers({}))
    assert answer.status_code in (200, 400), answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/customers/%00", 400),
        ("/v1/customers/%ff", 400),
        ("/v1/customers/%ED%A0%80", 400),
        ("/v1/customers/%F0%9F%92%B3", 404),
        ("/v1/customers/" + "x" * 8000, 404),
        ("/v1/customers/..%2f..%2fetc", 404),
        ("/v1/customers/'%20OR%201=1--", 404),
        ("/v1//customers", 404),
        ("//v1/customers", 404),
        ("/v1/customers;a=1", 404),
        ("/v1/" + "a/" * 2000, 404),
    ],
)
async def test_hostile_paths_find_nothing(shop: Shop, path: str, status: int) -> None:
    answer = await raw(shop, head(shop, "GET", path, "Connection: close"))
    assert answer.startswith(f"HTTP/1.1 {status} ".encode()), answer[:300]


async def test_a_body_over_1_mib_is_refused(shop: Shop) -> None:
    too_much = b"name=" + b"x" * body.BODY_BYTES_MAX
    answer = await send(shop, too_much)
    assert answer.status_code == 413
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert answer.headers["request-id"].startswith("req_")
    just_right = b"description=" + b"x" * (body.BODY_BYTES_MAX - 12)
    assert (await send(shop, just_right)).status_code == 400  # Too long for a description, not for a body.
    await assert_well(shop)


async def test_a_chunked_body_over_1_mib_is_refused(shop: Shop) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 65_536

    headers = shop._headers({"Content_Type": FORM})
    answer = await shop.http.post(shop.base_url + "/v1/customers", content=chunks(), headers=headers)
    assert answer.status_code == 413
    await assert_well(shop)


@pytest.mark.parametrize("length", ["99999999999", "9" * 5000, "-1", "1e3", "0x10"])
async def test_a_hostile_content_length_is_refused(shop: Shop, length: str) -> None:
    answer = await raw(shop, head(shop, "POST", "/v1/customers", f"Content-Length: {length}", f"Content-Type: {FORM}"))
    assert answer.startswith((b"HTTP/1.1 413 ", b"HTTP/1.1 400 ")), answer[:200]
    await assert_well(shop)


async def test_a_request_that_is_cut_short_does_nothing(shop: Shop) -> None:
    started = head(shop, "POST", "/v1/customers", "Content-Length: 100", f"Content-Type: {FORM}")
    await raw(shop, started, b"name=Ann", pause=0.05, read=False)
    await asyncio.sleep(0.1)
    assert (await shop.v1.customers.list_async()).data == []


async def test_a_trickled_body_is_taken_and_an_endless_one_given_up(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = head(shop, "POST", "/v1/customers", "Content-Length: 8", f"Content-Type: {FORM}", "Connection: close")
    answer = await raw(shop, started, *(bytes([byte]) for byte in b"name=Ann"), pause=0.01)
    assert answer.startswith(b"HTTP/1.1 200 ")
    monkeypatch.setattr(body, "BODY_WAIT_SECONDS_MAX", 0.2)
    endless = await raw(shop, started, b"name", pause=0.4)
    assert endless.startswith(b"HTTP/1.1 400 ")
    assert b"did not arrive" in endless


async def test_huge_and_odd_headers_do_no_harm(shop: Shop) -> None:
    huge = await raw(shop, head(shop, "GET", "/v1/customers", "X-Huge: " + "x" * 200_000))
    assert b"HTTP/1.1 5" not in huge[:13]
    many = await raw(shop, head(shop, "GET", "/v1/customers", "Connection: close", *(f"X-{n}: 1" for n in range(500))))
    assert b"HTTP/1.1 5" not in many[:13]
    latin = shop._headers({"Idempotency_Key": "schl\u00fcssel"})
    answer = await shop.http.post(
        shop.base_url + "/v1/customers",
        headers=[(name.encode(), value.encode("latin-1")) for name, value in latin.items()],
    )
    assert answer.status_code == 200
    assert answer.headers["idempotency-key"].encode("latin-1") == "schl\u00fcssel".encode("latin-1")
    nul = await raw(shop, head(shop, "POST", "/v1/customers", "Idempotency-Key: a\0b", "Content-Length: 0"))
    assert nul.startswith(b"HTTP/1.1 400 ")
    await assert_well(shop)


async def test_no_http_at_all_is_refused(shop: Shop) -> None:
    for noise in (b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"GET /v1/\xff HTTP/1.1\r\nHost: x\r\n\r\n"):
        answer = await raw(shop, noise)
        assert not answer.startswith(b"HTTP/1.1 5")
    await assert_well(shop)


async def test_strange_text_is_kept_as_it_is(shop: Shop) -> None:
    name = "Zoë \U0001f4b3 \u202e'; DROP TABLE customers; -- <script>alert(1)</script> {{7*7}} \\ \" \r\n\t"
    made = await shop.v1.customers.create_async({"name": name, "metadata": {"\U0001f511": name}})
    again = await shop.v1.customers.retrieve_async(made.id)
    assert again.name == name
    assert again.metadata["\U0001f511"] == name


async def test_1000_parameters_are_read_quickly(shop: Shop) -> None:
    content = b"&".join(b"shipping[address][line1][%d]=1" % n for n in range(999))
    began = time.perf_counter()
    assert (await send(shop, content)).status_code == 400
    assert time.perf_counter() - began < 0.25
