"""The number by which a payer's bank finds a refund: a card network gives it a moment after the refund."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest_asyncio
from stripe import HTTPXClient, StripeClient

from stripe_lite.app import create_app
from stripe_lite.payments.refunds import destinations, references
from tests.balance.stories import ADD, due, execute
from tests.conftest import serving, settings_for_tests
from tests.payments.intents import DEBIT, PAID
from tests.shop import Shop, new_key
from tests.watch import Watch

AWAITED: dict[str, Any] = {
    "card": {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"},
    "type": "card",
}
# As Stripe's own events tell it.
PREVIOUS = {"destination_details": {"card": {"reference": None, "reference_status": "pending"}}}
TOLD = ["refund.updated", "charge.refund.updated"]
# What an earlier version wrote knows nothing of references that come later.
OLD = "UPDATE refunds SET details = details - $2::text, version = version + 1 WHERE account_id = $1"
DECIDED = "UPDATE bank_ops SET due_at = now() WHERE account_id = $1 AND due_at IS NOT NULL"
WAITING = "SELECT payload FROM jobs WHERE account_id = $1 AND kind = $2"


@pytest_asyncio.fixture
async def brisk(dsn: str, http: httpx.AsyncClient, sdk_transport: HTTPXClient) -> AsyncIterator[Shop]:
    """A shop whose refunds' references come after a tenth of a second, and whose bank takes an hour for the rest."""
    watch = Watch(create_app(settings_for_tests(reference_delay=0.1, settlement_delay=3600), dsn))
    async with serving(watch) as url:
        key = new_key()
        client = StripeClient(key, base_addresses={"api": url}, http_client=sdk_transport, max_network_retries=0)
        yield Shop(key, client, http, url)
    assert not watch.complaints


async def refunded(shop: Shop, **changes: Any) -> Any:
    """The refund of a new payment."""
    intent = await shop.v1.payment_intents.create_async(PAID | changes)
    return await shop.v1.refunds.create_async({"payment_intent": intent.id})


async def referred_to(shop: Shop, id: str) -> Any:
    """What a refund tells of its way to a card, once that includes the reference."""

    async def card() -> Any:
        return (await shop.v1.refunds.retrieve_async(id)).destination_details.card

    return await shop.until(card, reference_status="available")


async def waiting(dsn: str, shop: Shop) -> list[str]:
    """The refunds for whose references the shop waits."""
    rows = await execute(dsn, WAITING, shop.account_id, references.REFERENCE_JOB)
    return sorted(json.loads(row["payload"])["refund"] for row in rows)


async def all_told(dsn: str, shop: Shop) -> None:
    """Let every reference come now."""
    await due(dsn, shop, references.REFERENCE_JOB)
    async with asyncio.timeout(30):
        while await waiting(dsn, shop):  # noqa: ASYNC110 - a database is polled
            await asyncio.sleep(0.05)


async def test_a_refund_names_its_reference_a_moment_later(brisk: Shop) -> None:
    intent = await brisk.v1.payment_intents.create_async(PAID)
    before = len(await brisk.event_types())
    refund = await brisk.v1.refunds.create_async({"payment_intent": intent.id, "amount": 500})
    assert (refund.status, refund.destination_details.to_dict()) == ("succeeded", AWAITED)
    found = await referred_to(brisk, refund.id)
    assert (found.type, found.reference_type) == ("refund", "acquirer_reference_number")
    assert len(found.reference) == 23 and found.reference.isdigit()
    assert (await brisk.event_types())[before:] == ["refund.created", "charge.refunded", *TOLD]
    events = [event.to_dict() for event in (await brisk.v1.events.list_async({"limit": 4})).data]
    assert events[3]["data"]["object"]["destination_details"] == AWAITED
    for event in events[:2]:
        assert event["data"]["previous_attributes"] == PREVIOUS
        assert event["data"]["object"]["destination_details"]["card"] == found.to_dict()
        assert (event["data"]["object"]["id"], event["request"]["id"]) == (refund.id, None)


