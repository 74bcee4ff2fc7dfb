"""A bank that takes its time: clients are answered before it is, and nothing is done twice or by halves."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from types import SimpleNamespace

import httpx
import pytest_asyncio
from stripe import HTTPXClient, StripeClient

from stripe_lite.app import create_app
from tests.conftest import serving, settings_for_tests
from tests.payments.intents import BY_CARD, CHALLENGED, RESERVED
from tests.shop import Shop, new_key
from tests.watch import Watch

LATENCY = 0.4


@pytest_asyncio.fixture
async def slow(dsn: str, http: httpx.AsyncClient, sdk_transport: HTTPXClient) -> AsyncIterator[Shop]:
    """A shop whose bank answers after the client was answered."""
    watch = Watch(create_app(settings_for_tests(bank_latency=LATENCY, bank_wait=0.05), dsn))
    async with serving(watch) as url:
        key = new_key()
        client = StripeClient(key, base_addresses={"api": url}, http_client=sdk_transport, max_network_retries=0)
        yield Shop(key, client, http, url)
    assert not watch.complaints


async def test_the_client_is_told_that_the_payment_is_under_way(slow: Shop) -> None:
    intent = await slow.v1.payment_intents.create_async(BY_CARD)
    params = {"payment_method": "pm_card_visa"}
    answers = [
        await slow.v1.payment_intents.confirm_async(intent.id, params, {"idempotency_key": "once"}) for _ in range(2)
    ]
    assert [answer.status for answer in answers] == ["processing", "processing"]
    paid = await slow.until(lambda: slow.v1.payment_intents.retrieve_async(intent.id), status="succeeded")
    assert paid.amount_received == 2000
    charges = await slow.v1.charges.list_async({"payment_intent": intent.id})
    assert [charge.status for charge in charges.data] == ["succeeded"]


async def test_a_late_decline_is_told_by_the_intent(slow: Shop) -> None:
    intent = await slow.v1.payment_intents.create_async(BY_CARD)
    await slow.v1.payment_intents.confirm_async(intent.id, {"payment_method": "pm_card_chargeDeclined"})
    failed = await slow.until(
        lambda: slow.v1.payment_intents.retrieve_async(intent.id), status="requires_payment_method"
    )
    assert failed.last_payment_error.code == "card_declined"


async def test_the_payer_is_sent_back_before_the_bank_has_decided(slow: Shop) -> None:
    intent = await slow.v1.payment_intents.create_async(CHALLENGED)
    answer = await slow.http.post(intent.next_action.redirect_to_url.url, data={"outcome": "complete"})
    assert "redirect_status=pending" in answer.headers["location"]
    await slow.until(lambda: slow.v1.payment_intents.retrieve_async(intent.id), status="succeeded")


async def test_a_capture_under_way_holds_the_intent(slow: Shop) -> None:
    intent = await slow.v1.payment_intents.create_async(RESERVED)
    await slow.until(lambda: slow.v1.payment_intents.retrieve_async(intent.id), status="requires_capture")
    first = await slow.post(f"/v1/payment_intents/{intent.id}/capture")
    assert (first.status_code, first.json()["status"]) == (200, "requires_capture")
    for verb in ("capture", "cancel"):
        other = await slow.post(f"/v1/payment_intents/{intent.id}/{verb}")
        assert (other.status_code, other.json()["error"]["code"]) == (429, "lock_timeout")
    await slow.until(lambda: slow.v1.payment_intents.retrieve_async(intent.id), status="succeeded")


async def look(shop: Shop, id: str) -> SimpleNamespace:
    intent = await shop.v1.payment_intents.retrieve_async(id)
    return SimpleNamespace(intent=intent, under_way=intent.status == "processing")


async def test_a_payment_under_way_is_canceled_or_made(slow: Shop) -> None:
    for params in (RESERVED, RESERVED | {"capture_method": "automatic"}):
        intent = await slow.v1.payment_intents.create_async(params)
        assert intent.status == "processing"
        answer = await slow.post(f"/v1/payment_intents/{intent.id}/cancel")
        assert answer.status_code in (200, 400)
        now = (await slow.until(partial(look, slow, intent.id), under_way=False)).intent
        charge = await slow.v1.charges.retrieve_async(now.latest_charge)
        if now.status == "canceled":
            # The reservation never came about, or it was released again.
            assert charge.status in ("failed", "succeeded")
            assert (charge.captured, charge.refunded, charge.amount_captured) == (False, False, 0)
        else:
            expected = "requires_capture" if params["capture_method"] == "manual" else "succeeded"
            assert (now.status, charge.status) == (expected, "succeeded")


async def test_an_inquiry_does_not_escalate_while_all_of_its_payment_is_being_refunded(slow: Shop) -> None:
    await slow.v1.payment_intents.create_async(
        BY_CARD | {"payment_method": "pm_card_createDisputeInquiry", "confirm": True}
    )

    async def first() -> SimpleNamespace:
        found = (await slow.v1.disputes.list_async()).data
        return SimpleNamespace(number=len(found), dispute=found[0] if found else None)

    inquiry = (await slow.until(first, number=1)).dispute
    evidence = {"uncategorized_text": "escalate_inquiry_evidence"}
    refund, _ = await asyncio.gather(
        slow.v1.refunds.create_async({"charge": inquiry.charge}),
        slow.v1.disputes.update_async(inquiry.id, {"evidence": evidence}),
    )
    await slow.until(lambda: slow.v1.refunds.retrieve_async(refund.id), status="succeeded")
    closed = await slow.until(lambda: slow.v1.disputes.retrieve_async(inquiry.id), status="warning_closed")
    assert closed.balance_transactions == []
