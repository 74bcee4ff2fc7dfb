"""Confirmation tokens: what a payer filled in, for one intent, for twelve hours."""

import asyncio
from typing import Any

import asyncpg
import pytest

from tests.payments.intents import BACK, BY_CARD, by_number, told
from tests.shop import Shop, raises_stripe

SHIPPING = {"name": "Jenny Rosen", "address": {"line1": "1234 Fake Street", "country": "US"}}
EXPIRED = "UPDATE confirmation_tokens SET expires_at = now() - interval '1 second' WHERE account_id = $1"


async def token_of(shop: Shop, **params: Any) -> Any:
    return await shop.v1.test_helpers.confirmation_tokens.create_async(params)


async def test_a_token_shows_what_it_brings(shop: Shop) -> None:
    token = await token_of(
        shop,
        payment_method_data=by_number("4242424242424242") | {"billing_details": {"email": "jenny@example.com"}},
        return_url=BACK,
        setup_future_usage="off_session",
        shipping=SHIPPING,
        payment_method_options={"card": {"installments": {"plan": {"type": "fixed_count", "count": 3}}}},
    )
    assert token.id.startswith("ctoken_")
    assert token.expires_at - token.created == 12 * 60 * 60
    assert (token.payment_intent, token.setup_intent, token.use_stripe_sdk) == (None, None, True)
    preview = token.payment_method_preview
    assert (preview.type, preview.card.last4, preview.billing_details.email) == ("card", "4242", "jenny@example.com")
    assert "id" not in preview
    assert token.payment_method_options.card.installments.plan.count == 3
    assert (token.return_url, token.shipping.address.line1, token.shipping.phone) == (BACK, "1234 Fake Street", None)
    again = await shop.v1.confirmation_tokens.retrieve_async(token.id)
    assert again.to_dict() == token.to_dict()
    assert (await shop.v1.payment_methods.list_async()).data == []
    bare = await token_of(shop)
    assert (bare.payment_method_preview, bare.payment_method_options, bare.shipping) == (None, None, None)


