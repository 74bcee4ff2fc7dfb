"""Payments in the payer's app: the code that is shown, how test payers behave, and how the money goes back."""

from typing import Any

import pytest

from tests.balance.stories import due
from tests.payments.intents import told
from tests.shop import Shop, raises_stripe

CURRENCIES = {
    "blik": "pln",
    "mb_way": "eur",
    "paynow": "sgd",
    "pix": "brl",
    "promptpay": "thb",
    "swish": "sek",
    "upi": "inr",
}
CODE = {"payment_method_options": {"blik": {"code": "123456"}}}
SHOWN = {
    "paynow_display_qr_code": {"data", "hosted_instructions_url", "image_url_png", "image_url_svg"},
    "promptpay_display_qr_code": {"data", "hosted_instructions_url", "image_url_png", "image_url_svg"},
    "pix_display_qr_code": {"data", "expires_at", "hosted_instructions_url", "image_url_png", "image_url_svg"},
    "swish_handle_redirect_or_display_qr_code": {"hosted_instructions_url", "qr_code"},
    "upi_handle_redirect_or_display_qr_code": {"hosted_instructions_url", "qr_code"},
}
TOLD = {
    "paynow": {"reference"},
    "pix": {"bank_transaction_id"},
    "promptpay": {"reference"},
    "swish": {"fingerprint", "payment_reference", "verified_phone_last4"},
    "upi": {"vpa"},
}
SENT_BY = {
    "paynow": "paynow",
    "pix": "pix",
    "promptpay": "th_bank_transfer",
    "swish": "swish",
    "upi": None,
}


async def start(shop: Shop, type: str, payer: dict[str, Any] | None = None, **more: Any) -> Any:
    billing = {"name": "Ada", "email": "fill_never@example.com", "phone": "+351912345678"} if payer is None else payer
    return await shop.v1.payment_intents.create_async(
        {
            "amount": 20000,
            "currency": CURRENCIES[type],
            "payment_method_types": [type],
            "payment_method_data": {"type": type, type: {}, "billing_details": billing},
            "confirm": True,
        }
        | (CODE if type == "blik" else {})
        | more
    )


async def looked_up(shop: Shop, intent: Any) -> Any:
    return await shop.v1.payment_intents.retrieve_async(intent.id, {"expand": ["latest_charge"]})


def page_of(intent: Any) -> str:
    url: str = intent.next_action[intent.next_action.type].hosted_instructions_url
    return url


async def ended(shop: Shop, dsn: str, intent: Any, status: str) -> Any:
    """The intent after the time has passed that its payer takes."""
    await due(dsn, shop, "voucher")
    return await shop.until(lambda: looked_up(shop, intent), status=status)


@pytest.mark.parametrize("type", list(TOLD))
async def test_a_code_is_shown_and_paid_on_its_page(shop: Shop, type: str) -> None:
    payer = {"name": "Ada", "email": "ada.fill_never@example.com"}
    intent = await start(shop, type, payer)
    action = intent.next_action
    assert set(action[action.type].to_dict()) == SHOWN[action.type]
    images = action[action.type].to_dict().get("qr_code") or action[action.type].to_dict()
    image = await shop.http.get(images["image_url_png"])
    assert (image.status_code, image.headers["content-type"]) == (200, "image/png")
    page = await shop.http.get(page_of(intent))
    assert page.status_code == 200 and "Authorize test payment" in page.text
    await shop.http.post(page_of(intent), json={"outcome": "complete"})
    paid = await looked_up(shop, intent)
    details = paid.latest_charge.payment_method_details
    assert (paid.status, details.type) == ("succeeded", type)
    assert set(details[type].to_dict()) == TOLD[type] and all(details[type].to_dict().values())
    assert await shop.event_types() == [
        "payment_intent.created",
        "payment_intent.requires_action",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]
    refund = await shop.v1.refunds.create_async({"payment_intent": intent.id, "amount": 5000})
    first = {"upi": "succeeded", "promptpay": "requires_action"}.get(type, "pending")
    assert refund.status == first
    assert (refund.to_dict().get("destination_details") or {}).get("type") == SENT_BY[type]
    if first == "pending":
        await shop.until(lambda: shop.v1.refunds.retrieve_async(refund.id), status="succeeded")