async def test_references_are_told_together_and_once(shop: Shop, dsn: str) -> None:
    refunds = [await refunded(shop) for _ in range(3)]
    await shop.v1.refunds.update_async(refunds[0].id, {"metadata": {"case": "7"}})
    before = len(await shop.event_types())
    assert await waiting(dsn, shop) == sorted(refund.id for refund in refunds)
    await all_told(dsn, shop)
    listed = (await shop.v1.refunds.list_async()).data
    assert {refund.destination_details.card.reference_status for refund in listed} == {"available"}
    assert len({refund.destination_details.card.reference for refund in listed}) == 3
    assert (await shop.event_types())[before:] == TOLD * 3
    assert await shop.untold("refund.*") == await shop.untold("charge.refund.updated") == []
    again = json.dumps({"refund": refunds[0].id})
    await execute(dsn, ADD, shop.account_id, "job_told_before", references.REFERENCE_JOB, again)
    await all_told(dsn, shop)
    assert len(await shop.event_types()) == before + 6


async def test_a_refund_that_failed_meanwhile_has_no_reference(shop: Shop, dsn: str) -> None:
    refund = await refunded(shop, payment_method="pm_card_refundFail")
    assert refund.destination_details.to_dict() == AWAITED
    await shop.until(lambda: shop.v1.refunds.retrieve_async(refund.id), status="failed")
    failed = (await shop.v1.events.list_async({"type": "refund.updated"})).data[0].to_dict()["data"]
    assert failed["previous_attributes"]["destination_details"] == {"card": {"reference_status": "pending"}}
    before = await shop.event_types()
    await all_told(dsn, shop)
    assert await shop.event_types() == before
    found = (await shop.v1.refunds.retrieve_async(refund.id)).destination_details.card
    assert found.to_dict() == AWAITED["card"] | {"reference_status": "unavailable"}


async def test_a_refund_that_fails_afterwards_loses_its_reference(brisk: Shop, dsn: str) -> None:
    refund = await refunded(brisk, payment_method="pm_card_refundFail")
    found = await referred_to(brisk, refund.id)
    await execute(dsn, DECIDED, brisk.account_id)
    await due(dsn, brisk, "bank")
    await brisk.until(lambda: brisk.v1.refunds.retrieve_async(refund.id), status="failed")
    failed = (await brisk.v1.events.list_async({"type": "refund.updated"})).data[0].to_dict()["data"]
    assert failed["previous_attributes"]["destination_details"] == {
        "card": {"reference": found.reference, "reference_status": "available"}
    }
    assert failed["object"]["destination_details"]["card"] == AWAITED["card"] | {"reference_status": "unavailable"}
    assert await brisk.untold("refund.*") == []


async def test_a_refund_that_succeeds_late_is_referred_to_later_still(shop: Shop, dsn: str) -> None:
    refund = await refunded(shop, payment_method="pm_card_pendingRefund")
    assert (refund.status, await waiting(dsn, shop)) == ("pending", [])
    found = await shop.until(lambda: shop.v1.refunds.retrieve_async(refund.id), status="succeeded")
    assert found.destination_details.to_dict() == AWAITED
    before = len(await shop.event_types())
    await all_told(dsn, shop)
    assert (await shop.event_types())[before:] == TOLD
    event = (await shop.v1.events.list_async({"type": "refund.updated"})).data[0]
    assert event.data.previous_attributes.to_dict() == PREVIOUS


async def test_only_what_was_paid_by_card_is_referred_to_later(shop: Shop, dsn: str) -> None:
    held = await shop.v1.charges.create_async(
        {"amount": 2000, "currency": "usd", "source": "tok_visa", "capture": False}
    )
    given_up = await shop.v1.refunds.create_async({"charge": held.id})
    assert given_up.destination_details.card.to_dict() == {"type": "reversal"}
    debited = await shop.v1.payment_intents.create_async(DEBIT)
    await shop.until(lambda: shop.v1.payment_intents.retrieve_async(debited.id), status="succeeded")
    refund = await shop.v1.refunds.create_async({"payment_intent": debited.id})
    await shop.until(lambda: shop.v1.refunds.retrieve_async(refund.id), status="succeeded")
    assert refund.destination_details.type == "us_bank_transfer"
    assert await waiting(dsn, shop) == []


async def test_refunds_of_an_earlier_version_keep_their_references(shop: Shop, dsn: str) -> None:
    refund = await refunded(shop)
    await execute(dsn, OLD, shop.account_id, destinations.AWAITS_REFERENCE)
    old = (await shop.v1.refunds.retrieve_async(refund.id)).destination_details.card
    assert old.reference_status == "available"
    before = await shop.event_types()
    await all_told(dsn, shop)
    assert await shop.event_types() == before
    assert (await shop.v1.refunds.retrieve_async(refund.id)).destination_details.card == old
