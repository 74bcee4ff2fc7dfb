"""Reservations that nobody captures in time: the clock releases them."""

from dataclasses import dataclass
from typing import Any

import asyncpg

from tests.shop import Shop, raises_stripe

BY_CARD: dict[str, Any] = {
    "amount": 2000,
    "currency": "usd",
    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
    "payment_method": "pm_card_visa",
    "confirm": True,
    "capture_method": "manual",
}
MULTICAPTURE = BY_CARD | {"payment_method_options": {"card": {"request_multicapture": "if_available"}}}


async def let_time_pass(shop: Shop, dsn: str) -> None:
    """Make every reservation's time be over."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(
            "UPDATE jobs SET run_at = now() - interval '1 minute' "
            "WHERE account_id = $1 AND kind = 'authorization_expiry'",
            shop.account_id,
        )
    finally:
        await connection.close()


@dataclass(frozen=True, slots=True)
class Jobs:
    """How many jobs are left."""

    left: int


async def jobs(shop: Shop, dsn: str) -> Jobs:
    """What is still to be done for the account."""
    connection = await asyncpg.connect(dsn)
    try:
        return Jobs(await connection.fetchval("SELECT count(*) FROM jobs WHERE account_id = $1", shop.account_id))
    finally:
        await connection.close()


async def test_a_charge_expires(shop: Shop, dsn: str) -> None:
    charge = await shop.v1.charges.create_async(
        {"amount": 2000, "currency": "usd", "source": "tok_visa", "capture": False}
    )
    await let_time_pass(shop, dsn)
    await shop.until(lambda: jobs(shop, dsn), left=0)
    expired = await shop.v1.charges.retrieve_async(charge.id)
    assert (expired.captured, expired.refunded) == (False, False)
    assert (expired.amount_captured, expired.amount_refunded) == (0, 0)
    assert (await shop.v1.refunds.list_async({"charge": charge.id})).data == []
    assert await shop.event_types() == ["charge.succeeded", "charge.expired"]
    with raises_stripe(code="charge_expired_for_capture", status=400):
        await shop.v1.charges.capture_async(charge.id)


async def test_an_intent_is_canceled_when_its_reservation_expires(shop: Shop, dsn: str) -> None:
    intent = await shop.v1.payment_intents.create_async(BY_CARD)
    await let_time_pass(shop, dsn)
    canceled = await shop.until(lambda: shop.v1.payment_intents.retrieve_async(intent.id), status="canceled")
    assert (canceled.cancellation_reason, canceled.amount_capturable) == ("expired", 0)
    charge = await shop.v1.charges.retrieve_async(intent.latest_charge)
    assert (charge.refunded, charge.amount_refunded) == (False, 0)
    assert (await shop.event_types())[-2:] == ["charge.expired", "payment_intent.canceled"]
    with raises_stripe(code="payment_intent_unexpected_state"):
        await shop.v1.payment_intents.capture_async(intent.id)


async def test_what_was_captured_in_time_does_not_expire(shop: Shop, dsn: str) -> None:
    intent = await shop.v1.payment_intents.create_async(BY_CARD)
    await shop.v1.payment_intents.capture_async(intent.id)
    before = await shop.event_types()
    await let_time_pass(shop, dsn)
    await shop.until(lambda: jobs(shop, dsn), left=0)
    assert await shop.event_types() == before


async def test_what_was_captured_in_parts_stays(shop: Shop, dsn: str) -> None:
    intent = await shop.v1.payment_intents.create_async(MULTICAPTURE)
    await shop.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 300, "final_capture": False})
    await let_time_pass(shop, dsn)
    paid = await shop.until(lambda: shop.v1.payment_intents.retrieve_async(intent.id), status="succeeded")
    assert (paid.amount_received, paid.amount_capturable) == (300, 0)
    charge = await shop.v1.charges.retrieve_async(intent.latest_charge)
    assert (charge.captured, charge.amount_captured, charge.amount_refunded) == (True, 300, 0)
