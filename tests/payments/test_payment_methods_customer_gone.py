"""A customer that is deleted while the bank looks at their card."""

import asyncio
from typing import Any

import httpx
from stripe import HTTPXClient, StripeClient

from stripe_lite.app import create_app
from tests.conftest import serving, settings_for_tests
from tests.shop import new_key, raises_stripe
from tests.watch import Watch

LATENCY_SECONDS = 0.5
CARD = {"type": "card", "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040}}


async def test_a_card_is_not_attached_to_a_customer_deleted_meanwhile(
    dsn: str, http: httpx.AsyncClient, sdk_transport: HTTPXClient
) -> None:
    watch = Watch(create_app(settings_for_tests(bank_latency=LATENCY_SECONDS), dsn))
    async with serving(watch) as url:
        sdk = StripeClient(new_key(), base_addresses={"api": url}, http_client=sdk_transport, max_network_retries=0)
        customer = await sdk.v1.customers.create_async({})
        params: Any = CARD
        method = await sdk.v1.payment_methods.create_async(params)
        attaching = asyncio.create_task(sdk.v1.payment_methods.attach_async(method.id, {"customer": customer.id}))
        await asyncio.sleep(LATENCY_SECONDS / 3)
        assert not attaching.done()
        await sdk.v1.customers.delete_async(customer.id)
        with raises_stripe(code="resource_missing", param="customer", status=400):
            await attaching
        assert (await sdk.v1.payment_methods.retrieve_async(method.id)).customer is None
        events = await sdk.v1.events.list_async()
        assert "payment_method.attached" not in [event.type for event in events.data]
    assert not watch.complaints
