"""Vouchers: what the payer is shown, and how a payment by voucher ends."""

from functools import partial
from typing import Any

import pytest

from tests.shop import Shop, raises_stripe

CURRENCIES = {"boleto": "brl", "konbini": "jpy", "multibanco": "eur", "oxxo": "mxn"}
SHOWN = {
    "boleto": {"expires_at", "hosted_voucher_url", "number", "pdf"},
    "konbini": {"expires_at", "hosted_voucher_url", "stores"},
    "multibanco": {"entity", "expires_at", "hosted_voucher_url", "reference"},
    "oxxo": {"expires_after", "hosted_voucher_url", "number"},
}
TOLD = {"boleto": "tax_id", "konbini": "store", "multibanco": "reference", "oxxo": "number"}


async def start(shop: Shop, type: str, payer: str, **more: Any) -> Any:
    address = {"line1": "Rua 1", "city": "Sao Paulo", "state": "SP", "country": "BR", "postal_code": "01227200"}
    return await shop.v1.payment_intents.create_async(
        {
            "amount": 2000,
            "currency": CURRENCIES[type],
            "payment_method_types": [type],
            "payment_method_data": {
                "type": type,
                type: {"tax_id": "000.000.000-00"} if type == "boleto" else {},
                "billing_details": {"name": "Jo", "email": f"{payer}@example.com", "address": address},
            },
            "confirm": True,
        }
        | more
    )


@pytest.mark.parametrize("type", list(CURRENCIES))
async def test_a_voucher_is_paid_at_once_or_expires_at_once(shop: Shop, type: str) -> None:
    intent = await start(shop, type, "succeed_immediately")
    assert (intent.status, intent.next_action.type) == ("requires_action", f"{type}_display_details")
    assert set(intent.next_action[f"{type}_display_details"].to_dict()) == SHOWN[type]
    paid = await shop.until(
        lambda: shop.v1.payment_intents.retrieve_async(intent.id, {"expand": ["latest_charge"]}), status="succeeded"
    )
    assert (paid.amount_received, paid.next_action) == (2000, None)
    assert paid.latest_charge.payment_method_details[type][TOLD[type]]
    assert await shop.event_types() == [
        "payment_intent.created",
        "payment_intent.requires_action",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]
    if type in ("boleto", "oxxo"):
        with raises_stripe(code="charge_not_refundable"):
            await shop.v1.refunds.create_async({"payment_intent": intent.id})
    other = await start(shop, type, "expire_immediately")
    expired = await shop.until(
        lambda: shop.v1.payment_intents.retrieve_async(other.id), status="requires_payment_method"
    )
    assert expired.last_payment_error.code == "payment_intent_payment_attempt_expired"
    assert (await shop.event_types())[-1] == "payment_intent.payment_failed"


@pytest.mark.parametrize(("outcome", "status"), [("complete", "succeeded"), ("fail", "requires_payment_method")])
@pytest.mark.parametrize("type", list(CURRENCIES))
async def test_the_page_of_a_voucher_ends_it(shop: Shop, type: str, outcome: str, status: str) -> None:
    intent = await start(shop, type, "fill_never")
    url = intent.next_action[f"{type}_display_details"].hosted_voucher_url
    page = await shop.http.get(url)
    assert page.status_code == 200 and "voucher" in page.text
    answer = await shop.http.post(url, json={"outcome": outcome})
    assert answer.json()["payment_intent"]["status"] == status


async def test_payers_whom_no_address_tells_of_pay_as_other_payments_settle(shop: Shop) -> None:
    started = [await start(shop, type, "jo") for type in CURRENCIES]
    for intent in started:
        assert intent.status == "requires_action"
        await shop.until(partial(shop.v1.payment_intents.retrieve_async, intent.id), status="succeeded")


async def test_settings_of_vouchers_are_checked_and_acted_on(shop: Shop) -> None:
    later = {"payment_method_options": {"oxxo": {"expires_after_days": 7}}}
    sooner = await start(shop, "oxxo", "fill_never")
    intent = await start(shop, "oxxo", "fill_never", **later)
    seconds = (
        intent.next_action.oxxo_display_details.expires_after - sooner.next_action.oxxo_display_details.expires_after
    )
    assert seconds in (4 * 86400, 5 * 86400)
    assert intent.payment_method_options.oxxo.expires_after_days == 7
    with raises_stripe(param="payment_method_options[oxxo][expires_after_days]"):
        await start(shop, "oxxo", "any", payment_method_options={"oxxo": {"expires_after_days": 8}})
    with raises_stripe(param="payment_method_options[konbini][expires_at]"):
        await start(shop, "konbini", "any", payment_method_options={"konbini": {"expires_at": 1}})
    number = {"konbini": {"confirmation_number": "22222222220"}}
    quick = await start(shop, "konbini", "any", payment_method_options=number)
    await shop.until(lambda: shop.v1.payment_intents.retrieve_async(quick.id), status="succeeded")


async def test_a_voucher_needs_its_payer(shop: Shop) -> None:
    data = {"type": "multibanco", "multibanco": {}}
    with raises_stripe(code="parameter_missing", param="billing_details[email]"):
        await start(shop, "multibanco", "any", payment_method_data=data)


@pytest.mark.parametrize(
    ("type", "least", "most"),
    [("boleto", 500, 4_999_999), ("konbini", 120, 300_000), ("multibanco", 50, 9_999_900), ("oxxo", 1_000, 1_000_000)],
)
async def test_a_voucher_has_a_least_and_a_highest_amount(shop: Shop, type: str, least: int, most: int) -> None:
    for amount in (least, most):
        assert (await start(shop, type, "fill_never", amount=amount)).status == "requires_action"
    with raises_stripe(code="amount_too_small", param="amount", status=400):
        await start(shop, type, "fill_never", amount=least - 1)
    with raises_stripe(code="amount_too_large", param="amount", status=400):
        await start(shop, type, "fill_never", amount=most + 1)


@pytest.mark.parametrize(("name", "value"), [("expires_after_days", 0), ("confirmation_number", "0000000000")])
async def test_a_konbini_voucher_is_good_for_a_day_at_least_and_has_a_number(
    shop: Shop, name: str, value: int | str
) -> None:
    with raises_stripe(code="payment_intent_invalid_parameter", param=f"payment_method_options[konbini][{name}]"):
        await start(shop, "konbini", "any", payment_method_options={"konbini": {name: value}})
