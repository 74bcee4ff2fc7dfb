"""Payments by bank transfer: what the payer is told, how the customer's cash pays, and how it comes back."""

import asyncio
from itertools import accumulate
from typing import Any

import pytest

from tests.shop import Shop, raises_stripe

TYPES = {"usd": "us", "eur": "eu", "gbp": "gb", "jpy": "jp", "mxn": "mx"}
CASH = "customer_cash_balance_transaction.created"
LEFT = "cash_balance.funds_available"


def by_transfer(currency: str = "usd", **more: Any) -> dict[str, Any]:
    transfer: dict[str, Any] = {"type": f"{TYPES[currency]}_bank_transfer"}
    if currency == "eur":
        transfer["eu_bank_transfer"] = {"country": "NL"}
    return {
        "amount": 2000,
        "currency": currency,
        "payment_method_types": ["customer_balance"],
        "payment_method_data": {"type": "customer_balance"},
        "payment_method_options": {"customer_balance": {"funding_type": "bank_transfer", "bank_transfer": transfer}},
        "confirm": True,
    } | more


async def a_customer(shop: Shop, mode: str | None = None, **cash: int) -> str:
    settings = {} if mode is None else {"cash_balance": {"settings": {"reconciliation_mode": mode}}}
    customer = await shop.v1.customers.create_async({"name": "Zoë", "email": "zoe@example.com"} | settings)
    for currency, amount in cash.items():
        await fund(shop, customer.id, amount, currency=currency)
    return str(customer.id)


async def fund(shop: Shop, customer: str, amount: int, **more: Any) -> Any:
    given = {"amount": amount, "currency": "usd"} | more
    return await shop.v1.test_helpers.customers.fund_cash_balance_async(customer, given)


async def pay(shop: Shop, customer: str, currency: str = "usd", **more: Any) -> Any:
    return await shop.v1.payment_intents.create_async(by_transfer(currency, customer=customer, **more))


async def cash_of(shop: Shop, customer: str) -> dict[str, int]:
    available = (await shop.v1.customers.cash_balance.retrieve_async(customer)).available
    return {} if available is None else dict(available.to_dict())


async def changes_of(shop: Shop, customer: str) -> list[tuple[str, int, int]]:
    listed = await shop.v1.customers.cash_balance_transactions.list_async(customer, {"limit": 100})
    return [(each.type, each.net_amount, each.ending_balance) for each in reversed(listed.data)]


async def test_a_payment_waits_for_its_transfer_and_is_paid_in_two_parts(shop: Shop) -> None:
    customer = await a_customer(shop)
    intent = await pay(shop, customer, metadata={"order": "7"})
    assert (intent.status, intent.next_action.type) == ("requires_action", "display_bank_transfer_instructions")
    told = intent.next_action.display_bank_transfer_instructions
    assert (told.amount_remaining, told.currency, told.type) == (2000, "usd", "us_bank_transfer")
    assert [each.type for each in told.financial_addresses] == ["aba", "swift"]
    await fund(shop, customer, 1200, reference=told.reference.lower())
    partly = await shop.v1.payment_intents.retrieve_async(intent.id)
    now = partly.next_action.display_bank_transfer_instructions
    assert (partly.status, partly.amount_received, partly.latest_charge) == ("requires_action", 0, None)
    assert (now.amount_remaining, now.reference) == (800, told.reference)
    assert now.financial_addresses == told.financial_addresses
    balance = await shop.v1.balance.retrieve_async()
    assert sum(part.amount for part in (*balance.available, *balance.pending)) == 0
    await fund(shop, customer, 1000)
    paid = await shop.v1.payment_intents.retrieve_async(intent.id, {"expand": ["latest_charge.balance_transaction"]})
    charge = paid.latest_charge
    assert (paid.status, paid.amount_received, paid.next_action) == ("succeeded", 2000, None)
    assert charge.payment_method_details.to_dict() == {"customer_balance": {}, "type": "customer_balance"}
    assert (charge.amount_captured, charge.metadata.to_dict()) == (2000, {"order": "7"})
    assert (charge.balance_transaction.type, charge.balance_transaction.amount) == ("payment", 2000)
    assert await cash_of(shop, customer) == {"usd": 200}
    assert await changes_of(shop, customer) == [
        ("funded", 1200, 1200),
        ("applied_to_payment", -1200, 0),
        ("funded", 1000, 1000),
        ("applied_to_payment", -800, 200),
    ]
    assert await shop.event_types() == [
        "customer.created",
        "payment_intent.created",
        "payment_intent.requires_action",
        *[CASH, CASH, "payment_intent.partially_funded"],
        *[CASH, CASH, "charge.succeeded", "payment_intent.succeeded", LEFT],
    ]
    [event] = (await shop.v1.events.list_async({"type": "payment_intent.partially_funded"})).data
    assert event.data.object.next_action.display_bank_transfer_instructions.amount_remaining == 800
    listed = await shop.v1.customers.cash_balance_transactions.list_async(
        customer, {"limit": 1, "expand": ["data.applied_to_payment.payment_intent"]}
    )
    assert listed.data[0].applied_to_payment.payment_intent.id == intent.id


