"""Events as a resource: what happened, who has not heard of it yet, and how it is told again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from aiohttp import web

from stripe_lite.core.clock import utc_now
from tests.shop import Shop, raises_stripe
from tests.webhooks.receivers import http_receiver

NOBODY = "http://127.0.0.1:9/hook"


@pytest_asyncio.fixture
async def rows(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the database, for what no client sees."""
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


async def endpoint_of(shop: Shop, *types: str, url: str = NOBODY) -> str:
    made = await shop.v1.webhook_endpoints.create_async({"url": url, "enabled_events": list(types) or ["*"]})
    return str(made.id)


async def types_of(shop: Shop, **params: Any) -> list[str]:
    return [event.type for event in (await shop.v1.events.list_async(params)).data]


async def test_an_event_tells_who_asked_for_what(shop: Shop) -> None:
    answer = await shop.post("/v1/customers", {"name": "Ann"}, Idempotency_Key=f"key-{shop.account_id}")
    [event] = (await shop.v1.events.list_async()).data
    assert event.to_dict() == {
        "id": event.id,
        "object": "event",
        "api_version": "2026-05-27.dahlia",
        "created": answer.json()["created"],
        "data": {"object": answer.json()},
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": answer.headers["request-id"], "idempotency_key": f"key-{shop.account_id}"},
        "type": "customer.created",
    }
    assert event == await shop.v1.events.retrieve_async(event.id)


async def test_a_payload_is_frozen(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"name": "Ann"})
    await shop.v1.customers.update_async(customer.id, {"name": "Bea"})
    updated, created = (await shop.v1.events.list_async()).data
    assert (created.data.object.name, updated.data.object.name) == ("Ann", "Bea")
    assert updated.data.previous_attributes.to_dict() == {"name": "Ann"}
    assert "previous_attributes" not in created.data


async def test_an_unknown_event_is_missing(shop: Shop) -> None:
    with raises_stripe(code="resource_missing", param="id", status=404, message="No such event: 'evt_unknown'"):
        await shop.v1.events.retrieve_async("evt_unknown")


async def test_events_are_listed_by_type(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"tax_id_data": [{"type": "us_ein", "value": "12-3456789"}]})
    await shop.v1.customers.update_async(customer.id, {"name": "Ann"})
    assert await types_of(shop) == ["customer.updated", "customer.tax_id.created", "customer.created"]
    assert await types_of(shop, type="customer.created") == ["customer.created"]
    assert await types_of(shop, type="customer.*ed", limit=1) == ["customer.updated"]
    assert await types_of(shop, type="*.created") == ["customer.tax_id.created", "customer.created"]
    assert await types_of(shop, type="customer.tax%") == []
    assert await types_of(shop, type="customerXcreated*") == []
    assert await types_of(shop, types=["customer.created", "customer.updated"]) == [
        "customer.updated",
        "customer.created",
    ]
    assert await types_of(shop, types=["charge.failed"]) == []
    with raises_stripe(status=400):
        await types_of(shop, type="customer.created", types=["customer.created"])
    with raises_stripe(param="types", status=400):
        await types_of(shop, types=["customer.created"] * 21)


async def test_events_are_listed_by_time_and_in_pages(shop: Shop) -> None:
    for _ in range(3):
        await shop.v1.customers.create_async()
    newest, middle, oldest = (await shop.v1.events.list_async()).data
    assert (await shop.v1.events.list_async({"created": {"gt": newest.created}})).data == []
    page = await shop.v1.events.list_async({"limit": 1, "starting_after": newest.id})
    assert ([event.id for event in page.data], page.has_more, page.url) == ([middle.id], True, "/v1/events")
    page = await shop.v1.events.list_async({"ending_before": oldest.id})
    assert [event.id for event in page.data] == [newest.id, middle.id]


