"""Payments at a bank, in a wallet or with a lender: authorised on a page, told on the charge, captured and refunded."""

import asyncio
from typing import Any

import asyncpg
import pytest

from stripe_lite.payments import kinds
from stripe_lite.payments.refunds.terms import TERMS
from tests.payments.intents import BACK
from tests.shop import Shop, raises_stripe

PAYER = {"name": "Ada Payer", "email": "ada@example.com", "address": {"country": "DE"}}
ELSEWHERE = [name for name, kind in kinds.KINDS.items() if kind.redirects]
DATA: dict[str, dict[str, Any]] = {"fpx": {"bank": "hsbc"}, "sofort": {"country": "DE"}, "eps": {"bank": "easybank_ag"}}
ACTIONS = {
    "alipay": "alipay_handle_redirect",
    "cashapp": "cashapp_handle_redirect_or_display_qr_code",
    "wechat_pay": "wechat_pay_display_qr_code",
}
# What stays null: what only a mandate brings, and what nobody chose.
NULL = {
    "bancontact": {"generated_sepa_debit", "generated_sepa_debit_mandate"},
    "ideal": {"generated_sepa_debit", "generated_sepa_debit_mandate"},
    "p24": {"bank"},
    "sofort": {"generated_sepa_debit", "generated_sepa_debit_mandate"},
}
TOLD: dict[str, dict[str, Any]] = {
    "bancontact": {"bic": "VAPEBE22", "iban_last4": "7061", "preferred_language": "en", "verified_name": "Ada Payer"},
    "cashapp": {"cashtag": "$adapayer"},
    "eps": {"bank": "easybank_ag", "verified_name": "Ada Payer"},
    "fpx": {"bank": "hsbc"},
    "ideal": {"bank": "rabobank", "bic": "RABONL2U", "verified_name": "Ada Payer"},
    "klarna": {"payment_method_category": "pay_later", "preferred_locale": "en-US"},
    "paypal": {"payer_email": "ada@example.com", "payer_name": "Ada Payer", "country": "DE"},
    "p24": {"verified_name": "Ada Payer"},
}
AT_ONCE = {"bancontact", "eps", "fpx", "giropay", "ideal", "p24", "pay_by_bank", "paypal", "sofort", "twint"}
SENT_BY = {
    "bancontact": "eu_bank_transfer",
    "ideal": "eu_bank_transfer",
    "revolut_pay": "revolut",
}
UNTOLD = {"billie", "fpx", "kakao_pay", "kr_card", "mobilepay", "naver_pay", "pay_by_bank", "payco", "samsung_pay"}
UNTOLD |= {"satispay"}
OLD = "UPDATE charges SET created_at = now() - $2 * interval '1 day' WHERE account_id = $1"
DUE = "UPDATE jobs SET run_at = now(), version = version + 1 WHERE account_id = $1 AND kind = $2"


def payment(type: str, **more: Any) -> dict[str, Any]:
    """An intent that is confirmed at once, by a payment method of this type."""
    currency = sorted(kinds.KINDS[type].currencies)[0]
    return {
        "amount": 20000,
        "currency": currency,
        "payment_method_types": [type],
        "payment_method_data": {"type": type, type: DATA.get(type, {}), "billing_details": PAYER},
        "confirm": True,
        "return_url": BACK,
    } | more


def page_of(intent: Any) -> str:
    action = intent.next_action[intent.next_action.type].to_dict()
    url: str = action.get("url") or action["hosted_instructions_url"]
    return url


async def choose(shop: Shop, intent: Any, outcome: str) -> Any:
    answer = await shop.http.post(page_of(intent), json={"outcome": outcome})
    assert answer.status_code == 200, answer.text
    return await shop.v1.payment_intents.retrieve_async(intent.id, {"expand": ["latest_charge"]})


async def run(dsn: str, statement: str, *values: object) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement, *values)
    finally:
        await connection.close()


async def authorised(shop: Shop, type: str) -> None:
    intent = await shop.v1.payment_intents.create_async(payment(type))
    assert (intent.status, intent.next_action.type) == ("requires_action", ACTIONS.get(type, "redirect_to_url")), type
    paid = await choose(shop, intent, "complete")
    assert (paid.status, paid.amount_received) == ("succeeded", 20000), type
    details = paid.latest_charge.payment_method_details
    assert details.type == type
    told = details[type].to_dict()
    assert {name for name, value in told.items() if value is None} == NULL.get(type, set()), type
    assert told.items() >= TOLD.get(type, {}).items()
    assert paid.latest_charge.outcome.network_status == "approved_by_network"
    booked = await shop.v1.balance_transactions.list_async({"source": paid.latest_charge.id})
    assert [transaction.type for transaction in booked.data] == ["payment"]


async def test_every_method_is_authorised_on_its_page_and_told_on_the_charge(shop: Shop) -> None:
    await asyncio.gather(*(authorised(shop, type) for type in ELSEWHERE))


