"""Refunds of what came by bank transfer: of payments, and of what no payment used; and what becomes of it else."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.balance.stories import books, due, execute
from tests.payments.test_payment_intents_transfers import CASH, LEFT, a_customer, cash_of, changes_of, fund, pay
from tests.shop import Shop, raises_stripe

# Currency → an account that takes the money, and one that sends it back again.
ACCOUNTS = {
    "eur": ("DE89 3704 0044 0532 0130 00", "FR1420041010050532013003"),
    "gbp": ("00012345", "11111113"),
    "jpy": ("0001234", "4444440"),
    "mxn": ("000000001234567897", "000000222222222224"),
    "usd": ("000123456789", "000111111116"),
}


ANSWER = {"account_holder_name": "Zoë"}


async def give_back(shop: Shop, customer: str, amount: int, currency: str = "usd", **more: Any) -> Any:
    given = {"origin": "customer_balance", "customer": customer, "amount": amount, "currency": currency}
    return await shop.v1.refunds.create_async(given | more)


def page_of(refund: Any) -> str:
    return str(refund.description.split(" ")[3])


@pytest.mark.parametrize("currency", list(ACCOUNTS))
async def test_cash_goes_back_to_the_account_that_the_customer_names(shop: Shop, currency: str) -> None:
    customer = await a_customer(shop, None, **{currency: 5000})
    refund = await give_back(shop, customer, 3000, currency, reason="requested_by_customer", metadata={"case": "7"})
    assert (refund.status, refund.charge, refund.payment_intent) == ("requires_action", None, None)
    assert (refund.balance_transaction, refund.metadata.to_dict()) == (None, {"case": "7"})
    sent = refund.next_action.display_details
    assert sent.email_sent.email_sent_to == refund.instructions_email == "zoe@example.com"
    assert sent.expires_at - refund.created == 45 * 86400
    assert await cash_of(shop, customer) == {currency: 2000}
    page = await shop.http.get(page_of(refund))
    assert page.status_code == 200 and "Tell us where the money is to be sent" in page.text
    wrong = await shop.http.post(page_of(refund), json=ANSWER | {"account_number": "1234"})
    assert (wrong.status_code, wrong.json()["error"]["param"]) == (400, "account_number")
    takes, returns = ACCOUNTS[currency]
    named = await shop.http.post(page_of(refund), json=ANSWER | {"account_number": returns})
    assert named.json() == {"refund": refund.id, "status": "pending"}
    asked = await shop.until(lambda: shop.v1.refunds.retrieve_async(refund.id), status="requires_action")
    assert asked.next_action is not None
    named = await shop.http.post(page_of(refund), data=ANSWER | {"account_number": takes})
    assert "Your refund is on its way" in named.text
    done = await shop.until(lambda: shop.v1.refunds.retrieve_async(refund.id), status="succeeded")
    assert done.to_dict().get("next_action") is None and done.to_dict().get("description") is None
    way = done.destination_details
    assert (way.type[2:], way[way.type].reference_status) == ("_bank_transfer", "available")
    with raises_stripe():
        await shop.v1.refunds.cancel_async(refund.id)
    assert await changes_of(shop, customer) == [("funded", 5000, 5000), ("return_initiated", -3000, 2000)]
    updates = ["refund.updated"] * 4
    assert await shop.event_types() == ["customer.created", CASH, LEFT, CASH, "refund.created", *updates]


async def test_a_return_that_is_canceled_or_never_answered_pays_what_waits(shop: Shop, dsn: str) -> None:
    customer = await a_customer(shop, usd=1000)
    first = await give_back(shop, customer, 600)
    second = await give_back(shop, customer, 400, instructions_email="other@example.com")
    assert second.next_action.display_details.email_sent.email_sent_to == "other@example.com"
    intent = await pay(shop, customer, amount=900)
    canceled = await shop.v1.refunds.cancel_async(first.id)
    assert (canceled.status, canceled.failure_reason) == ("canceled", "merchant_request")
    assert await cash_of(shop, customer) == {"usd": 0}
    await due(dsn, shop, "refund_expiry")
    failed = await shop.until(lambda: shop.v1.refunds.retrieve_async(second.id), status="failed")
    assert failed.failure_reason == "unknown"
    paid = await shop.v1.payment_intents.retrieve_async(intent.id)
    assert (paid.status, await cash_of(shop, customer)) == ("succeeded", {"usd": 100})
    assert [change[0] for change in await changes_of(shop, customer)] == [
        *["funded", "return_initiated", "return_initiated"],
        *["return_canceled", "applied_to_payment", "return_canceled", "applied_to_payment"],
    ]
    assert (await shop.http.get(page_of(first))).status_code == 404
    paid_by_it = ["charge.succeeded", "payment_intent.succeeded", LEFT]
    assert (await shop.event_types())[-7:] == ["refund.updated", "refund.failed", CASH, CASH, *paid_by_it]


async def test_what_is_not_there_is_not_given_back(shop: Shop) -> None:
    customer = await a_customer(shop, usd=100)
    with raises_stripe(code="insufficient_funds", param="amount"):
        await give_back(shop, customer, 101)
    with raises_stripe(code="insufficient_funds"):
        await give_back(shop, customer, 100, "eur")
    with raises_stripe(code="parameter_invalid_integer", param="amount"):
        await give_back(shop, customer, 0)
    with raises_stripe(code="parameter_missing", param="customer"):
        await shop.v1.refunds.create_async({"origin": "customer_balance", "amount": 1, "currency": "usd"})
    with raises_stripe(param="charge"):
        await give_back(shop, customer, 10, charge="ch_1")
    with raises_stripe(param="customer"):
        await shop.v1.refunds.create_async({"charge": "ch_1", "customer": customer})
    unknown = (await shop.v1.customers.create_async()).id
    await fund(shop, unknown, 100)
    with raises_stripe(code="parameter_missing", param="instructions_email"):
        await give_back(shop, unknown, 10)
    with raises_stripe(code="email_invalid", param="instructions_email"):
        await give_back(shop, unknown, 10, instructions_email="nobody")
    missing = await shop.http.get(f"{shop.base_url}/hosted/refunds/{shop.account_id}/re_1_x")
    assert missing.status_code == 404


async def test_cash_that_nobody_asks_for_becomes_the_merchants(shop: Shop, dsn: str) -> None:
    customer = await a_customer(shop)
    waiting = await pay(shop, customer, amount=5000)
    await fund(shop, customer, 1000)
    await due(dsn, shop, "cash_balance_sweep")
    sweeps = "SELECT count(*) AS left FROM jobs WHERE account_id = $1 AND kind = 'cash_balance_sweep'"

    async def jobs() -> Any:
        return SimpleNamespace(left=(await execute(dsn, sweeps, shop.account_id))[0]["left"])

    await shop.until(jobs, left=0)  # All of it is set aside for a payment: nothing is swept up.
    assert await books(dsn, shop) == {"bank": -1000, "customer_balance": 1000}
    await shop.v1.payment_intents.cancel_async(waiting.id)
    await pay(shop, customer, amount=300)
    await due(dsn, shop, "cash_balance_sweep")

    async def newest() -> Any:
        return (await shop.v1.customers.cash_balance_transactions.list_async(customer, {"limit": 1})).data[0]

    swept = await shop.until(newest, type="transferred_to_balance")
    assert (swept.net_amount, swept.ending_balance) == (-700, 0)
    booked = await shop.v1.balance_transactions.retrieve_async(
        swept.transferred_to_balance.balance_transaction, {"expand": ["source"]}
    )
    assert (booked.type, booked.amount, booked.source.id) == ("payment_unreconciled", 700, swept.id)
    await fund(shop, customer, 200)
    await fund(shop, customer, 150)
    assert await cash_of(shop, customer) == {"usd": 350}


async def test_a_payment_by_transfer_is_refunded_to_the_account_that_the_payer_names(shop: Shop) -> None:
    customer = await a_customer(shop, usd=2000)
    intent = await pay(shop, customer)
    before = len(await shop.event_types())
    refund = await shop.v1.refunds.create_async({"payment_intent": intent.id, "amount": 500})
    assert (refund.status, refund.instructions_email) == ("requires_action", "zoe@example.com")
    assert refund.charge == intent.latest_charge and refund.balance_transaction is not None
    answer = ANSWER | {"account_number": "000222222227"}
    assert (await shop.http.post(page_of(refund), json=answer)).json()["status"] == "pending"
    await shop.until(lambda: shop.v1.refunds.retrieve_async(refund.id), status="requires_action")
    await shop.http.post(page_of(refund), json=ANSWER | {"account_number": "000123456789"})
    done = await shop.until(lambda: shop.v1.refunds.retrieve_async(refund.id), status="succeeded")
    assert done.destination_details.us_bank_transfer.reference_status == "available"
    other = await shop.v1.refunds.create_async({"payment_intent": intent.id, "instructions_email": "x@example.com"})
    assert (other.amount, other.instructions_email) == (1500, "x@example.com")
    expired = await shop.v1.test_helpers.refunds.expire_async(other.id)
    assert expired.status == "failed" and expired.failure_balance_transaction is not None
    charge = await shop.v1.charges.retrieve_async(intent.latest_charge)
    assert (charge.amount_refunded, await cash_of(shop, customer)) == (500, {"usd": 0})
    assert (await shop.event_types())[before:] == [
        *["refund.created", "charge.refunded"],
        *["refund.updated", "charge.refund.updated"] * 4,
        *["refund.created", "charge.refunded", "refund.updated", "refund.failed", "charge.refund.updated"],
    ]
    assert await shop.untold("refund.*") == []


async def test_a_payer_may_keep_a_refund_for_later_payments(shop: Shop) -> None:
    customer = await a_customer(shop, usd=2000)
    intent = await pay(shop, customer)
    waiting = await pay(shop, customer, amount=700)
    refund = await shop.v1.refunds.create_async({"payment_intent": intent.id})
    page = await shop.http.get(page_of(refund))
    assert "Keep it for my next payments" in page.text
    assert "kept for you" in (await shop.http.post(page_of(refund), data={"outcome": "keep"})).text
    kept = await shop.v1.refunds.retrieve_async(refund.id)
    assert (kept.status, kept.destination_details.type) == ("succeeded", "customer_cash_balance")
    assert await shop.untold("refund.*") == []
    paid = await shop.v1.payment_intents.retrieve_async(waiting.id)
    assert (paid.status, await cash_of(shop, customer)) == ("succeeded", {"usd": 1300})
    assert (await changes_of(shop, customer))[2:] == [
        ("refunded_from_payment", 2000, 2000),
        ("applied_to_payment", -700, 1300),
    ]
    listed = await shop.v1.customers.cash_balance_transactions.list_async(
        customer, {"limit": 2, "expand": ["data.refunded_from_payment.refund"]}
    )
    assert listed.data[1].refunded_from_payment.refund.amount == 2000
    cash = await give_back(shop, customer, 100)
    refused = await shop.http.post(page_of(cash), json={"outcome": "keep"})
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "outcome")
    expired = await shop.v1.test_helpers.refunds.expire_async(cash.id)
    assert (expired.status, await cash_of(shop, customer)) == ("failed", {"usd": 1300})
    nobody = await shop.v1.customers.create_async()
    await fund(shop, nobody.id, 2000)
    anonymous = await pay(shop, nobody.id)
    with raises_stripe(code="parameter_missing", param="instructions_email"):
        await shop.v1.refunds.create_async({"payment_intent": anonymous.id})
