"""What a merchant's webhook hears of each way through a payment: which events, in which order, and who caused them."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import pytest

from tests.payments.intents import DEBIT, PAID, RESERVED
from tests.shop import Shop, raises_stripe

Story: TypeAlias = Callable[[Shop], Awaitable[Any]]


async def paid(shop: Shop) -> None:
    await shop.v1.payment_intents.create_async(PAID)


async def declined(shop: Shop) -> None:
    with raises_stripe("card_error"):
        await shop.v1.payment_intents.create_async(PAID | {"payment_method": "pm_card_chargeDeclined"})


async def kept(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    await shop.v1.payment_intents.create_async(PAID | {"customer": customer.id, "setup_future_usage": "off_session"})


async def captured(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(RESERVED)
    await shop.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 1500})


async def released(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(RESERVED)
    await shop.v1.payment_intents.cancel_async(intent.id)


async def abandoned(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async({"amount": 2000, "currency": "usd"})
    await shop.v1.payment_intents.cancel_async(intent.id, {"cancellation_reason": "abandoned"})


async def refunded(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(PAID)
    for _ in range(2):
        await shop.v1.refunds.create_async({"payment_intent": intent.id, "amount": 1000})


async def debited(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(DEBIT)
    await shop.until(lambda: shop.v1.payment_intents.retrieve_async(intent.id), status="succeeded")


async def bounced(shop: Shop) -> None:
    failing = DEBIT | {"payment_method": "pm_usBankAccount_insufficientFunds"}
    intent = await shop.v1.payment_intents.create_async(failing)
    await shop.until(lambda: shop.v1.payment_intents.retrieve_async(intent.id), status="requires_payment_method")


async def challenged(shop: Shop) -> None:
    card = {"payment_method": "pm_card_threeDSecure2Required", "return_url": "https://shop.example/back"}
    await shop.v1.payment_intents.create_async(PAID | card)


PAYING = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]
RESERVING = ["payment_intent.created", "charge.succeeded", "payment_intent.amount_capturable_updated"]
DEBITING = ["payment_intent.created", "charge.pending", "payment_intent.processing"]

FLOWS: list[tuple[Story, list[str]]] = [
    (paid, PAYING),
    (declined, ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]),
    (kept, ["customer.created", PAYING[0], "payment_method.attached", *PAYING[1:]]),
    (captured, [*RESERVING, "charge.captured", "payment_intent.succeeded"]),
    (released, [*RESERVING, "payment_intent.canceled"]),
    (abandoned, ["payment_intent.created", "payment_intent.canceled"]),
    (refunded, [*PAYING, *["refund.created", "charge.refunded"] * 2]),
    (debited, [*DEBITING, "charge.succeeded", "payment_intent.succeeded"]),
    (bounced, [*DEBITING, "charge.failed", "payment_intent.payment_failed"]),
    (challenged, ["payment_intent.created", "payment_intent.requires_action"]),
]


@pytest.mark.parametrize(("story", "types"), FLOWS, ids=[story.__name__ for story, _ in FLOWS])
async def test_each_flow_tells_its_events_in_order(shop: Shop, story: Story, types: list[str]) -> None:
    await story(shop)
    assert await shop.event_types() == types


async def test_each_event_shows_the_object_as_it_then_was(shop: Shop) -> None:
    await captured(shop)
    events = (await shop.v1.events.list_async()).data[::-1]
    shown = [
        (event.data.object.object, event.data.object.status, getattr(event.data.object, "captured", None))
        for event in events
    ]
    assert shown == [
        ("payment_intent", "requires_payment_method", None),
        ("charge", "succeeded", False),
        ("payment_intent", "requires_capture", None),
        ("charge", "succeeded", True),
        ("payment_intent", "succeeded", None),
    ]
    assert (events[3].data.object.amount_captured, events[3].data.object.amount_refunded) == (1500, 0)
    assert (events[4].data.object.amount_received, events[4].data.object.amount_capturable) == (1500, 0)


async def test_a_refunded_charge_comes_with_its_old_amount(shop: Shop) -> None:
    await refunded(shop)
    events = (await shop.v1.events.list_async({"type": "charge.refunded"})).data[::-1]
    assert [event.data.previous_attributes.to_dict() for event in events] == [
        {"amount_refunded": 0},
        {"amount_refunded": 1000, "refunded": False},
    ]


async def test_events_name_the_request_that_caused_them_and_no_request_for_what_came_later(shop: Shop) -> None:
    headers = {"idempotency_key": f"debit-{shop.account_id}"}
    intent = await shop.v1.payment_intents.create_async(DEBIT, headers)
    await shop.until(lambda: shop.v1.payment_intents.retrieve_async(intent.id), status="succeeded")
    events = (await shop.v1.events.list_async()).data[::-1]
    caused = [event["request"].to_dict() for event in events]
    [by_request] = {request["id"] for request in caused[:3]}
    assert by_request.startswith("req_")
    assert {request["idempotency_key"] for request in caused[:3]} == {headers["idempotency_key"]}
    assert caused[3:] == [{"id": None, "idempotency_key": None}] * 2
