"""Mini Stripe: customers, payment intents, and a confirmation that is settled in the background."""

import asyncio
import json
import time
from typing import Any

import asyncpg
import httpx
import pytest
import stripe

from stripe_lite.app import create_app
from tests.classic.client import Classic, refused
from tests.conftest import serving, settings_for_tests
from tests.shop import Shop, new_key
from tests.webhooks.receivers import http_receiver

DECLINED = "pm_card_visa_chargeDeclinedInsufficientFunds"
SETTLE_SECONDS_MAX = 30.0


async def settled(classic: Classic, id: str) -> dict[str, Any]:
    """The payment intent once it is no longer processing."""
    async with asyncio.timeout(SETTLE_SECONDS_MAX):
        while True:
            intent: dict[str, Any] = await classic.get(f"/payment_intents/{id}/")
            if intent["status"] != "processing":
                return intent
            await asyncio.sleep(0.02)


async def paid_or_failed(classic: Classic, **sent: Any) -> dict[str, Any]:
    """A new payment intent, confirmed and settled."""
    intent = await classic.post("/payment_intents/", **({"amount": 2000} | sent))
    await classic.post(f"/payment_intents/{intent['id']}/confirm/")
    return await settled(classic, intent["id"])


async def test_a_payment_lives_from_created_over_processing_to_succeeded(shop: Shop, classic: Classic) -> None:
    customer = await classic.post("/customers/", name="Ada Lovelace", email="ada@example.com")
    intent = await classic.post("/payment_intents/", amount=2000, customer_id=customer["id"])
    assert (intent["status"], intent["currency"], intent["customer_id"]) == ("created", "usd", customer["id"])

    confirmed = await classic.post(f"/payment_intents/{intent['id']}/confirm/")
    assert confirmed["status"] == "processing"

    done = await settled(classic, intent["id"])
    assert done == intent | {"status": "succeeded"}
    same = await shop.v1.payment_intents.retrieve_async(intent["id"])
    assert (same.status, same.amount_received, same.customer) == ("succeeded", 2000, customer["id"])
    types = await shop.event_types()
    assert types[:2] == ["customer.created", "payment_intent.created"]
    assert types[2:] == ["charge.succeeded", "payment_intent.succeeded"]


async def test_a_failed_payment_is_told_under_the_tutorials_name_too(shop: Shop, classic: Classic) -> None:
    intent = await paid_or_failed(classic, payment_method=DECLINED)
    assert (intent["status"], intent["failure_code"]) == ("failed", "insufficient_funds")
    assert intent["failure_message"] == "Your card has insufficient funds."
    types = await shop.event_types()
    assert types.count("payment_intent.payment_failed") == types.count("payment_intent.failed") == 1

    events = await shop.v1.events.list_async({"type": "payment_intent.failed"})
    assert events.data[0].data.object["id"] == intent["id"]
    assert events.data[0]["request"]["id"].startswith("req_")


async def test_a_payment_that_fails_through_stripes_api_is_told_under_stripes_name_only(shop: Shop) -> None:
    with pytest.raises(stripe.CardError):
        await shop.v1.payment_intents.create_async(
            {
                "amount": 2000,
                "currency": "usd",
                "payment_method": DECLINED,
                "payment_method_types": ["card"],
                "confirm": True,
            }
        )
    types = await shop.event_types()
    assert "payment_intent.payment_failed" in types
    assert "payment_intent.failed" not in types


async def test_a_webhook_that_asked_for_the_failure_gets_it_signed(shop: Shop, classic: Classic) -> None:
    async with http_receiver() as receiver:
        endpoint = await shop.v1.webhook_endpoints.create_async(
            {"url": receiver.url, "enabled_events": ["payment_intent.failed", "payment_intent.succeeded"]}
        )
        failed = await paid_or_failed(classic, payment_method=DECLINED)
        succeeded = await paid_or_failed(classic)
        async with asyncio.timeout(SETTLE_SECONDS_MAX):
            while len(receiver.hits) < 2:  # noqa: ASYNC110 - the receiver only counts
                await asyncio.sleep(0.02)
        events = [
            shop.stripe.construct_event(hit.body, hit.headers["Stripe-Signature"], endpoint.secret)
            for hit in receiver.hits
        ]
    assert {event.type: event.data.object["id"] for event in events} == {
        "payment_intent.failed": failed["id"],
        "payment_intent.succeeded": succeeded["id"],
    }


