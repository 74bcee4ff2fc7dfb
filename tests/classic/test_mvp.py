"""The Stripe_lite MVP: charges, refunds, webhooks, and what is not served yet."""

import asyncio

import pytest

from tests.classic.client import Classic, good, refused
from tests.shop import Shop
from tests.webhooks.receivers import http_receiver


async def test_a_charge_is_made_at_once(shop: Shop, classic: Classic) -> None:
    customer = await classic.customer()
    charge = await classic.post("/payments/charge", customerId=customer, amount=2500, paymentMethod="pm_card_visa")
    assert charge["status"] == "succeeded"
    assert (charge["customerId"], charge["amount"], charge["currency"]) == (customer, 2500, "usd")
    intent = await shop.v1.payment_intents.retrieve_async(charge["paymentIntentId"])
    assert (intent.status, intent.latest_charge) == ("succeeded", charge["id"])


async def test_a_decline_is_answered_with_its_reason_and_told_by_an_event(shop: Shop, classic: Classic) -> None:
    sent = {"customerId": await classic.customer(), "amount": 2500, "paymentMethod": "pm_card_visa_chargeDeclined"}
    error = refused(await classic.call("POST", "/payments/charge", sent), 402)
    assert (error["type"], error["code"], error["decline_code"]) == ("card_error", "card_declined", "generic_decline")
    assert error["charge"].startswith("ch_") and error["payment_intent"].startswith("pi_")
    types = await shop.event_types()
    assert types[-1] in ("payment_intent.payment_failed", "payment_intent.failed")
    assert {"charge.failed", "payment_intent.payment_failed", "payment_intent.failed"} <= set(types)


async def test_a_charge_is_refunded_in_parts_and_never_beyond_itself(classic: Classic) -> None:
    charge = await classic.paid(amount=2000)
    part = await classic.post("/payments/refund", chargeId=charge["id"], amount=500)
    assert (part["chargeId"], part["amount"], part["status"]) == (charge["id"], 500, "succeeded")
    refused(await classic.call("POST", "/payments/refund", {"chargeId": charge["id"], "amount": 1501}), 400)
    assert (await classic.post("/payments/refund", chargeId=charge["id"]))["amount"] == 1500
    error = refused(await classic.call("POST", "/payments/refund", {"chargeId": charge["id"]}), 400)
    assert error["code"] == "charge_already_refunded"


async def test_a_repeated_key_charges_once(shop: Shop, classic: Classic) -> None:
    sent = {"customerId": await classic.customer(), "amount": 2000, "paymentMethod": "pm_card_visa"}
    first, second = [await classic.call("POST", "/payments/charge", sent, Idempotency_Key="order-1") for _ in range(2)]
    assert good(first) == good(second)
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["Original-Request"] == first.headers["Request-Id"]
    events = (await shop.v1.events.list_async({"type": "charge.succeeded"})).data
    assert [event["request"].to_dict() for event in events] == [
        {"id": first.headers["Request-Id"], "idempotency_key": "order-1"}
    ]
    other = await classic.call("POST", "/payments/charge", sent | {"amount": 1}, Idempotency_Key="order-1")
    assert refused(other, 400)["type"] == "idempotency_error"


async def test_a_repeated_confirmation_is_answered_as_the_first(classic: Classic) -> None:
    intent = await classic.post("/payment_intents/", amount=2000)
    path = f"/payment_intents/{intent['id']}/confirm/"
    first = good(await classic.call("POST", path, Idempotency_Key="confirm-1"))
    await asyncio.sleep(0.2)
    assert good(await classic.call("POST", path, Idempotency_Key="confirm-1")) == first


async def test_webhooks_are_registered_listed_and_deleted(shop: Shop, classic: Classic) -> None:
    async with http_receiver() as receiver:
        webhook = await classic.post("/webhooks/", url=receiver.url, events=["charge.succeeded"])
        listed = await classic.get("/webhooks/")
        assert listed == [{name: value for name, value in webhook.items() if name != "secret"}]
        charge = await classic.paid()
        async with asyncio.timeout(30):
            while not receiver.hits:  # noqa: ASYNC110 - the receiver only counts
                await asyncio.sleep(0.02)
        hit = receiver.hits[0]
        event = shop.stripe.construct_event(hit.body, hit.headers["Stripe-Signature"], webhook["secret"])
        assert event.data.object["id"] == charge["id"]
    assert good(await classic.call("DELETE", f"/webhooks/{webhook['id']}/")) == {"id": webhook["id"], "deleted": True}
    assert await classic.get("/webhooks") == []


async def test_a_webhook_hears_everything_unless_it_says_otherwise(classic: Classic) -> None:
    webhook = await classic.post("/webhooks/", url="http://127.0.0.1:9/hook")
    assert (webhook["events"], webhook["status"]) == (["*"], "enabled")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/subscriptions/"), ("POST", "/subscriptions/"), ("POST", "/subscriptions"), ("GET", "/dashboard")],
)
async def test_what_is_not_served_yet_says_so(classic: Classic, method: str, path: str) -> None:
    error = refused(await classic.call(method, path), 501)
    assert error["code"] == "not_served_yet"
    assert "not served yet" in error["message"]
