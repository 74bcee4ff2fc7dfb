"""Payouts by hand through the official SDK: made, paid, failed, canceled, reversed, and never more than there is."""

import asyncio
from functools import partial
from typing import Any

import pytest

from stripe_lite.balance.payouts.machine import PAYOUT, PayoutFact
from stripe_lite.core.clock import from_unix
from tests.balance.stories import available, bank_account, bank_says, books, due, earn, not_yet
from tests.shop import Shop, raises_stripe


async def types_after(shop: Shop, begun: int) -> list[str]:
    return (await shop.event_types())[begun:]


async def paid_out(shop: Shop, **changes: Any) -> Any:
    return await shop.v1.payouts.create_async({"amount": 1000, "currency": "usd"} | changes)


async def test_a_payout_is_submitted_and_paid(merchant: Shop, dsn: str) -> None:
    shop = merchant
    external = await bank_account(shop)
    await earn(shop, 5000)
    before, begun = await available(shop), len(await shop.event_types())
    payout = await paid_out(
        shop, description="Rent", metadata={"a": "1"}, statement_descriptor="ACME", expand=["balance_transaction"]
    )
    assert (payout.status, payout.amount, payout.currency, payout.method) == ("pending", 1000, "usd", "standard")
    assert (payout.automatic, payout.type, payout.source_type) == (False, "bank_account", "card")
    assert (payout.description, payout.statement_descriptor) == ("Rent", "ACME")
    assert (payout.destination, payout.reconciliation_status) == (external.id, "not_applicable")
    arrival = from_unix(payout.arrival_date)
    assert (arrival.hour, arrival.weekday() < 5, payout.arrival_date > payout.created) == (0, True, True)
    moved = payout.balance_transaction
    assert (moved.type, moved.amount, moved.fee, moved.net) == ("payout", -1000, 0, -1000)
    assert (moved.source, moved.reporting_category, moved.description) == (payout.id, "payout", "Rent")
    assert await available(shop) == before - 1000
    assert (await books(dsn, shop))["payouts"] == 1000
    await due(dsn, shop, "payout")
    submitted = await shop.until(lambda: shop.v1.payouts.retrieve_async(payout.id), status="in_transit")
    assert submitted.trace_id.status == "pending"
    await due(dsn, shop, "payout")
    paid = await shop.until(
        lambda: shop.v1.payouts.retrieve_async(payout.id, {"expand": ["destination"]}), status="paid"
    )
    assert paid.destination.last4 == "6789"
    assert "payouts" not in await books(dsn, shop)
    assert await types_after(shop, begun) == ["payout.created", "payout.updated", "payout.paid"]
    updated = (await shop.v1.events.list_async({"type": "payout.updated"})).data[0]
    assert updated.data.previous_attributes.to_dict() == {"status": "pending"}
    shown = await shop.v1.balance_transactions.retrieve_async(moved.id, {"expand": ["source"]})
    assert shown.source.status == "paid"
    with raises_stripe(message="Payouts can only be canceled while they are pending.", status=400):
        await shop.v1.payouts.cancel_async(payout.id)


async def test_a_payouts_metadata_is_updated(merchant: Shop) -> None:
    await bank_account(merchant)
    await earn(merchant, 1000)
    payout = await paid_out(merchant, metadata={"a": "1"})
    changed = await merchant.v1.payouts.update_async(payout.id, {"metadata": {"b": "2"}})
    assert changed.metadata.to_dict() == {"a": "1", "b": "2"}
    assert (await merchant.event_types())[-1] == "payout.updated"