async def test_a_card_may_be_named_at_the_confirmation(classic: Classic) -> None:
    intent = await classic.post("/payment_intents/", amount=1500, currency="eur")
    await classic.post(f"/payment_intents/{intent['id']}/confirm/", payment_method="pm_card_visa_chargeDeclined")
    assert (await settled(classic, intent["id"]))["failure_code"] == "generic_decline"


async def test_a_card_whose_owner_has_to_authenticate_is_refused_and_the_payment_failed(
    shop: Shop, classic: Classic
) -> None:
    intent = await classic.post("/payment_intents/", amount=2000, payment_method="pm_card_authenticationRequired")
    error = refused(await classic.call("POST", f"/payment_intents/{intent['id']}/confirm/"), 402)
    assert (error["code"], error["payment_intent"]) == ("authentication_required", intent["id"])
    assert "no page for that here" in error["message"]
    failed = await classic.get(f"/payment_intents/{intent['id']}/")
    assert (failed["status"], failed["failure_message"]) == ("failed", error["message"])
    assert "payment_intent.failed" in await shop.event_types()


@pytest.mark.parametrize("method", ["pm_card_visa", "pm_card_visa_chargeDeclined"])
async def test_a_payment_is_confirmed_once(classic: Classic, method: str) -> None:
    intent = await paid_or_failed(classic, payment_method=method)
    error = refused(await classic.call("POST", f"/payment_intents/{intent['id']}/confirm/"), 400)
    assert error["code"] == "payment_intent_unexpected_state"
    assert f"its status is {intent['status']}" in error["message"]