async def test_a_token_confirms_an_intent_and_writes_on_it(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    token = await token_of(
        shop, payment_method="pm_card_visa", setup_future_usage="on_session", shipping=SHIPPING, return_url=BACK
    )
    intent = await shop.v1.payment_intents.create_async(BY_CARD | {"customer": customer.id})
    intent = await shop.v1.payment_intents.confirm_async(intent.id, {"confirmation_token": token.id})
    assert (intent.status, intent.setup_future_usage) == ("succeeded", "on_session")
    assert intent.shipping.name == "Jenny Rosen"
    method = await shop.v1.payment_methods.retrieve_async(intent.payment_method)
    assert (method.card.last4, method.customer) == ("4242", customer.id)
    assert (await shop.v1.confirmation_tokens.retrieve_async(token.id)).payment_intent == intent.id


async def test_a_token_confirms_with_the_creation(shop: Shop) -> None:
    token = await token_of(shop, payment_method_data=by_number("4242424242424242"))
    with raises_stripe(param="confirmation_token"):
        await shop.v1.payment_intents.create_async(BY_CARD | {"confirmation_token": token.id})
    params = BY_CARD | {"confirm": True, "confirmation_token": token.id}
    intent = await shop.v1.payment_intents.create_async(params, {"idempotency_key": "once"})
    assert intent.status == "succeeded"
    again = await shop.v1.payment_intents.create_async(params, {"idempotency_key": "once"})
    assert again.id == intent.id
    assert await shop.event_types() == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


async def test_what_the_request_says_comes_first(shop: Shop) -> None:
    token = await token_of(shop, payment_method="pm_card_chargeDeclined", shipping=SHIPPING, return_url=BACK)
    intent = await shop.v1.payment_intents.create_async(
        BY_CARD
        | {
            "confirm": True,
            "confirmation_token": token.id,
            "payment_method": "pm_card_threeDSecure2Required",
            "return_url": "https://shop.example/other",
            "use_stripe_sdk": False,
            "shipping": {"name": "Somebody else", "address": {"line1": "1 Other Street"}},
        }
    )
    assert (intent.status, intent.shipping.name) == ("requires_action", "Somebody else")
    assert intent.next_action.redirect_to_url.return_url == "https://shop.example/other"


async def test_a_client_library_handles_actions_unless_the_request_says_otherwise(shop: Shop) -> None:
    token = await token_of(shop, payment_method="pm_card_threeDSecure2Required", return_url=BACK)
    params = BY_CARD | {"confirm": True, "confirmation_token": token.id}
    intent = await shop.v1.payment_intents.create_async(params)
    assert intent.next_action.type == "use_stripe_sdk"


async def test_an_attached_payment_method_is_used_itself(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    method = await shop.v1.payment_methods.attach_async("pm_card_mastercard", {"customer": customer.id})
    token = await token_of(shop, payment_method=method.id)
    assert token.payment_method_preview.customer == customer.id
    expanded = await shop.v1.confirmation_tokens.retrieve_async(
        token.id, {"expand": ["payment_method_preview.customer"]}
    )
    assert expanded.payment_method_preview.customer.id == customer.id
    params = BY_CARD | {"confirm": True, "confirmation_token": token.id}
    with raises_stripe(param="payment_method"):
        await shop.v1.payment_intents.create_async(params)
    intent = await shop.v1.payment_intents.create_async(params | {"customer": customer.id})
    assert (intent.status, intent.payment_method) == ("succeeded", method.id)


async def test_a_token_is_used_once_even_where_the_card_is_declined(shop: Shop) -> None:
    token = await token_of(shop, payment_method="pm_card_chargeDeclined")
    intent = await shop.v1.payment_intents.create_async(BY_CARD)
    with raises_stripe("card_error", code="card_declined") as caught:
        await shop.v1.payment_intents.confirm_async(intent.id, {"confirmation_token": token.id})
    assert told(caught).payment_method["card"]["last4"] == "0002"
    with raises_stripe(code="token_already_used", param="confirmation_token", status=400):
        await shop.v1.payment_intents.confirm_async(intent.id, {"confirmation_token": token.id})


async def test_a_refused_confirmation_leaves_the_token_unused(shop: Shop) -> None:
    token = await token_of(shop, payment_method_data={"type": "ideal"}, return_url=BACK)
    intent = await shop.v1.payment_intents.create_async(BY_CARD)
    with raises_stripe(code="payment_intent_invalid_parameter"):
        await shop.v1.payment_intents.confirm_async(intent.id, {"confirmation_token": token.id})
    assert (await shop.v1.confirmation_tokens.retrieve_async(token.id)).payment_intent is None


async def test_racers_use_a_token_once(shop: Shop) -> None:
    token = await token_of(shop, payment_method="pm_card_visa")
    params = BY_CARD | {"confirm": True, "confirmation_token": token.id}
    answers = await asyncio.gather(
        *(shop.v1.payment_intents.create_async(params) for _ in range(8)), return_exceptions=True
    )
    assert sum(not isinstance(answer, BaseException) for answer in answers) == 1
    assert len((await shop.v1.charges.list_async()).data) == 1


async def test_a_token_expires(shop: Shop, dsn: str) -> None:
    token = await token_of(shop, payment_method="pm_card_visa")
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(EXPIRED, shop.account_id)
    finally:
        await connection.close()
    with raises_stripe(param="confirmation_token", status=400) as caught:
        await shop.v1.payment_intents.create_async(BY_CARD | {"confirm": True, "confirmation_token": token.id})
    assert "has expired" in told(caught).message
    assert (await shop.v1.payment_intents.list_async()).data == []


@pytest.mark.parametrize(
    ("params", "type", "code", "param"),
    [
        ({"payment_method": "pm_none"}, "invalid_request_error", "resource_missing", "payment_method"),
        (
            {"payment_method": "pm_card_visa", "payment_method_data": {"type": "ideal"}},
            "invalid_request_error",
            None,
            "payment_method_data",
        ),
        ({"payment_method_data": by_number("4242424242424241")}, "card_error", "incorrect_number", "number"),
        ({"mandate_data": {"a": "b"}}, "invalid_request_error", "parameter_unknown", "mandate_data"),
    ],
)
async def test_wrong_tokens_are_not_made(
    shop: Shop, params: dict[str, Any], type: str, code: str | None, param: str
) -> None:
    with raises_stripe(type, code=code, param=param):
        await token_of(shop, **params)


async def test_an_unknown_token_is_missing(shop: Shop) -> None:
    with raises_stripe(code="resource_missing", param="confirmation_token", status=404):
        await shop.v1.confirmation_tokens.retrieve_async("ctoken_none")
    with raises_stripe(code="resource_missing", param="confirmation_token"):
        await shop.v1.payment_intents.create_async(BY_CARD | {"confirm": True, "confirmation_token": "ctoken_none"})


async def test_a_client_confirms_with_a_token(shop: Shop) -> None:
    token = await token_of(shop, payment_method="pm_card_visa")
    intent = await shop.v1.payment_intents.create_async(BY_CARD)
    answer = await shop.http.post(
        f"{shop.base_url}/v1/payment_intents/{intent.id}/confirm",
        data={"client_secret": intent.client_secret, "confirmation_token": token.id},
        headers={"Authorization": f"Bearer {shop.key.replace('sk_', 'pk_', 1)}"},
    )
    assert (answer.status_code, answer.json()["status"]) == (200, "succeeded")


async def test_a_token_leads_back_to_an_address_only(shop: Shop) -> None:
    with raises_stripe("invalid_request_error", code="url_invalid", param="return_url", status=400):
        await token_of(shop, payment_method="pm_card_visa", return_url="nowhere")