async def test_payers_turn_payments_down_or_let_their_time_pass(shop: Shop, dsn: str) -> None:
    payer = {"name": "Ada", "email": "ada.fill_never@example.com"}
    for type in TOLD:
        intent = await start(shop, type, payer)
        await shop.http.post(page_of(intent), json={"outcome": "fail"})
        failed = await looked_up(shop, intent)
        assert failed.last_payment_error.code == "payment_intent_payment_attempt_failed"
    others = [await start(shop, type, payer) for type in TOLD]
    for other in others:
        expired = await ended(shop, dsn, other, "requires_payment_method")
        assert expired.last_payment_error.code == "payment_intent_payment_attempt_expired"
        assert (expired.payment_method, expired.next_action) == (None, None)


@pytest.mark.parametrize("type", ["pix", "swish"])
async def test_test_payers_are_known_by_their_address(shop: Shop, dsn: str, type: str) -> None:
    intent = await start(shop, type, {"email": "succeed_immediately@example.com"})
    await shop.until(lambda: looked_up(shop, intent), status="succeeded")
    intent = await start(shop, type, {"email": "expire_immediately@example.com"})
    if type == "pix":
        assert intent.next_action.pix_display_qr_code.expires_at == intent.created
    failed = await shop.until(lambda: looked_up(shop, intent), status="requires_payment_method")
    assert failed.last_payment_error.code == "payment_intent_payment_attempt_expired"
    intent = await start(shop, type, {"email": "expire_with_delay@example.com"})
    await ended(shop, dsn, intent, "requires_payment_method")
    intent = await start(shop, type, {"email": "anybody@example.com"})
    await shop.until(lambda: looked_up(shop, intent), status="succeeded")


async def test_a_pix_code_expires_when_it_was_told_to(shop: Shop) -> None:
    day = await start(shop, "pix")
    assert day.next_action.pix_display_qr_code.expires_at - day.created == 86400
    quick = await start(shop, "pix", payment_method_options={"pix": {"expires_after_seconds": 600}})
    assert quick.next_action.pix_display_qr_code.expires_at - quick.created == 600
    assert quick.payment_method_options.pix.expires_after_seconds == 600
    at = day.created + 7200
    named = await start(shop, "pix", payment_method_options={"pix": {"expires_at": at}})
    assert named.next_action.pix_display_qr_code.expires_at == at
    for settings, name in (
        ({"expires_after_seconds": 9}, "expires_after_seconds"),
        ({"expires_at": 1}, "expires_at"),
        ({"expires_at": at, "expires_after_seconds": 60}, "expires_at"),
    ):
        with raises_stripe(code="payment_intent_invalid_parameter", param=f"payment_method_options[pix][{name}]"):
            await start(shop, "pix", payment_method_options={"pix": settings})


async def test_blik_is_authorized_in_the_app(shop: Shop) -> None:
    intent = await start(shop, "blik", {"email": "ada@example.com"})
    assert intent.next_action.to_dict() == {"blik_authorize": {}, "type": "blik_authorize"}
    assert "code" not in (intent.payment_method_options.to_dict().get("blik") or {})
    paid = await shop.until(lambda: looked_up(shop, intent), status="succeeded")
    assert len(paid.latest_charge.payment_method_details.blik.buyer_id) == 11
    refund = await shop.v1.refunds.create_async({"payment_intent": intent.id})
    assert (refund.status, refund.destination_details.type) == ("succeeded", "blik")


async def test_blik_fails_later(shop: Shop, dsn: str) -> None:
    failures = {
        "limit_exceeded": "payment_method_provider_decline",
        "insufficient_funds": "payment_method_provider_decline",
        "customer_declined": "payment_method_provider_decline",
        "bank_declined": "payment_method_provider_decline",
        "blik_declined": "payment_method_provider_decline",
        "customer_timeout": "payment_method_provider_timeout",
        "bank_timeout": "payment_method_provider_timeout",
        "blik_timeout": "payment_method_provider_timeout",
    }
    intents = [await start(shop, "blik", {"email": f"ada.{payer}@example.com"}) for payer in failures]
    for intent, code in zip(intents, failures.values(), strict=True):
        assert intent.status == "requires_action"
        failed = await ended(shop, dsn, intent, "requires_payment_method")
        assert (failed.last_payment_error.code, failed.payment_method) == (code, None)
    assert (await shop.event_types())[-1] == "payment_intent.payment_failed"