async def test_of_racing_confirmations_one_wins(shop: Shop, classic: Classic) -> None:
    intent = await classic.post("/payment_intents/", amount=2000)
    path = f"/payment_intents/{intent['id']}/confirm/"
    answers = await asyncio.gather(*(classic.call("POST", path) for _ in range(8)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[0] == 200 and set(statuses[1:]) <= {400, 429}
    await settled(classic, intent["id"])
    assert (await shop.event_types()).count("payment_intent.succeeded") == 1


async def test_what_was_made_through_stripes_api_is_seen_in_the_tutorials_states(shop: Shop, classic: Classic) -> None:
    card = {"amount": 2000, "currency": "usd", "payment_method_types": ["card"], "confirm": True}
    held = await shop.v1.payment_intents.create_async(
        card | {"payment_method": "pm_card_visa", "capture_method": "manual"}
    )
    assert (await classic.get(f"/payment_intents/{held.id}/"))["status"] == "processing"
    await shop.v1.payment_intents.cancel_async(held.id)
    assert (await classic.get(f"/payment_intents/{held.id}/"))["status"] == "failed"


async def test_customers_are_listed_by_pages_that_lead_to_each_other(classic: Classic) -> None:
    ids = [await classic.customer() for _ in range(5)]
    seen: list[str] = []
    path: str | None = "/customers/?limit=2"
    while path is not None:
        response = await classic.call("GET", path)
        seen += [customer["id"] for customer in response.json()]
        link = response.links.get("next")
        path = None if link is None else link["url"]
    assert seen == ids[::-1]
    one = await classic.get(f"/customers/{ids[0]}/")
    assert (one["id"], one["name"], one["email"]) == (ids[0], "Ada Lovelace", "ada@example.com")


async def test_a_deleted_customer_is_not_there(shop: Shop, classic: Classic) -> None:
    id = await classic.customer()
    await shop.v1.customers.delete_async(id)
    refused(await classic.call("GET", f"/customers/{id}/"), 404)
    error = refused(await classic.call("POST", "/payment_intents/", {"amount": 2000, "customer_id": id}), 404)
    assert (error["code"], error["param"]) == ("resource_missing", "customer_id")


async def test_the_confirmation_answers_before_a_slow_bank_does(dsn: str, http: httpx.AsyncClient) -> None:
    settings = settings_for_tests(bank_latency=0.5)
    async with serving(create_app(settings, dsn)) as url:
        classic = Classic(http, url, new_key())
        intent = await classic.post("/payment_intents/", amount=2000)
        began = time.monotonic()
        assert (await classic.post(f"/payment_intents/{intent['id']}/confirm/"))["status"] == "processing"
        assert time.monotonic() - began < 0.4
        assert (await classic.get(f"/payment_intents/{intent['id']}/"))["status"] == "processing"
        assert (await settled(classic, intent["id"]))["status"] == "succeeded"
        assert time.monotonic() - began > 0.4


async def test_a_bank_slower_than_we_wait_is_asked_again(dsn: str, http: httpx.AsyncClient) -> None:
    async with serving(create_app(settings_for_tests(bank_latency=1.0, bank_wait=0.1), dsn)) as url:
        classic = Classic(http, url, new_key())
        assert (await paid_or_failed(classic))["status"] == "succeeded"


async def test_a_server_that_stops_leaves_its_payments_to_the_next_one(dsn: str, http: httpx.AsyncClient) -> None:
    key = new_key()
    async with serving(create_app(settings_for_tests(bank_latency=30, bank_wait=60), dsn)) as url:
        first = Classic(http, url, key)
        intent = await first.post("/payment_intents/", amount=2000)
        await first.post(f"/payment_intents/{intent['id']}/confirm/")
        await asyncio.sleep(0.2)
    async with serving(create_app(settings_for_tests(), dsn)) as url:
        assert (await settled(Classic(http, url, key), intent["id"]))["status"] == "succeeded"


@pytest.mark.parametrize(("rate", "status"), [(1.0, "failed"), (0.0, "succeeded")])
async def test_the_failure_rate_decides(dsn: str, http: httpx.AsyncClient, rate: float, status: str) -> None:
    async with serving(create_app(settings_for_tests(bank_failure_rate=rate), dsn)) as url:
        classic = Classic(http, url, new_key())
        outcomes = await asyncio.gather(*(paid_or_failed(classic) for _ in range(3)))
    assert [outcome["status"] for outcome in outcomes] == [status] * 3


async def test_the_same_seed_gives_the_same_luck(dsn: str, http: httpx.AsyncClient) -> None:
    async with serving(create_app(settings_for_tests(bank_failure_rate=0.5, bank_seed=7), dsn)) as url:
        series = []
        for _ in range(2):
            classic = Classic(http, url, new_key())
            series.append([(await paid_or_failed(classic))["status"] for _ in range(12)])
    assert series[0] == series[1]
    assert set(series[0]) == {"succeeded", "failed"}


async def test_a_request_without_a_key_uses_the_shared_sandbox_in_open_mode(
    server: tuple[str, object], http: httpx.AsyncClient
) -> None:
    url, _ = server
    nobody, named = Classic(http, url, None), Classic(http, url, "sk_test_classic")
    id = await nobody.customer()
    assert (await named.get(f"/customers/{id}/"))["id"] == id


async def test_requests_are_kept_in_the_log(shop: Shop, classic: Classic, dsn: str) -> None:
    await classic.customer()
    refused(await classic.call("POST", "/payment_intents/", {"amount": 5}), 400)
    connection = await asyncpg.connect(dsn)
    try:
        async with asyncio.timeout(SETTLE_SECONDS_MAX):
            rows: list[asyncpg.Record] = []
            while len(rows) < 2:
                await asyncio.sleep(0.05)
                rows = await connection.fetch(
                    "SELECT path, status, parameters, error_code FROM request_logs WHERE account_id = $1 ORDER BY id",
                    shop.account_id,
                )
    finally:
        await connection.close()
    assert [(row["path"], row["status"], row["error_code"]) for row in rows] == [
        ("/customers/", 200, None),
        ("/payment_intents/", 400, "amount_too_small"),
    ]
    assert json.loads(rows[0]["parameters"])["name"] == "Ada Lovelace"