async def test_no_more_is_paid_out_than_is_available(merchant: Shop) -> None:
    shop = merchant
    with raises_stripe(message="Sorry, you don't have any external accounts in that currency (usd)", status=400):
        await paid_out(shop)
    await bank_account(shop)
    await earn(shop, 5000, payment_method="pm_card_visa")  # Still pending.
    await earn(shop, 700)
    there = await available(shop)
    with raises_stripe(
        code="balance_insufficient",
        status=400,
        message="You have insufficient funds in your Stripe account for this transfer. Your card balance is too low.  "
        "You can use the /v1/balance endpoint to view your Stripe balance (for more details, see "
        "stripe.com/docs/api#balance).",
    ):
        await paid_out(shop, amount=there + 1)
    with raises_stripe(code="balance_insufficient") as caught:
        await paid_out(shop, amount=there, source_type="bank_account")
    assert "Your bank account balance is too low." in str(caught.value)
    assert (await paid_out(shop, amount=there)).amount == there
    assert await available(shop) == 0


async def test_racers_never_overdraw_the_balance(merchant: Shop) -> None:
    shop = merchant
    await bank_account(shop)
    await earn(shop, 1000)
    there = await available(shop)
    form = {"amount": "300", "currency": "usd"}
    answers = await asyncio.gather(*(shop.post("/v1/payouts", form) for _ in range(16)))
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) <= {200, 400, 429}
    made = (await shop.v1.payouts.list_async({"limit": 100})).data
    assert len(made) == statuses.count(200) >= 1
    assert await available(shop) == there - 300 * len(made) >= 0


@pytest.mark.parametrize(
    ("wrong", "code", "param"),
    [
        ({"amount": 0}, "parameter_invalid_integer", "amount"),
        ({"currency": "xyz"}, None, "currency"),
        ({"destination": "ba_unknown"}, "resource_missing", "destination"),
        ({"method": "slow"}, None, "method"),
        ({"statement_descriptor": "x" * 23}, None, "statement_descriptor"),
        ({"payout_method": "fa_1"}, "parameter_unsupported", "payout_method"),
        ({"method": "instant"}, "instant_payouts_unsupported", "method"),
        ({"currency": "eur", "destination": "default"}, None, "destination"),
        ({"amount": 150, "currency": "huf"}, "invalid_charge_amount", "amount"),
    ],
)
async def test_what_cannot_be_paid_out_is_refused(
    merchant: Shop, wrong: dict[str, Any], code: str | None, param: str | None
) -> None:
    external = await bank_account(merchant)
    if wrong.get("destination") == "default":
        wrong = wrong | {"destination": external.id}
    with raises_stripe(code=code, param=param, status=400):
        await paid_out(merchant, **wrong)
    assert (await merchant.v1.payouts.list_async()).data == []


async def test_a_pending_payout_is_canceled(merchant: Shop, dsn: str) -> None:
    shop = merchant
    await bank_account(shop)
    await earn(shop, 1000)
    before = await available(shop)
    payout = await paid_out(shop)
    begun = len(await shop.event_types())
    canceled = await shop.v1.payouts.cancel_async(payout.id, {"expand": ["failure_balance_transaction"]})
    back = canceled.failure_balance_transaction
    assert (canceled.status, back.type, back.amount, back.reporting_category) == (
        "canceled",
        "payout_cancel",
        1000,
        "payout_reversal",
    )
    assert back.description == "REFUND FOR PAYOUT (STRIPE PAYOUT)"
    assert await types_after(shop, begun) == ["payout.canceled"]
    assert (await available(shop), "payouts" in await books(dsn, shop)) == (before, False)
    with raises_stripe(message="Payouts can only be canceled while they are pending."):
        await shop.v1.payouts.cancel_async(payout.id)
    await due(dsn, shop, "payout")
    with raises_stripe(code="resource_missing", status=404):
        await shop.v1.payouts.cancel_async("po_unknown")


FAILING = {
    "btok_us_verified_accountClosed": "account_closed",
    "btok_us_verified_noAccount": "no_account",
    "btok_us_verified_insufficientFunds": "insufficient_funds",
    "btok_us_verified_debitNotAuthorized": "debit_not_authorized",
    "btok_us_verified_invalidCurrency": "invalid_currency",
    "tok_visa_debit_us_transferFail": "could_not_process",
}


