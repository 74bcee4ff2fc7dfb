"""The receipt that `receipt_url` leads to."""

import re
from typing import Any

import pytest
from stripe import HTTPXClient, StripeClient

from stripe_lite.db.session import Database
from stripe_lite.http.keys import create_account, create_key
from tests.payments.intents import DEBIT, PAID, RESERVED, told
from tests.shop import Shop, raises_stripe

BOUNCED = DEBIT | {"payment_method": "pm_usBankAccount_insufficientFunds"}


async def receipt_of(shop: Shop, charge_id: str) -> str:
    charge = await shop.v1.charges.retrieve_async(charge_id)
    page = await shop.http.get(charge.receipt_url)
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    return page.text


async def test_it_says_what_was_paid(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(PAID | {"description": "A hat & a <scarf>"})
    text = await receipt_of(shop, intent.latest_charge)
    for part in ("Paid", "$20.00", "Visa •••• 4242", "A hat &amp; a &lt;scarf&gt;", intent.latest_charge):
        assert part in text


async def test_it_says_what_was_given_back(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(PAID)
    await shop.v1.refunds.create_async({"payment_intent": intent.id, "amount": 500})
    text = await receipt_of(shop, intent.latest_charge)
    assert "\N{MINUS SIGN}$5.00" in text
    assert "$15.00" in text
    await shop.v1.refunds.create_async({"payment_intent": intent.id})
    assert "Refunded</p>" in await receipt_of(shop, intent.latest_charge)


async def test_it_says_that_nothing_was_paid(shop: Shop) -> None:
    with raises_stripe("card_error") as caught:
        await shop.v1.payment_intents.create_async(PAID | {"payment_method": "pm_card_chargeDeclined"})
    assert (await shop.v1.charges.retrieve_async(told(caught).charge)).receipt_url is None
    # A debit had one while nobody knew better.
    debit = await shop.v1.payment_intents.create_async(BOUNCED | {"expand": ["latest_charge"]})
    await shop.until(lambda: shop.v1.payment_intents.retrieve_async(debit.id), status="requires_payment_method")
    assert "Payment failed" in (await shop.http.get(debit.latest_charge.receipt_url)).text
    reserved = await shop.v1.payment_intents.create_async(RESERVED)
    assert "Authorized" in await receipt_of(shop, reserved.latest_charge)
    await shop.v1.payment_intents.cancel_async(reserved.id)
    assert "Canceled" in await receipt_of(shop, reserved.latest_charge)


async def test_it_names_a_bank_account(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(DEBIT)
    assert "US bank account •••• 6789" in await receipt_of(shop, intent.latest_charge)


@pytest.mark.parametrize("end", ["ch_x_y", "x", "%00", "ch_1_"])
async def test_a_wrong_address_shows_nothing(shop: Shop, end: str) -> None:
    intent = await shop.v1.payment_intents.create_async(PAID)
    charge = await shop.v1.charges.retrieve_async(intent.latest_charge)
    start = charge.receipt_url.rpartition("/")[0]
    for address in (f"{start}/{end}", f"{start}/{charge.id}_{'x' * 32}", charge.receipt_url[:-1]):
        assert (await shop.http.get(address)).status_code == 404


async def test_live_payments_have_receipt_numbers(shop: Shop, sdk_transport: HTTPXClient, dsn: str) -> None:
    database = Database(dsn, pool_size=1)
    key = await create_key(database, account_id=await create_account(database), livemode=True)
    await database.close()
    live: Any = StripeClient(key.key, base_addresses={"api": shop.base_url}, http_client=sdk_transport).v1
    payment = {"amount": 2000, "currency": "usd", "source": "tok_visa", "receipt_email": "jenny@example.com"}
    charge = await live.charges.create_async(payment)
    assert re.fullmatch(r"[0-9]{4}-[0-9]{4}", charge.receipt_number)
    assert charge.receipt_number in (await shop.http.get(charge.receipt_url)).text
    refund = await live.refunds.create_async({"charge": charge.id})
    assert refund.receipt_number not in (None, charge.receipt_number)

    reserved = await live.charges.create_async(payment | {"capture": False})
    assert reserved.receipt_number is None
    captured = await live.charges.capture_async(reserved.id)
    assert captured.receipt_number is not None

    silent = await live.charges.create_async({"amount": 2000, "currency": "usd", "source": "tok_visa"})
    assert silent.receipt_number is None
    asked = await live.charges.update_async(silent.id, {"receipt_email": "jenny@example.com"})
    again = await live.charges.update_async(silent.id, {"receipt_email": "jane@example.com"})
    assert asked.receipt_number == again.receipt_number is not None

    assert (await shop.v1.charges.create_async(payment)).receipt_number is None