async def turned_down(shop: Shop, type: str) -> None:
    intent = await shop.v1.payment_intents.create_async(payment(type))
    failed = await choose(shop, intent, "fail")
    error = failed.last_payment_error
    assert (failed.status, failed.payment_method) == ("requires_payment_method", None)
    assert (error.type, error.code) == ("invalid_request_error", "payment_intent_payment_attempt_failed")
    assert error.payment_method.type == type


async def test_every_method_can_be_turned_down(shop: Shop) -> None:
    await asyncio.gather(*(turned_down(shop, type) for type in ELSEWHERE))
    types = set(await shop.event_types())
    assert types == {"payment_intent.created", "payment_intent.requires_action", "payment_intent.payment_failed"}


async def captured(shop: Shop, type: str) -> None:
    intent = await shop.v1.payment_intents.create_async(payment(type, capture_method="manual"))
    reserved = await choose(shop, intent, "complete")
    assert (reserved.status, reserved.amount_capturable) == ("requires_capture", 20000)
    taken = await shop.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 15000})
    assert (taken.status, taken.amount_received) == ("succeeded", 15000)


async def test_what_can_be_reserved_is_captured_later(shop: Shop) -> None:
    reserving = [type for type in ELSEWHERE if kinds.KINDS[type].reserves]
    await asyncio.gather(*(captured(shop, type) for type in reserving))
    for type in set(ELSEWHERE) - set(reserving):
        with raises_stripe(code="payment_intent_incompatible_payment_method", param="capture_method"):
            await shop.v1.payment_intents.create_async(payment(type, capture_method="manual"))


async def refunded(shop: Shop, type: str) -> None:
    intent = await shop.v1.payment_intents.create_async(payment(type))
    await choose(shop, intent, "complete")
    refund = await shop.v1.refunds.create_async({"payment_intent": intent.id, "amount": 5000})
    later = type not in AT_ONCE
    assert refund.status == ("pending" if later else "succeeded"), type
    assert refund.to_dict().get("pending_reason") == ("processing" if later else None)
    assert refund.balance_transaction is not None
    if later:
        await shop.until(lambda: shop.v1.refunds.retrieve_async(refund.id), status="succeeded")
    way = None if type in UNTOLD else SENT_BY.get(type, type)
    assert (refund.to_dict().get("destination_details") or {}).get("type") == way, type
    await shop.v1.refunds.create_async({"payment_intent": intent.id})


async def test_every_method_is_refunded_at_once_or_later(shop: Shop) -> None:
    await asyncio.gather(*(refunded(shop, type) for type in ELSEWHERE))


async def test_the_way_of_a_refund_is_told_in_order(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(payment("revolut_pay"))
    await choose(shop, intent, "complete")
    before = len(await shop.event_types())
    refund = await shop.v1.refunds.create_async({"payment_intent": intent.id})
    await shop.until(lambda: shop.v1.refunds.retrieve_async(refund.id), status="succeeded")
    assert (await shop.event_types())[before:] == [
        "refund.created",
        "charge.refunded",
        "refund.updated",
        "charge.refund.updated",
    ]


@pytest.mark.parametrize("type", ["affirm", "alipay", "ideal"])
async def test_old_payments_cannot_be_refunded(shop: Shop, dsn: str, type: str) -> None:
    intent = await shop.v1.payment_intents.create_async(payment(type))
    await choose(shop, intent, "complete")
    days = TERMS[type].days
    assert days is not None
    await run(dsn, OLD, shop.account_id, days + 1)
    with raises_stripe(code="charge_not_refundable"):
        await shop.v1.refunds.create_async({"payment_intent": intent.id})
    await run(dsn, OLD, shop.account_id, days - 1)
    await shop.v1.refunds.create_async({"payment_intent": intent.id})


async def test_a_lenders_session_expires(shop: Shop, dsn: str) -> None:
    intent = await shop.v1.payment_intents.create_async(payment("affirm"))
    await run(dsn, DUE, shop.account_id, "voucher")
    expired = await shop.until(
        lambda: shop.v1.payment_intents.retrieve_async(intent.id), status="requires_payment_method"
    )
    assert expired.last_payment_error.code == "payment_intent_payment_attempt_expired"


@pytest.mark.parametrize(("type", "name"), [("bancontact", "name"), ("eps", "name"), ("p24", "email")])
async def test_some_methods_need_to_know_their_payer(shop: Shop, type: str, name: str) -> None:
    data = {"type": type, type: DATA.get(type, {}), "billing_details": {"phone": "1"}}
    with raises_stripe(code="parameter_missing", param=f"payment_method_data[billing_details][{name}]"):
        await shop.v1.payment_intents.create_async(payment(type, payment_method_data=data))


async def test_what_was_learned_stays_with_the_payment_method(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(payment("paypal"))
    paid = await choose(shop, intent, "complete")
    method = await shop.v1.payment_methods.retrieve_async(paid.payment_method)
    assert method.paypal.payer_email == "ada@example.com"
    assert method.paypal.payer_id == paid.latest_charge.payment_method_details.paypal.payer_id