async def test_payouts_fail_at_the_documented_accounts(shop: Shop, dsn: str) -> None:
    await earn(shop, 6000)
    before = await available(shop)
    codes: dict[str, str] = {}
    for token, code in FAILING.items():
        destination = await bank_account(shop, token)
        codes[(await paid_out(shop, amount=900, destination=destination.id)).id] = code
    shown = {"expand": ["failure_balance_transaction", "destination"]}
    for id, code in codes.items():
        payout = await shop.until(partial(shop.v1.payouts.retrieve_async, id, shown), status="failed")
        assert (payout.failure_code, bool(payout.failure_message)) == (code, True)
        back = payout.failure_balance_transaction
        assert (back.type, back.amount, back.status) == ("payout_failure", 900, "available")
        assert payout.destination.status == "errored"
    assert await available(shop) == before
    told = await shop.event_types()
    assert (told.count("payout.failed"), told.count("payout.paid")) == (6, 0)
    assert told.count("account.external_account.updated") == 6
    assert "payouts" not in await books(dsn, shop)


async def test_a_foreign_account_fails_by_its_number(shop: Shop) -> None:
    british = {"country": "GB", "currency": "gbp", "routing_number": "108800", "account_number": "11111113"}
    await shop.v1.accounts.external_accounts.create_async(shop.account_id, {"external_account": british})
    await earn(shop, 1000, currency="gbp")
    payout = await paid_out(shop, currency="gbp", amount=500)
    failed = await shop.until(lambda: shop.v1.payouts.retrieve_async(payout.id), status="failed")
    assert failed.failure_code == "account_closed"


async def test_what_was_paid_may_come_back(shop: Shop, dsn: str) -> None:
    await bank_account(shop)
    await earn(shop, 1000)
    before = await available(shop)
    payout = await paid_out(shop)
    await shop.until(lambda: shop.v1.payouts.retrieve_async(payout.id), status="paid")
    held = await books(dsn, shop)
    await bank_says(dsn, shop, "payout", payout=payout.id, returned="could_not_process")
    failed = await shop.until(lambda: shop.v1.payouts.retrieve_async(payout.id), status="failed")
    assert failed.failure_code == "could_not_process"
    assert await available(shop) == before
    assert (await books(dsn, shop))["bank"] == held["bank"] - 1000
    assert (await shop.event_types())[-3:] == ["payout.paid", "payout.failed", "account.external_account.updated"]


async def test_an_instant_payout_costs_a_fee(merchant: Shop, dsn: str) -> None:
    shop = merchant
    await bank_account(shop)
    card = await bank_account(shop, "tok_visa_debit_us_transferSuccess")
    await earn(shop, 10_050)
    before = await available(shop)
    with raises_stripe(code="balance_insufficient"):
        await paid_out(shop, amount=before, method="instant", destination=card.id)
    instant = {"method": "instant", "destination": card.id, "expand": ["balance_transaction"]}
    payout = await paid_out(shop, amount=9000, **instant)
    moved = payout.balance_transaction
    assert (payout.method, payout.type, payout.arrival_date) == ("instant", "card", payout.created)
    assert (moved.amount, moved.fee, moved.net) == (-9000, 90, -9090)
    assert [(fee.amount, fee.type) for fee in moved.fee_details] == [(90, "stripe_fee")]
    small = await paid_out(shop, amount=100, **instant)
    assert small.balance_transaction.fee == 50
    fees = (await books(dsn, shop))["fees"]
    await shop.v1.payouts.cancel_async(small.id)
    assert (await books(dsn, shop))["fees"] == fees - 50
    assert await available(shop) == before - 9090