@pytest.mark.parametrize("payer", ["invalid_code", "expired_code"])
async def test_blik_fails_at_once(shop: Shop, payer: str) -> None:
    with raises_stripe(code="payment_method_invalid_parameter", status=400) as caught:
        await start(shop, "blik", {"email": f"{payer}@example.com"})
    intent = told(caught).payment_intent
    assert (intent["status"], intent["last_payment_error"]["code"]) == (
        "requires_payment_method",
        "payment_method_invalid_parameter",
    )
    assert await shop.event_types() == ["payment_intent.created", "payment_intent.payment_failed"]


async def test_a_blik_code_comes_with_the_confirmation_only(shop: Shop) -> None:
    param = "payment_method_options[blik][code]"
    with raises_stripe(code="parameter_missing", param=param):
        await start(shop, "blik", payment_method_options={})
    for code in ("12345", "1234567", "12345a"):
        with raises_stripe(code="payment_method_invalid_parameter", param=param):
            await start(shop, "blik", payment_method_options={"blik": {"code": code}})
    with raises_stripe(param=param):
        await start(shop, "blik", confirm=False)
    intent = await start(shop, "blik", confirm=False, payment_method_options={})
    with raises_stripe(param=param):
        await shop.v1.payment_intents.update_async(intent.id, CODE)
    confirmed = await shop.v1.payment_intents.confirm_async(intent.id, CODE)
    assert confirmed.status == "requires_action"


async def test_mb_way_asks_on_the_telephone(shop: Shop, dsn: str) -> None:
    with raises_stripe(code="parameter_missing", param="billing_details[phone]"):
        await start(shop, "mb_way", {"name": "Ada"})
    paid = await start(shop, "mb_way", {"phone": "+351 912 345 678"}, expand=["latest_charge"])
    assert (paid.status, paid.latest_charge.payment_method_details.to_dict()) == (
        "succeeded",
        {"mb_way": {}, "type": "mb_way"},
    )
    slow = await start(shop, "mb_way", {"phone": "+351911111112"})
    assert (slow.status, slow.next_action.to_dict()) == ("requires_action", {"type": "mb_way_await_authorization"})
    await ended(shop, dsn, slow, "succeeded")
    refund = await shop.v1.refunds.create_async({"payment_intent": paid.id})
    assert (refund.status, refund.destination_details.type) == ("pending", "mb_way")
    await shop.until(lambda: shop.v1.refunds.retrieve_async(refund.id), status="succeeded")


@pytest.mark.parametrize(
    ("phone", "code"),
    [
        ("+351911111113", "payment_method_not_available"),
        ("+351911111114", "payment_method_provider_decline"),
        ("+351911111115", "payment_intent_payment_attempt_expired"),
        ("+351911111116", "payment_method_customer_decline"),
    ],
)
async def test_mb_way_fails_at_once(shop: Shop, phone: str, code: str) -> None:
    intent = await start(shop, "mb_way", {"phone": phone})
    assert (intent.status, intent.last_payment_error.code) == ("requires_payment_method", code)
    assert await shop.event_types() == [
        "payment_intent.created",
        "payment_intent.requires_action",
        "payment_intent.payment_failed",
    ]


@pytest.mark.parametrize("type", list(CURRENCIES))
async def test_payments_in_apps_are_for_one_currency_taken_at_once_and_not_kept(shop: Shop, type: str) -> None:
    with raises_stripe(code="payment_intent_incompatible_payment_method", param="payment_method_types"):
        await start(shop, type, currency="usd")
    with raises_stripe(code="payment_intent_incompatible_payment_method", param="capture_method"):
        await start(shop, type, capture_method="manual")
    if type not in ("pix", "upi"):  # Which can be kept, under a mandate.
        with raises_stripe(code="payment_intent_incompatible_payment_method", param="setup_future_usage"):
            await start(shop, type, setup_future_usage="off_session")
    with raises_stripe("card_error", code="authentication_required"):
        await start(shop, type, error_on_requires_action=True)
