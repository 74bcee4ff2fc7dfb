"""Many at once on one intent: one winner, and everybody else is told so."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from tests.payments.intents import BY_CARD, RESERVED, with_card
from tests.shop import Shop

RACERS = 32
REFUSED = {400, 409, 429}


async def race(count: int, run: Callable[[int], Awaitable[httpx.Response]]) -> Counter[int]:
    answers = await asyncio.gather(*(run(number) for number in range(count)))
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) <= {200} | REFUSED, [answer.text for answer in answers if answer.status_code >= 500][:1]
    return statuses


async def charges_of(shop: Shop, intent: Any) -> list[Any]:
    found = await shop.v1.charges.list_async({"payment_intent": intent.id, "limit": 100})
    return list(found.data)


async def test_many_confirmations_pay_once(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(BY_CARD | {"payment_method": "pm_card_visa"})
    statuses = await race(RACERS, lambda _: shop.post(f"/v1/payment_intents/{intent.id}/confirm"))
    assert statuses[200] == 1
    assert [charge.status for charge in await charges_of(shop, intent)] == ["succeeded"]
    assert (await shop.event_types()).count("payment_intent.succeeded") == 1


async def test_one_key_pays_once_however_often_it_is_sent(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(BY_CARD | {"payment_method": "pm_card_visa"})
    path = f"/v1/payment_intents/{intent.id}/confirm"
    await race(RACERS, lambda _: shop.post(path, Idempotency_Key="pay-once"))
    again = await shop.post(path, Idempotency_Key="pay-once")
    assert (again.status_code, again.headers["idempotent-replayed"]) == (200, "true")
    assert len(await charges_of(shop, intent)) == 1


async def test_many_captures_take_once(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(RESERVED)
    statuses = await race(RACERS, lambda _: shop.post(f"/v1/payment_intents/{intent.id}/capture"))
    assert statuses[200] == 1
    assert (await charges_of(shop, intent))[0].amount_captured == 2000


async def test_many_cancellations_release_once(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(RESERVED)
    statuses = await race(RACERS, lambda _: shop.post(f"/v1/payment_intents/{intent.id}/cancel"))
    assert statuses[200] == 1
    assert (await shop.event_types()).count("payment_intent.canceled") == 1


async def race_verbs(shop: Shop, intent: Any, *verbs: str) -> Counter[int]:
    """Eight requests, which take the verbs in turn."""
    path = f"/v1/payment_intents/{intent.id}"
    return await race(8, lambda number: shop.post(f"{path}/{verbs[number % len(verbs)]}"))


async def test_either_confirmed_or_canceled(shop: Shop) -> None:
    for _ in range(8):
        intent = await shop.v1.payment_intents.create_async(BY_CARD | {"payment_method": "pm_card_visa"})
        await race_verbs(shop, intent, "confirm", "cancel")
        now = await shop.v1.payment_intents.retrieve_async(intent.id)
        assert now.status in ("succeeded", "canceled")
        paid = [charge.status for charge in await charges_of(shop, intent)].count("succeeded")
        assert paid == (now.status == "succeeded")


async def test_either_captured_or_canceled(shop: Shop) -> None:
    for _ in range(8):
        intent = await shop.v1.payment_intents.create_async(RESERVED)
        statuses = await race_verbs(shop, intent, "capture", "cancel")
        assert statuses[200] == 1
        now = await shop.v1.payment_intents.retrieve_async(intent.id)
        charge = (await charges_of(shop, intent))[0]
        assert (now.status, charge.amount_captured) in (("succeeded", 2000), ("canceled", 0))


async def test_increments_and_captures_follow_one_another(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(
        RESERVED | with_card(request_incremental_authorization="if_available")
    )
    more = {"amount": "2500"}
    capture, increment = (
        f"/v1/payment_intents/{intent.id}/capture",
        f"/v1/payment_intents/{intent.id}/increment_authorization",
    )
    await race(8, lambda n: shop.post(capture) if n % 2 else shop.post(increment, more))
    now = await shop.v1.payment_intents.retrieve_async(intent.id)
    charge = (await charges_of(shop, intent))[0]
    assert charge.amount == now.amount
    assert now.amount_received in (0, now.amount)