@pytest.mark.parametrize("currency", list(TYPES))
async def test_cash_that_is_there_pays_at_once_or_in_part(shop: Shop, currency: str) -> None:
    customer = await a_customer(shop, None, **{currency: 2500})
    paid = await pay(shop, customer, currency)
    assert (paid.status, paid.amount_received) == ("succeeded", 2000)
    partly = await pay(shop, customer, currency)
    told = partly.next_action.display_bank_transfer_instructions
    assert (partly.status, told.amount_remaining) == ("requires_action", 1500)
    assert (told.reference is None) == (currency == "jpy")
    assert await cash_of(shop, customer) == {currency: 0}
    page = await shop.http.get(told.hosted_instructions_url)
    assert page.status_code == 200 and "Pay by bank transfer" in page.text
    if currency == "eur":
        assert told.financial_addresses[0].iban.iban.startswith("NL") and "NL" in page.text
    answer = await shop.http.post(told.hosted_instructions_url, json={"outcome": "fail"})
    assert answer.status_code == 400
    answer = await shop.http.post(told.hosted_instructions_url, json={"outcome": "complete"})
    assert answer.json()["payment_intent"]["status"] == "succeeded"
    assert await cash_of(shop, customer) == {currency: 0}


async def test_a_transfer_pays_what_it_names_then_what_it_fits_then_the_oldest(shop: Shop) -> None:
    customer = await a_customer(shop)
    intents = [await pay(shop, customer, amount=amount) for amount in (5000, 1000, 3000, 2000)]

    async def left() -> list[int]:
        found = [await shop.v1.payment_intents.retrieve_async(intent.id) for intent in intents]
        return [
            0 if each.status == "succeeded" else each.next_action.display_bank_transfer_instructions.amount_remaining
            for each in found
        ]

    named = intents[3].next_action.display_bank_transfer_instructions.reference
    await fund(shop, customer, 1500, reference=named)
    assert await left() == [5000, 1000, 3000, 500]
    await fund(shop, customer, 3500, reference="something else")
    assert await left() == [5000, 1000, 0, 0]
    await fund(shop, customer, 4000)
    assert await left() == [1000, 1000, 0, 0]
    await fund(shop, customer, 2500)
    assert await left() == [0, 0, 0, 0]
    assert await cash_of(shop, customer) == {"usd": 500}


async def test_by_hand_nothing_is_applied_until_it_is_asked_for(shop: Shop) -> None:
    customer = await a_customer(shop, "manual", usd=3000)
    apply = shop.v1.payment_intents.apply_customer_balance_async
    waiting = await pay(shop, customer)
    assert waiting.next_action.display_bank_transfer_instructions.amount_remaining == 2000
    partly = await apply(waiting.id, {"amount": 500, "currency": "usd"})
    assert partly.next_action.display_bank_transfer_instructions.amount_remaining == 1500
    with raises_stripe(code="insufficient_funds", param="amount"):
        await apply(waiting.id, {"amount": 2501})
    with raises_stripe(code="amount_too_large", param="amount"):
        await apply(waiting.id, {"amount": 1501})
    with raises_stripe(param="currency"):
        await apply(waiting.id, {"currency": "eur"})
    paid = await apply(waiting.id)
    assert (paid.status, await cash_of(shop, customer)) == ("succeeded", {"usd": 1000})
    with raises_stripe(code="payment_intent_unexpected_state"):
        await apply(waiting.id)
    unconfirmed = await pay(shop, customer, confirm=False, payment_method_data=None)
    assert unconfirmed.status == "requires_payment_method"
    started = await apply(unconfirmed.id)
    assert (started.status, started.next_action.type) == ("requires_action", "display_bank_transfer_instructions")
    assert started.payment_method is not None
    with raises_stripe(code="insufficient_funds"):
        await apply(unconfirmed.id)
    assert await shop.event_types() == [
        *["customer.created", CASH, LEFT],
        *["payment_intent.created", "payment_intent.requires_action"],
        *[CASH, "payment_intent.partially_funded"],
        *[CASH, "charge.succeeded", "payment_intent.succeeded"],
        *["payment_intent.created", CASH, "payment_intent.requires_action"],
    ]