async def test_a_payout_is_reversed(merchant: Shop, dsn: str) -> None:
    shop = merchant
    await bank_account(shop)
    await earn(shop, 2000)
    payout = await paid_out(shop)
    with raises_stripe(message="This payout is pending: cancel it instead of reversing it."):
        await shop.v1.payouts.reverse_async(payout.id)
    await due(dsn, shop, "payout")
    await shop.until(lambda: shop.v1.payouts.retrieve_async(payout.id), status="in_transit")
    await due(dsn, shop, "payout")
    await shop.until(lambda: shop.v1.payouts.retrieve_async(payout.id), status="paid")
    before, begun, held = await available(shop), len(await shop.event_types()), await books(dsn, shop)
    reversal = await shop.v1.payouts.reverse_async(
        payout.id, {"metadata": {"why": "wrong bank"}, "expand": ["original_payout", "balance_transaction"]}
    )
    assert (reversal.amount, reversal.status, reversal.metadata["why"]) == (-1000, "pending", "wrong bank")
    assert (reversal.original_payout.id, reversal.original_payout.reversed_by) == (payout.id, reversal.id)
    assert (reversal.balance_transaction.amount, reversal.balance_transaction.status) == (1000, "pending")
    assert await available(shop) == before
    for status in ("in_transit", "paid"):
        await due(dsn, shop, "payout")
        await shop.until(lambda: shop.v1.payouts.retrieve_async(reversal.id), status=status)
    assert await types_after(shop, begun) == ["payout.updated", "payout.created", "payout.updated", "payout.paid"]
    assert (await books(dsn, shop))["bank"] == held["bank"] - 1000
    with raises_stripe(message="This payout was already reversed."):
        await shop.v1.payouts.reverse_async(payout.id)


async def test_a_reversal_ends_where_the_payout_fails(merchant: Shop, dsn: str) -> None:
    shop = merchant
    await bank_account(shop, "btok_us_verified_noAccount")
    await earn(shop, 1000)
    payout = await paid_out(shop)
    await due(dsn, shop, "payout")
    await shop.until(lambda: shop.v1.payouts.retrieve_async(payout.id), status="in_transit")
    await not_yet(dsn, shop, "payout")
    reversal = await shop.v1.payouts.reverse_async(payout.id)
    await bank_says(dsn, shop, "payout", payout=payout.id)
    await shop.until(lambda: shop.v1.payouts.retrieve_async(payout.id), status="failed")
    assert (await shop.v1.payouts.retrieve_async(reversal.id)).status == "canceled"
    pending = (await shop.v1.balance.retrieve_async()).pending
    assert [part.amount for part in pending] == [0]
    assert "payouts" not in await books(dsn, shop)


async def test_payouts_are_listed_by_what_they_are(merchant: Shop) -> None:
    shop = merchant
    bank = await bank_account(shop)
    card = await bank_account(shop, "tok_visa_debit_us_transferSuccess")
    await earn(shop, 5000)
    one = await paid_out(shop)
    two = await paid_out(shop, destination=card.id)
    await shop.v1.payouts.cancel_async(two.id)

    async def found(**params: Any) -> list[str]:
        return [payout.id for payout in (await shop.v1.payouts.list_async(params)).data]

    assert await found() == [two.id, one.id]
    assert await found(status="pending") == [one.id]
    assert await found(status="canceled") == [two.id]
    assert await found(destination=bank.id) == [one.id]
    assert await found(arrival_date=one.arrival_date) == [two.id, one.id]
    assert await found(arrival_date={"gt": one.arrival_date}) == []
    assert await found(arrival_date={"gt": 253402300799}) == []  # the last second of the calendar
    assert await found(arrival_date={"lte": 253402300799}) == [two.id, one.id]
    assert await found(created={"lt": one.created}) == []
    named = "Invalid status: must be one of pending, in_transit, paid, failed, or canceled"
    with raises_stripe(param="status", message=named):
        await found(status="unknown")


def test_the_machine_says_what_can_happen_to_a_payout() -> None:
    told = {(str(source), str(fact)): str(target) for source, fact, target in PAYOUT.transitions()}
    assert told == {
        ("pending", "submitted"): "in_transit",
        ("in_transit", "paid"): "paid",
        ("in_transit", "failed"): "failed",
        ("paid", "failed"): "failed",
        ("pending", "canceled"): "canceled",
    }
    assert {fact for _, fact in told} == set(PayoutFact)
