"""Setup intents under pressure: many at once, a bank that takes its time, payers who let it pass."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
from stripe import HTTPXClient, StripeClient

from stripe_lite.app import create_app
from tests.conftest import serving, settings_for_tests
from tests.payments.intents import BACK, PAYER, UNVERIFIED_ACCOUNT
from tests.shop import Shop, new_key, raises_stripe
from tests.watch import Watch

LATENCY_SECONDS = 0.4
BY_CARD: dict[str, Any] = {"payment_method_types": ["card"]}
DUE = "UPDATE jobs SET run_at = now(), version = version + 1 WHERE account_id = $1 AND kind = $2"


async def attempts_of(shop: Shop, intent: Any) -> list[str]:
    found = await shop.v1.setup_attempts.list_async({"setup_intent": intent.id, "limit": 100})
    return [attempt.status for attempt in found.data]


async def test_many_confirmations_set_up_once(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    intent = await shop.v1.setup_intents.create_async(
        BY_CARD | {"customer": customer.id, "payment_method": "pm_card_visa"}
    )
    answers = await asyncio.gather(*(shop.post(f"/v1/setup_intents/{intent.id}/confirm") for _ in range(32)))
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 400, 409, 429}
    assert await attempts_of(shop, intent) == ["succeeded"]
    types = await shop.event_types()
    assert (types.count("payment_method.attached"), types.count("setup_intent.succeeded")) == (1, 1)


async def test_a_click_and_a_cancellation_do_not_both_win(shop: Shop) -> None:
    for _ in range(4):
        intent = await shop.v1.setup_intents.create_async(
            BY_CARD | {"payment_method": "pm_card_threeDSecure2Required", "confirm": True, "return_url": BACK}
        )
        url = intent.next_action.redirect_to_url.url
        await asyncio.gather(
            shop.http.post(url, json={"outcome": "complete"}),
            shop.post(f"/v1/setup_intents/{intent.id}/cancel"),
            shop.http.post(url, json={"outcome": "fail"}),
        )
        ended = await shop.v1.setup_intents.retrieve_async(intent.id)
        expected = {"succeeded": "succeeded", "canceled": "abandoned", "requires_payment_method": "failed"}
        assert ended.next_action is None
        statuses = await attempts_of(shop, intent)
        # A failed one may be canceled afterwards.
        assert statuses == [expected[ended.status]] or (ended.status, statuses) == ("canceled", ["failed"])


async def test_one_card_becomes_one_customers(shop: Shop) -> None:
    customers = [await shop.v1.customers.create_async() for _ in range(6)]
    method = await shop.v1.payment_methods.create_async({"type": "card", "card": {"token": "tok_visa"}})
    answers = await asyncio.gather(
        *(
            shop.post(
                "/v1/setup_intents",
                {
                    "payment_method_types[]": "card",
                    "customer": customer.id,
                    "payment_method": method.id,
                    "confirm": "true",
                },
            )
            for customer in customers
        )
    )
    won = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    assert (await shop.v1.payment_methods.retrieve_async(method.id)).customer == won[0]["customer"]
    for answer in answers:
        if answer.status_code != 200 and "setup_intent" in answer.json()["error"]:
            assert answer.json()["error"]["setup_intent"]["status"] != "succeeded"


@pytest_asyncio.fixture
async def slow(dsn: str, http: httpx.AsyncClient, sdk_transport: HTTPXClient) -> AsyncIterator[Shop]:
    """A shop whose bank answers after the client was answered."""
    watch = Watch(create_app(settings_for_tests(bank_latency=LATENCY_SECONDS, bank_wait=0.05), dsn))
    async with serving(watch) as url:
        key = new_key()
        client = StripeClient(key, base_addresses={"api": url}, http_client=sdk_transport, max_network_retries=0)
        yield Shop(key, client, http, url)
    assert not watch.complaints


async def test_a_slow_bank_is_waited_for_in_the_background(slow: Shop) -> None:
    gone, customer = [await slow.v1.customers.create_async() for _ in range(2)]
    saved = BY_CARD | {"payment_method": "pm_card_visa", "confirm": True}
    intent = await slow.v1.setup_intents.create_async(saved | {"customer": customer.id})
    assert intent.status == "processing"
    with raises_stripe(code="setup_intent_unexpected_state"):
        await slow.v1.setup_intents.cancel_async(intent.id)
    with raises_stripe(code="setup_intent_unexpected_state"):
        await slow.v1.setup_intents.confirm_async(intent.id)
    declined = await slow.v1.setup_intents.create_async(saved | {"payment_method": "pm_card_chargeDeclined"})
    orphaned = await slow.v1.setup_intents.create_async(saved | {"customer": gone.id})
    await slow.v1.customers.delete_async(gone.id)
    done = await slow.until(lambda: slow.v1.setup_intents.retrieve_async(intent.id), status="succeeded")
    assert (await slow.v1.payment_methods.retrieve_async(done.payment_method)).customer == customer.id
    failed = await slow.until(
        lambda: slow.v1.setup_intents.retrieve_async(declined.id), status="requires_payment_method"
    )
    assert (failed.last_setup_error.code, await attempts_of(slow, failed)) == ("card_declined", ["failed"])
    # Nobody's card is attached to a customer who was deleted meanwhile.
    kept = await slow.until(lambda: slow.v1.setup_intents.retrieve_async(orphaned.id), status="succeeded")
    assert (await slow.v1.payment_methods.retrieve_async(kept.payment_method)).customer is None


LATE: list[tuple[dict[str, Any], str]] = [
    (
        {"payment_method_types": ["klarna"], "payment_method_data": {"type": "klarna", "billing_details": PAYER}},
        "setup_intent_setup_attempt_expired",
    ),
    (
        {"payment_method_types": ["us_bank_account"], "payment_method_data": UNVERIFIED_ACCOUNT},
        "payment_method_microdeposit_verification_timeout",
    ),
]


@pytest.mark.parametrize(("params", "code"), LATE, ids=["klarna", "us_bank_account"])
async def test_who_lets_the_time_pass_sets_nothing_up(shop: Shop, dsn: str, params: dict[str, Any], code: str) -> None:
    more = {"confirm": True, "return_url": BACK, "mandate_data": {"customer_acceptance": {"type": "offline"}}}
    intents = [await shop.v1.setup_intents.create_async(params | more) for _ in range(2)]
    await shop.v1.setup_intents.cancel_async(intents[0].id)
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(DUE, shop.account_id, "setup_ending")
    finally:
        await connection.close()
    late = await shop.until(
        lambda: shop.v1.setup_intents.retrieve_async(intents[1].id), status="requires_payment_method"
    )
    assert late.last_setup_error.code == code
    assert await attempts_of(shop, late) == ["failed"]
    assert (await shop.v1.setup_intents.retrieve_async(intents[0].id)).status == "canceled"
    assert (await shop.event_types())[-1] == "setup_intent.setup_failed"
