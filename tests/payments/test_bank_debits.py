"""Bank debits: booked while they are pending, undone where they fail, and refunded when the money has come."""

import asyncio
from typing import Any

import pytest
from stripe import HTTPXClient, StripeClient

from stripe_lite.app import create_app
from stripe_lite.bank.accounts import ACCOUNTS
from stripe_lite.bank.facts import AccountFact
from stripe_lite.bank.outcomes import DECLINES, OUTCOMES
from tests.balance.stories import books
from tests.conftest import serving, settings_for_tests
from tests.payments.intents import DEBIT
from tests.shop import Shop, new_key, raises_stripe

CURRENCIES = {
    "acss_debit": "cad",
    "au_becs_debit": "aud",
    "bacs_debit": "gbp",
    "nz_bank_account": "nzd",
    "sepa_debit": "eur",
    "us_bank_account": "usd",
}
PAYER = {"name": "Ada", "email": "ada@example.com", "address": {"line1": "1 Street", "country": "GB"}}
SENT_BY = {
    "acss_debit": None,
    "au_becs_debit": "au_bank_transfer",
    "bacs_debit": "gb_bank_transfer",
    "nz_bank_account": "nz_bank_transfer",
    "sepa_debit": "eu_bank_transfer",
    "us_bank_account": "us_bank_transfer",
}
# Of the IBANs one country's are enough: all are made by the same rule.
TRIED = [account for account in ACCOUNTS if account.method != "sepa_debit" or account.country == "DE"]


def details_of(account: AccountFact) -> dict[str, Any]:
    """A payment method of this account, as a payer types it in."""
    number, routing = account.number, account.routing or ""
    own: dict[str, Any]
    match account.method:
        case "us_bank_account":
            own = {"account_number": number, "routing_number": routing, "account_holder_type": "individual"}
        case "sepa_debit":
            own = {"iban": number}
        case "bacs_debit":
            own = {"account_number": number, "sort_code": routing}
        case "au_becs_debit":
            own = {"account_number": number, "bsb_number": routing}
        case "acss_debit":
            transit, _, institution = routing.partition("-")
            own = {"account_number": number, "transit_number": transit, "institution_number": institution}
        case "nz_bank_account":
            bank, _, branch = routing.partition("-")
            own = {"account_number": number[:7], "suffix": number[7:], "bank_code": bank, "branch_code": branch}
    return {"type": account.method, account.method: own, "billing_details": PAYER}


def debit_of(method: str, **more: Any) -> dict[str, Any]:
    return (
        DEBIT | {"currency": CURRENCIES[method], "payment_method_types": [method], "expand": ["latest_charge"]} | more
    )


async def settled(shop: Shop, intent: Any) -> Any:
    """The intent when the payer's bank has decided."""
    async with asyncio.timeout(30):
        while True:
            found = await shop.v1.payment_intents.retrieve_async(intent.id, {"expand": ["latest_charge"]})
            if found.status != "processing":
                return found
            await asyncio.sleep(0.05)


async def tried(shop: Shop, account: AccountFact) -> None:
    """Pay from a test account, and hold what happens against the table of the bank."""
    outcome = OUTCOMES[account.outcome]
    if account.outcome == "debit_blocked":
        with raises_stripe("card_error", code="card_declined"):
            await shop.v1.payment_intents.create_async(debit_of(account.method, payment_method=account.names[0]))
        return
    params = debit_of(account.method, payment_method_data=details_of(account))
    del params["payment_method"]
    intent = await shop.v1.payment_intents.create_async(params)
    if intent.status == "requires_action":
        action = intent.next_action.verify_with_microdeposits
        assert action.microdeposit_type is not None
        intent = await shop.v1.payment_intents.verify_microdeposits_async(
            intent.id, {"amounts": [32, 45], "expand": ["latest_charge"]}
        )
    elif outcome.microdeposits == "failed":
        assert intent.last_payment_error.code == "payment_method_microdeposit_failed"
        return
    assert (intent.status, intent.latest_charge.status) == ("processing", "pending"), account
    if outcome.settlement != "delayed":
        return
    intent = await settled(shop, intent)
    charge = intent.latest_charge
    if outcome.decline is None:
        assert (intent.status, charge.status) == ("succeeded", "succeeded"), account
        return
    code = DECLINES[outcome.decline].code
    assert (intent.status, charge.status, charge.failure_code) == ("requires_payment_method", "failed", code), account
    assert intent.last_payment_error.code == code
    assert charge.failure_balance_transaction is not None


