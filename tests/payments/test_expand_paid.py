"""`expand` on requests that ask the bank: a wrong path is refused before the money moves, not after."""

import asyncpg
import pytest

from tests.payments.intents import BY_CARD, PAID
from tests.shop import Shop, raises_stripe

WRONG = ["color", "latest_charge.color", "latest_charge.refunds.data", "data.customer", "customer.a.b.c.d"]


@pytest.mark.parametrize("path", WRONG)
async def test_a_wrong_path_is_refused_before_anything_is_paid(shop: Shop, dsn: str, path: str) -> None:
    with raises_stripe(param="expand", status=400):
        await shop.v1.payment_intents.create_async(PAID | {"expand": [path]})
    assert await shop.event_types() == []
    assert (await shop.v1.payment_intents.list_async()).data == []
    assert await jobs_of(shop, dsn) == 0


async def test_the_key_may_be_used_again_with_a_better_path(shop: Shop) -> None:
    key = {"idempotency_key": f"expand-{shop.account_id}"}
    with raises_stripe(param="expand"):
        await shop.v1.payment_intents.create_async(PAID | {"expand": ["color"]}, key)
    intent = await shop.v1.payment_intents.create_async(PAID | {"expand": ["latest_charge"]}, key)
    assert intent.latest_charge.paid


async def test_a_wrong_path_neither_confirms_nor_refunds_nor_attaches(shop: Shop, dsn: str) -> None:
    customer = await shop.v1.customers.create_async()
    paid = await shop.v1.payment_intents.create_async(PAID)
    waiting = await shop.v1.payment_intents.create_async(BY_CARD | {"payment_method": "pm_card_visa"})
    wrong = {"expand": ["color"]}
    with raises_stripe(param="expand"):
        await shop.v1.payment_intents.confirm_async(waiting.id, wrong)
    with raises_stripe(param="expand"):
        await shop.v1.refunds.create_async({"payment_intent": paid.id} | wrong)
    with raises_stripe(param="expand"):
        await shop.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id} | wrong)
    assert (await shop.v1.payment_intents.retrieve_async(waiting.id)).status == "requires_confirmation"
    assert (await shop.v1.refunds.list_async()).data == []
    assert (await shop.v1.customers.payment_methods.list_async(customer.id)).data == []
    assert await jobs_of(shop, dsn) == 0


async def test_what_was_paid_is_shown_as_deep_as_it_was_asked_for(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    paths = ["customer.sources", "payment_method", "latest_charge.refunds", "latest_charge.payment_intent.customer"]
    intent = await shop.v1.payment_intents.create_async(PAID | {"customer": customer.id, "expand": paths})
    assert intent.customer.sources.data == []
    assert intent.payment_method.card.last4 == "4242"
    assert intent.latest_charge.refunds.data == []
    assert intent.latest_charge.payment_intent.customer.id == customer.id


async def test_nothing_is_expanded_in_what_is_left_of_a_deleted_customer(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    intent = await shop.v1.payment_intents.create_async(BY_CARD | {"customer": customer.id})
    await shop.v1.customers.delete_async(customer.id)
    gone = await shop.v1.customers.retrieve_async(customer.id, {"expand": ["sources", "tax_ids"]})
    assert gone.to_dict() == {"id": customer.id, "object": "customer", "deleted": True}
    seen = await shop.v1.payment_intents.retrieve_async(intent.id, {"expand": ["customer.sources"]})
    assert seen.customer == gone


async def jobs_of(shop: Shop, dsn: str) -> int:
    """How many questions to the bank wait for an answer."""
    connection = await asyncpg.connect(dsn)
    try:
        waiting = "SELECT count(*) FROM jobs WHERE account_id = $1 AND kind = 'bank'"
        return int(await connection.fetchval(waiting, shop.account_id))
    finally:
        await connection.close()
