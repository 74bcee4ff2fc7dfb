"""Cards that are given with the payment itself, as Stripe.js and the mobile libraries send them."""

from typing import Any

import pytest

from tests.payments.intents import BY_CARD, PAID, by_number, told
from tests.shop import Shop, raises_stripe

DATA: dict[str, dict[str, Any]] = {
    "number": by_number("4242424242424242"),
    "token": {"type": "card", "card": {"token": "tok_visa"}},
}


@pytest.mark.parametrize("how", DATA)
async def test_a_card_pays_that_comes_with_the_payment(shop: Shop, how: str) -> None:
    params = BY_CARD | {"confirm": True, "payment_method_data": DATA[how] | {"billing_details": {"name": "Ann"}}}
    intent = await shop.v1.payment_intents.create_async(params | {"expand": ["payment_method"]})
    assert intent.status == "succeeded"
    assert (intent.payment_method.card.last4, intent.payment_method.billing_details.name) == ("4242", "Ann")


async def test_a_browser_confirms_with_a_number(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(BY_CARD)
    card = {
        f"payment_method_data[card][{name}]": value for name, value in by_number("4242424242424242")["card"].items()
    }
    answer = await shop.post(
        f"/v1/payment_intents/{intent.id}/confirm",
        {"client_secret": intent.client_secret, "payment_method_data[type]": "card", **card},
        Authorization=f"Bearer {shop.key.replace('sk_', 'pk_')}",
    )
    assert (answer.status_code, answer.json()["status"]) == (200, "succeeded")


async def test_another_card_may_follow_a_declined_one(shop: Shop) -> None:
    declined = BY_CARD | {"confirm": True, "payment_method_data": by_number("4000000000009995")}
    with raises_stripe("card_error", code="card_declined", decline_code="insufficient_funds", status=402) as caught:
        await shop.v1.payment_intents.create_async(declined)
    id = told(caught).payment_intent.id
    paid = await shop.v1.payment_intents.confirm_async(id, {"payment_method_data": DATA["number"]})
    assert paid.status == "succeeded"


async def test_a_method_and_the_making_of_one_exclude_each_other(shop: Shop) -> None:
    with raises_stripe(status=400):
        await shop.v1.payment_intents.create_async(PAID | {"payment_method_data": DATA["number"]})


@pytest.mark.parametrize(
    ("described", "code", "param"),
    [
        ({"type": "card"}, "parameter_missing", "payment_method_data[card]"),
        ({"type": "card", "card": {"token": "tok_x"}}, "resource_missing", "payment_method_data[card][token]"),
        (DATA["number"] | {"ideal": {"bank": "ing"}}, None, "payment_method_data[ideal]"),
        (
            DATA["number"] | {"billing_details": {"email": "jenny"}},
            "email_invalid",
            "payment_method_data[billing_details][email]",
        ),
        (
            {"type": "sepa_debit", "sepa_debit": {"iban": "DE89370400440532013000"}},
            "parameter_missing",
            "payment_method_data[billing_details][name]",
        ),
    ],
)
@pytest.mark.parametrize("noun", ["payment_intents", "setup_intents"])
async def test_what_cannot_be_right_is_named_in_full(
    shop: Shop, noun: str, described: dict[str, object], code: str | None, param: str
) -> None:
    amount = {"amount": 900, "currency": "eur"} if noun == "payment_intents" else {}
    given = {"payment_method_types": [described["type"]], "payment_method_data": described}
    with raises_stripe(code=code, param=param, status=400) as caught:
        await getattr(shop.v1, noun).create_async(amount | given)
    if code == "parameter_missing":
        assert told(caught).message == f"Missing required param: {param}."


@pytest.mark.parametrize(
    ("card", "code", "param"),
    [
        ({"number": "4242424242424242", "exp_month": 12}, "parameter_missing", "payment_method_data[card][exp_year]"),
        ({"token": "tok_visa", "color": "red"}, "parameter_unknown", "payment_method_data[card][color]"),
    ],
)
async def test_a_card_needs_its_details_and_no_others(shop: Shop, card: dict[str, str], code: str, param: str) -> None:
    with raises_stripe(code=code, param=param, status=400):
        await shop.v1.payment_intents.create_async(
            BY_CARD | {"payment_method_data": {"type": "card", "card": card}},
        )