@pytest.mark.parametrize("method", list(CURRENCIES))
async def test_every_test_account_does_what_it_stands_for(shop: Shop, method: str) -> None:
    accounts = [account for account in TRIED if account.method == method]
    assert len(accounts) >= 6
    await asyncio.gather(*(tried(shop, account) for account in accounts))


async def test_a_debit_is_booked_while_it_is_pending(shop: Shop, dsn: str) -> None:
    intent = await shop.v1.payment_intents.create_async(debit_of("us_bank_account"))
    charge = intent.latest_charge
    assert (charge.status, charge.captured, charge.amount_captured, charge.paid) == ("pending", True, 2000, False)
    transaction = await shop.v1.balance_transactions.retrieve_async(charge.balance_transaction)
    assert (transaction.type, transaction.amount, transaction.fee, transaction.status) == (
        "payment",
        2000,
        88,
        "pending",
    )
    pending = (await shop.v1.balance.retrieve_async()).pending[0]
    assert (pending.amount, pending.source_types.bank_account) == (1912, 1912)
    event = (await shop.v1.events.list_async({"type": "charge.pending"})).data[0]
    assert event.data.object.balance_transaction == transaction.id
    date = charge.payment_method_details.us_bank_account.expected_debit_date
    paid = await settled(shop, intent)
    assert paid.latest_charge.balance_transaction == transaction.id
    assert paid.latest_charge.payment_method_details.us_bank_account.expected_debit_date == date
    assert len((await shop.v1.balance_transactions.list_async()).data) == 1
    assert await books(dsn, shop) == {"bank": -2000, "fees": 88, "merchant": 1912}


async def test_a_failed_debit_is_undone_in_the_books(shop: Shop, dsn: str) -> None:
    intent = await shop.v1.payment_intents.create_async(
        debit_of("sepa_debit", payment_method="pm_insufficientFunds_de", description="Order 7")
    )
    failed = await settled(shop, intent)
    charge = failed.latest_charge
    assert (charge.amount_captured, charge.captured, charge.failure_code) == (0, False, "insufficient_funds")
    taken = await shop.v1.balance_transactions.retrieve_async(charge.balance_transaction)
    back = await shop.v1.balance_transactions.retrieve_async(charge.failure_balance_transaction)
    assert (back.type, back.reporting_category, back.source) == ("payment_failure_refund", "charge_failure", charge.id)
    assert (back.amount, back.fee, back.net) == (-taken.amount, -taken.fee, -taken.net)
    assert (back.available_on, back.currency, back.exchange_rate) == (
        taken.available_on,
        taken.currency,
        taken.exchange_rate,
    )
    assert await books(dsn, shop) == {}
    assert await books(dsn, shop, "eur") == {}
    expanded = await shop.v1.charges.retrieve_async(charge.id, {"expand": ["failure_balance_transaction"]})
    assert expanded.failure_balance_transaction.id == back.id
    assert await shop.event_types() == [
        "payment_intent.created",
        "charge.pending",
        "payment_intent.processing",
        "charge.failed",
        "payment_intent.payment_failed",
    ]


async def test_a_debit_that_is_canceled_is_undone_too(shop: Shop, dsn: str) -> None:
    intent = await shop.v1.payment_intents.create_async(
        debit_of("us_bank_account", payment_method="pm_usBankAccount_processing")
    )
    canceled = await shop.v1.payment_intents.cancel_async(intent.id, {"expand": ["latest_charge"]})
    assert (canceled.status, canceled.latest_charge.status) == ("canceled", "failed")
    assert canceled.latest_charge.failure_balance_transaction is not None
    assert await books(dsn, shop) == {}


