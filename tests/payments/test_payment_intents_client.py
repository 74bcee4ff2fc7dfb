"""What whoever has a publishable key and the client secret can do and see."""

from typing import Any

import pytest
import pytest_asyncio
from stripe import HTTPXClient, StripeClient

from tests.payments.intents import BACK, BY_CARD, DEBIT, UNVERIFIED_ACCOUNT, told
from tests.shop import Shop, raises_stripe

HIDDEN = ("amount_received", "customer", "latest_charge", "metadata", "payment_method_options", "transfer_group")


@pytest_asyncio.fixture
async def client(shop: Shop, sdk_transport: HTTPXClient) -> Any:
    """The SDK with the shop's publishable key, as a browser would call."""
    key = shop.key.replace("sk_test_", "pk_test_")
    client = StripeClient(key, base_addresses={"api": shop.base_url}, http_client=sdk_transport, max_network_retries=0)
    return client.v1


def assert_hidden(intent: Any) -> None:
    told = intent if isinstance(intent, dict) else intent.to_dict()
    assert not set(HIDDEN) & set(told)


async def an_intent(shop: Shop, **params: Any) -> Any:
    await shop.v1.customers.list_async()
    return await shop.v1.payment_intents.create_async(BY_CARD | {"metadata": {"margin": "40"}} | params)


async def test_it_reads_the_intent_by_its_secret(shop: Shop, client: Any) -> None:
    intent = await an_intent(shop)
    seen = await client.payment_intents.retrieve_async(intent.id, {"client_secret": intent.client_secret})
    assert (seen.id, seen.amount, seen.status) == (intent.id, 2000, "requires_payment_method")
    assert_hidden(seen)
    with raises_stripe(param="client_secret"):
        await client.payment_intents.retrieve_async(intent.id)
    with raises_stripe(param="client_secret"):
        await client.payment_intents.retrieve_async(intent.id, {"client_secret": f"{intent.id}_secret_x"})


async def test_what_is_hidden_cannot_be_expanded(shop: Shop, client: Any) -> None:
    customer = await shop.v1.customers.create_async()
    intent = await an_intent(shop, customer=customer.id)
    seen = await client.payment_intents.retrieve_async(
        intent.id, {"client_secret": intent.client_secret, "expand": ["customer", "latest_charge"]}
    )
    assert_hidden(seen)


async def test_it_confirms_through_the_bank_and_back(shop: Shop, client: Any) -> None:
    intent = await an_intent(shop)
    paid = await client.payment_intents.confirm_async(
        intent.id, {"client_secret": intent.client_secret, "payment_method": "pm_card_visa"}
    )
    assert paid.status == "succeeded"
    assert_hidden(paid)


async def test_a_decline_shows_no_more(shop: Shop, client: Any) -> None:
    intent = await an_intent(shop)
    with raises_stripe("card_error", code="card_declined", status=402) as caught:
        await client.payment_intents.confirm_async(
            intent.id, {"client_secret": intent.client_secret, "payment_method": "pm_card_chargeDeclined"}
        )
    assert_hidden(told(caught).payment_intent)
    with raises_stripe(code="payment_intent_unexpected_state") as refused:
        await client.payment_intents.confirm_async(intent.id, {"client_secret": intent.client_secret})
    assert_hidden(told(refused).payment_intent)


async def test_a_challenge_is_shown_by_the_library(shop: Shop, client: Any) -> None:
    intent = await an_intent(shop)
    waiting = await client.payment_intents.confirm_async(
        intent.id,
        {
            "client_secret": intent.client_secret,
            "payment_method": "pm_card_threeDSecure2Required",
            "use_stripe_sdk": True,
        },
    )
    assert waiting.next_action.type == "use_stripe_sdk"
    assert_hidden(waiting)


@pytest.mark.parametrize(
    "params", [{"off_session": True}, {"capture_method": "manual"}, {"payment_method_types": ["card"]}]
)
async def test_what_the_server_decides_is_refused(shop: Shop, client: Any, params: dict[str, Any]) -> None:
    intent = await an_intent(shop)
    with raises_stripe(code="payment_intent_invalid_parameter", param=next(iter(params))):
        await client.payment_intents.confirm_async(
            intent.id, {"client_secret": intent.client_secret, "payment_method": "pm_card_visa"} | params
        )


async def test_where_the_server_confirms_the_client_cannot(shop: Shop, client: Any) -> None:
    intent = await an_intent(shop, confirmation_method="manual")
    with raises_stripe(code="payment_intent_invalid_parameter"):
        await client.payment_intents.confirm_async(
            intent.id, {"client_secret": intent.client_secret, "payment_method": "pm_card_visa"}
        )


async def test_it_tells_the_deposits(shop: Shop, client: Any) -> None:
    params = {name: value for name, value in DEBIT.items() if name != "payment_method"}
    intent = await shop.v1.payment_intents.create_async(params | {"payment_method_data": UNVERIFIED_ACCOUNT})
    verified = await client.payment_intents.verify_microdeposits_async(
        intent.id, {"client_secret": intent.client_secret, "descriptor_code": "SM11AA"}
    )
    assert verified.status == "processing"
    assert_hidden(verified)


@pytest.mark.parametrize("operation", ["capture", "cancel", "update", "increment_authorization"])
async def test_it_can_do_nothing_else(shop: Shop, client: Any, operation: str) -> None:
    intent = await an_intent(shop, return_url=BACK, confirm=True, payment_method="pm_card_visa")
    carry_out = getattr(client.payment_intents, f"{operation}_async")
    with raises_stripe(status=403):
        await carry_out(intent.id, {"amount": 3000} if operation == "increment_authorization" else {})


async def test_a_replay_is_as_hidden_as_the_first_answer(shop: Shop, client: Any) -> None:
    intent = await an_intent(shop)
    params = {"client_secret": intent.client_secret, "payment_method": "pm_card_visa"}
    answers = [
        await client.payment_intents.confirm_async(intent.id, params, {"idempotency_key": "once"}) for _ in range(2)
    ]
    assert answers[0].to_dict() == answers[1].to_dict()
    assert_hidden(answers[1])