async def test_cash_comes_back_from_what_is_not_completed_and_pays_something_else(shop: Shop) -> None:
    customer = await a_customer(shop, usd=500)
    first = await pay(shop, customer)
    second = await pay(shop, customer, amount=300)
    canceled = await shop.v1.payment_intents.cancel_async(first.id)
    assert canceled.status == "canceled"
    after = await shop.v1.payment_intents.retrieve_async(second.id)
    assert (after.status, await cash_of(shop, customer)) == ("succeeded", {"usd": 200})
    third = await pay(shop, customer)
    changed = await shop.v1.payment_intents.update_async(third.id, {"amount": 200})
    assert (changed.status, await cash_of(shop, customer)) == ("requires_confirmation", {"usd": 200})
    paid = await shop.v1.payment_intents.confirm_async(third.id)
    assert (paid.status, await cash_of(shop, customer)) == ("succeeded", {"usd": 0})
    assert await changes_of(shop, customer) == [
        ("funded", 500, 500),
        ("applied_to_payment", -500, 0),
        ("unapplied_from_payment", 500, 500),
        ("applied_to_payment", -300, 200),
        ("applied_to_payment", -200, 0),
        ("unapplied_from_payment", 200, 200),
        ("applied_to_payment", -200, 0),
    ]


async def test_transfers_and_payments_that_meet_lose_no_cent(shop: Shop) -> None:
    customer = await a_customer(shop)
    await asyncio.gather(
        *(pay(shop, customer, amount=amount) for amount in (1000, 700, 400)),
        *(fund(shop, customer, amount) for amount in (900, 800, 200, 150)),
    )
    listed = await shop.v1.payment_intents.list_async({"customer": customer})
    missing = [
        intent.next_action.display_bank_transfer_instructions.amount_remaining
        for intent in listed.data
        if intent.status == "requires_action"
    ]
    assert 2100 - sum(missing) == 2050 and await cash_of(shop, customer) == {"usd": 0}
    changes = await changes_of(shop, customer)
    assert [after for _, _, after in changes] == list(accumulate(amount for _, amount, _ in changes))


async def test_a_card_may_pay_what_cash_has_begun(shop: Shop) -> None:
    customer = await a_customer(shop, usd=500)
    intent = await pay(shop, customer, payment_method_types=["customer_balance", "card"])
    paid = await shop.v1.payment_intents.confirm_async(intent.id, {"payment_method": "pm_card_visa"})
    assert (paid.status, await cash_of(shop, customer)) == ("succeeded", {"usd": 500})


async def test_what_leaves_no_choice_is_found_by_the_currency(shop: Shop) -> None:
    customer = await a_customer(shop)
    await shop.v1.customers.update_async(customer, {"address": {"country": "FR", "line1": "1 Rue"}})
    intent = await shop.v1.payment_intents.create_async(
        {
            "amount": 2000,
            "currency": "eur",
            "customer": customer,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "payment_method_data": {"type": "customer_balance"},
            "confirm": True,
        }
    )
    told = intent.next_action.display_bank_transfer_instructions
    assert (told.type, told.financial_addresses[0].iban.country) == ("eu_bank_transfer", "FR")
    shapes = {"type": "us_bank_transfer", "requested_address_types": ["swift"]}
    options = {"customer_balance": {"funding_type": "bank_transfer", "bank_transfer": shapes}}
    swift = await pay(shop, customer, payment_method_options=options)
    addresses = swift.next_action.display_bank_transfer_instructions.financial_addresses
    assert [each.type for each in addresses] == ["swift"]
    assert swift.payment_method_options.customer_balance.bank_transfer.to_dict() == shapes


async def test_what_cannot_be_paid_by_transfer_is_refused(shop: Shop) -> None:
    customer = await a_customer(shop)
    create = shop.v1.payment_intents.create_async
    with raises_stripe(code="parameter_missing", param="customer"):
        await create(by_transfer())
    with raises_stripe(param="payment_method_options[customer_balance][bank_transfer][type]"):
        options = by_transfer("eur")["payment_method_options"]
        await pay(shop, customer, payment_method_options=options)
    with raises_stripe(code="parameter_missing", param="payment_method_options[customer_balance][funding_type]"):
        await pay(shop, customer, payment_method_options={"customer_balance": {"bank_transfer": {}}})
    with raises_stripe(param="payment_method_types"):
        await create(by_transfer(customer=customer) | {"currency": "chf"})
    with raises_stripe(param="capture_method"):
        await pay(shop, customer, capture_method="manual")
    with raises_stripe(param="setup_future_usage"):
        await pay(shop, customer, setup_future_usage="off_session")
    with raises_stripe("card_error", code="authentication_required") as caught:
        await pay(shop, customer, error_on_requires_action=True)
    assert caught.value.http_status == 402
    assert await cash_of(shop, customer) == {}