async def test_events_are_kept_for_thirty_days(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    await shop.v1.customers.create_async()
    [event] = (await shop.v1.events.list_async()).data
    monkeypatch.setattr("stripe_lite.db.work.utc_now", lambda: utc_now() + timedelta(days=30, minutes=1))
    assert (await shop.v1.events.list_async()).data == []
    with raises_stripe(code="resource_missing", status=404):
        await shop.v1.events.retrieve_async(event.id)


async def test_pending_webhooks_are_those_that_have_not_acknowledged(shop: Shop) -> None:
    gates = {"/first": asyncio.Event(), "/second": asyncio.Event()}

    async def answer(request: web.Request) -> web.Response:
        await gates[request.path].wait()
        return web.Response()

    async with http_receiver(answer) as receiver:
        for path in gates:
            await endpoint_of(shop, url=receiver.url.replace("/hook", path))
        await endpoint_of(shop, "charge.failed")
        await shop.v1.customers.create_async()
        [event] = (await shop.v1.events.list_async()).data
        assert event.pending_webhooks == 2
        gates["/first"].set()
        await shop.until(lambda: shop.v1.events.retrieve_async(event.id), pending_webhooks=1)
        assert await types_of(shop, delivery_success=False) == ["customer.created"]
        assert await types_of(shop, delivery_success=True) == []
        gates["/second"].set()
        await shop.until(lambda: shop.v1.events.retrieve_async(event.id), pending_webhooks=0)
        assert await types_of(shop, delivery_success=False) == []
        assert await types_of(shop, delivery_success=True) == ["customer.created"]


async def test_a_failed_event_is_pending_until_it_is_resent(shop: Shop) -> None:
    async with http_receiver() as receiver:
        receiver.statuses = [500, 500, 500]
        endpoint = await endpoint_of(shop, url=receiver.url)
        await shop.v1.customers.create_async()
        await shop.until(lambda: shop.v1.webhook_endpoints.retrieve_async(endpoint), status="disabled")
        [event] = (await shop.v1.events.list_async({"delivery_success": False})).data
        assert event.pending_webhooks == 1
        await shop.v1.webhook_endpoints.update_async(endpoint, {"disabled": False})
        answer = await shop.post(f"/v1/events/{event.id}/retry", {"webhook_endpoint": endpoint})
        assert answer.json() == event.to_dict()
        await shop.until(lambda: shop.v1.events.retrieve_async(event.id), pending_webhooks=0)
        assert await types_of(shop, delivery_success=True) == ["customer.created"]
        assert len({hit.body for hit in receiver.hits}) == 1


async def test_a_deleted_endpoint_is_waited_for_no_more(shop: Shop) -> None:
    endpoint = await endpoint_of(shop)
    await shop.v1.customers.create_async()
    await shop.v1.webhook_endpoints.delete_async(endpoint)
    [event] = (await shop.v1.events.list_async({"delivery_success": True})).data
    assert event.pending_webhooks == 0


async def test_a_resend_leaves_the_automatic_tries_alone(shop: Shop, rows: asyncpg.Connection) -> None:
    async def never(request: web.Request) -> web.Response:
        await asyncio.sleep(60)
        return web.Response()

    async with http_receiver(never) as receiver:
        endpoint = await endpoint_of(shop, url=receiver.url)
        await shop.v1.customers.create_async()
        [event] = (await shop.v1.events.list_async()).data
        for _ in range(2):
            await shop.post(f"/v1/events/{event.id}/retry", {"webhook_endpoint": endpoint})
        found = await rows.fetch("SELECT id, kind, status FROM deliveries WHERE account_id = $1", shop.account_id)
    assert sorted((row["kind"], row["status"]) for row in found) == [
        ("automatic", "pending"),
        ("resend", "pending"),
        ("resend", "pending"),
    ]
    assert all(row["id"].startswith(f"{event.id}/{endpoint}") for row in found)
    assert await shop.event_types() == ["customer.created"]


async def test_the_command_line_sends_to_everybody_who_is_subscribed(shop: Shop, rows: asyncpg.Connection) -> None:
    async with http_receiver() as receiver:
        wanted = await endpoint_of(shop, "customer.created", url=receiver.url)
        await endpoint_of(shop, "charge.failed")
        off = await endpoint_of(shop)
        await shop.v1.webhook_endpoints.update_async(off, {"disabled": True})
        await shop.v1.customers.create_async()
        [event] = (await shop.v1.events.list_async()).data
        answer = await shop.post(f"/v1/events/{event.id}/retry", {"for_stripecli": "true"})
        assert answer.status_code == 200
    resent = "SELECT endpoint_id FROM deliveries WHERE account_id = $1 AND kind = 'resend'"
    assert [row["endpoint_id"] for row in await rows.fetch(resent, shop.account_id)] == [wanted]


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({}, "webhook_endpoint", "parameter_missing"),
        ({"for_stripecli": "false"}, "webhook_endpoint", "parameter_missing"),
        ({"webhook_endpoint": "we_unknown"}, "webhook_endpoint", "resource_missing"),
        ({"account": "acct_1", "webhook_endpoint": "we_unknown"}, "account", "parameter_unsupported"),
    ],
)
async def test_a_resend_needs_an_endpoint(shop: Shop, params: dict[str, str], param: str, code: str) -> None:
    await shop.v1.customers.create_async()
    [event] = (await shop.v1.events.list_async()).data
    answer = await shop.post(f"/v1/events/{event.id}/retry", params)
    assert (answer.status_code, answer.json()["error"]["param"], answer.json()["error"]["code"]) == (400, param, code)


async def test_nothing_is_sent_again_to_a_disabled_endpoint(shop: Shop) -> None:
    endpoint = await endpoint_of(shop)
    await shop.v1.customers.create_async()
    await shop.v1.webhook_endpoints.update_async(endpoint, {"disabled": True})
    [event] = (await shop.v1.events.list_async()).data
    answer = await shop.post(f"/v1/events/{event.id}/retry", {"webhook_endpoint": endpoint})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "webhook_endpoint")
    missing = await shop.post("/v1/events/evt_unknown/retry", {"webhook_endpoint": endpoint})
    assert missing.status_code == 404