async def test_a_refund_waits_for_a_pending_debit(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(debit_of("us_bank_account"))
    refund = await shop.v1.refunds.create_async({"payment_intent": intent.id, "amount": 1500})
    assert (refund.status, refund.pending_reason, refund.balance_transaction) == ("pending", "charge_pending", None)
    with raises_stripe(param="amount"):
        await shop.v1.refunds.create_async({"payment_intent": intent.id, "amount": 501})
    rest = await shop.v1.refunds.create_async({"payment_intent": intent.id, "amount": 500})
    with raises_stripe(status=400):
        await shop.v1.refunds.cancel_async(refund.id)
    done = await shop.until(lambda: shop.v1.refunds.retrieve_async(refund.id), status="succeeded")
    assert done.balance_transaction is not None
    await shop.until(lambda: shop.v1.refunds.retrieve_async(rest.id), status="succeeded")
    charge = await shop.v1.charges.retrieve_async(refund.charge)
    assert (charge.amount_refunded, charge.refunded) == (2000, True)
    assert (await shop.event_types())[3:] == [
        "refund.created",
        "refund.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        *["refund.updated", "charge.refund.updated", "charge.refunded"] * 2,
        *["refund.updated", "charge.refund.updated"] * 2,
    ]
    told = reversed((await shop.v1.events.list_async({"type": "charge.refunded"})).data)
    assert [(each.data.object.amount_refunded, each.data.previous_attributes.to_dict()) for each in told] == [
        (1500, {"amount_refunded": 0}),
        (2000, {"amount_refunded": 1500, "refunded": False}),
    ]


async def test_a_refund_of_a_debit_that_fails_is_canceled(shop: Shop, dsn: str) -> None:
    intent = await shop.v1.payment_intents.create_async(
        debit_of("us_bank_account", payment_method="pm_usBankAccount_insufficientFunds")
    )
    refund = await shop.v1.refunds.create_async({"payment_intent": intent.id})
    await settled(shop, intent)
    canceled = await shop.v1.refunds.retrieve_async(refund.id)
    assert (canceled.status, canceled.balance_transaction) == ("canceled", None)
    charge = await shop.v1.charges.retrieve_async(refund.charge)
    assert (charge.status, charge.amount_refunded, charge.refunded) == ("failed", 0, False)
    assert await books(dsn, shop) == {}


async def refunded(shop: Shop, method: str) -> None:
    account = next(each for each in ACCOUNTS if each.method == method and each.outcome == "debit_success")
    params = debit_of(method, payment_method=account.names[0])
    intent = await settled(shop, await shop.v1.payment_intents.create_async(params))
    refund = await shop.v1.refunds.create_async({"payment_intent": intent.id})
    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    done = await shop.until(lambda: shop.v1.refunds.retrieve_async(refund.id), status="succeeded")
    assert (done.to_dict().get("destination_details") or {}).get("type") == SENT_BY[method]


async def test_debits_are_refunded_by_transfer(shop: Shop) -> None:
    await asyncio.gather(*(refunded(shop, method) for method in CURRENCIES))


async def test_a_day_that_was_wished_for_is_told(shop: Shop) -> None:
    options = {"sepa_debit": {"target_date": "2030-01-15"}}
    intent = await shop.v1.payment_intents.create_async(
        debit_of("sepa_debit", payment_method="pm_success_de", payment_method_options=options)
    )
    told = intent.latest_charge.payment_method_details.sepa_debit
    assert told.expected_debit_date == "2030-01-15"


async def test_money_that_has_not_come_is_not_available(dsn: str, sdk_transport: HTTPXClient) -> None:
    async with serving(create_app(settings_for_tests(payout_delay=0), dsn)) as url:
        client = StripeClient(new_key(), base_addresses={"api": url}, http_client=sdk_transport)
        v1: Any = client.v1
        debit = debit_of("sepa_debit", payment_method="pm_successDelayed_de")
        intent = await v1.payment_intents.create_async(debit)
        transaction = await v1.balance_transactions.retrieve_async(intent.latest_charge.balance_transaction)
        assert (transaction.status, transaction.available_on >= transaction.created + 180) == ("pending", True)
