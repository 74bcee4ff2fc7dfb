"""Charges through the official SDK: direct ones of legacy sources, and what can be done with any charge."""

import asyncio
from typing import Any

import pytest

from stripe_lite.payments.charges.machine import CHARGE, ChargeFact
from tests.shop import Shop, raises_stripe

DIRECT: dict[str, Any] = {"amount": 2000, "currency": "usd", "source": "tok_visa"}
RESERVED = DIRECT | {"capture": False}
BY_CARD: dict[str, Any] = {
    "amount": 2000,
    "currency": "usd",
    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
    "payment_method": "pm_card_visa",
    "confirm": True,
}


async def test_a_token_is_charged(shop: Shop) -> None:
    charge = await shop.v1.charges.create_async(
        DIRECT
        | {
            "currency": "USD",
            "description": "tea",
            "metadata": {"order": "7"},
            "receipt_email": "a@example.com",
            "shipping": {"name": "Ada", "address": {"line1": "1 Way", "postal_code": "10115"}},
            "statement_descriptor_suffix": "TEA",
            "transfer_group": "T1",
        }
    )
    assert (charge.status, charge.paid, charge.captured, charge.refunded) == ("succeeded", True, True, False)
    assert (charge.amount, charge.amount_captured, charge.currency) == (2000, 2000, "usd")
    assert charge.payment_intent is None
    assert charge.source.object == "card"
    assert charge.source.brand == "Visa"
    assert charge.payment_method == charge.source.id
    assert charge.payment_method_details.card.last4 == "4242"
    assert charge.metadata["order"] == "7"
    assert charge.shipping.address.line1 == "1 Way"
    assert charge.calculated_statement_descriptor == "STRIPE LITE* TEA"
    assert await shop.event_types() == ["charge.succeeded"]
    assert await shop.v1.charges.retrieve_async(charge.id) == charge


async def test_a_card_by_its_number_is_charged(shop: Shop) -> None:
    card = {"number": "5555555555554444", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    response = await shop.post(
        "/v1/charges",
        {"amount": "900", "currency": "usd"} | {f"card[{name}]": str(value) for name, value in card.items()},
    )
    charge = response.json()
    assert response.status_code == 200, charge
    assert charge["source"]["brand"] == "MasterCard"
    assert charge["source"]["cvc_check"] == "pass"
    assert "5555555555554444" not in response.text


async def test_a_declined_token_leaves_its_charge_on_record(shop: Shop) -> None:
    with raises_stripe("card_error", code="card_declined", decline_code="generic_decline", status=402) as caught:
        await shop.v1.charges.create_async(DIRECT | {"source": "tok_chargeDeclined"})
    assert caught.value.error is not None
    charge = await shop.v1.charges.retrieve_async(caught.value.error.charge)
    assert (charge.status, charge.paid, charge.failure_code) == ("failed", False, "card_declined")
    assert charge.outcome.type == "issuer_declined"
    assert await shop.event_types() == ["charge.failed"]


async def test_a_customers_default_source_is_charged(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"source": "tok_mastercard"})
    charge = await shop.v1.charges.create_async({"amount": 500, "currency": "usd", "customer": customer.id})
    assert charge.customer == customer.id
    assert charge.source.id == customer.default_source
    again = await shop.v1.charges.create_async(
        {"amount": 500, "currency": "usd", "customer": customer.id, "source": customer.default_source}
    )
    assert again.status == "succeeded"


async def test_a_customer_without_a_card_cannot_be_charged(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({})
    with raises_stripe("card_error", code="missing", status=402):
        await shop.v1.charges.create_async({"amount": 500, "currency": "usd", "customer": customer.id})
    with raises_stripe("card_error", code="missing"):
        await shop.v1.charges.create_async(DIRECT | {"customer": customer.id})


@pytest.mark.parametrize(
    ("wrong", "code", "param"),
    [
        ({"amount": 49}, "amount_too_small", "amount"),
        ({"amount": 0}, "parameter_invalid_integer", "amount"),
        ({"currency": "xyz"}, None, "currency"),
        ({"source": "card_unknown"}, "resource_missing", "source"),
        ({"source": "tok_unknown"}, "resource_missing", "source"),
        ({"customer": "cus_unknown"}, "resource_missing", "customer"),
        ({"application_fee_amount": 10}, "parameter_unsupported", "application_fee_amount"),
        ({"destination": "acct_1"}, "parameter_unsupported", "destination"),
        ({"on_behalf_of": "acct_1"}, "parameter_unsupported", "on_behalf_of"),
        ({"transfer_data": {"destination": "acct_1"}}, "parameter_unsupported", "transfer_data"),
    ],
)
async def test_what_cannot_be_charged_is_refused(
    shop: Shop, wrong: dict[str, Any], code: str | None, param: str
) -> None:
    with raises_stripe(code=code, param=param, status=400):
        await shop.v1.charges.create_async(DIRECT | wrong)
    assert await shop.event_types() == []


async def test_a_charge_needs_something_to_charge(shop: Shop) -> None:
    with raises_stripe(message="Must provide source or customer."):
        await shop.v1.charges.create_async({"amount": 500, "currency": "usd"})
    with raises_stripe(code="parameter_missing", param="amount"):
        await shop.v1.charges.create_async({"currency": "usd", "source": "tok_visa"})


async def test_a_token_can_be_charged_once(shop: Shop) -> None:
    token = await shop.v1.tokens.create_async(
        {"card": {"number": "4242424242424242", "exp_month": "12", "exp_year": "2034", "cvc": "123"}}
    )
    await shop.v1.charges.create_async(DIRECT | {"source": token.id})
    with raises_stripe(code="token_already_used"):
        await shop.v1.charges.create_async(DIRECT | {"source": token.id})


async def test_a_bank_account_is_debited_later(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"source": "btok_us_verified"})
    charge = await shop.v1.charges.create_async({"amount": 900, "currency": "usd", "customer": customer.id})
    assert (charge.status, charge.paid, charge.source.object) == ("pending", False, "bank_account")
    assert (charge.amount_captured, charge.balance_transaction is None) == (900, False)
    charge = await shop.until(lambda: shop.v1.charges.retrieve_async(charge.id), status="succeeded")
    assert charge.amount_captured == 900
    types = await shop.event_types()
    assert types[-2:] == ["charge.pending", "charge.succeeded"]


@pytest.mark.parametrize("amount", [None, 700])
async def test_a_reserved_charge_is_captured(shop: Shop, amount: int | None) -> None:
    charge = await shop.v1.charges.create_async(RESERVED)
    assert (charge.status, charge.captured, charge.amount_captured) == ("succeeded", False, 0)
    week = charge.payment_method_details.card.capture_before - charge.created - 7 * 86400
    assert 0 <= week <= 60  # It begins when the bank has answered.
    captured = await shop.v1.charges.capture_async(
        charge.id, {"receipt_email": "b@example.com"} | ({"amount": amount} if amount else {})
    )
    assert (captured.captured, captured.amount_captured) == (True, amount or 2000)
    assert (captured.amount_refunded, captured.refunded) == (0, False)
    assert captured.receipt_email == "b@example.com"
    assert await shop.event_types() == ["charge.succeeded", "charge.captured"]
    with raises_stripe(
        code="charge_already_captured", message=f"Charge {charge.id} has already been captured.", status=400
    ):
        await shop.v1.charges.capture_async(charge.id)


async def test_a_capture_changes_what_the_statement_says(shop: Shop) -> None:
    reserved = await shop.v1.charges.create_async(RESERVED | {"statement_descriptor_suffix": "TEA"})
    charge = await shop.v1.charges.capture_async(reserved.id, {"statement_descriptor_suffix": "CAKE"})
    assert charge.statement_descriptor_suffix == "CAKE"
    assert charge.calculated_statement_descriptor == "STRIPE LITE* CAKE"


async def test_a_cards_statement_shows_the_descriptor_as_a_suffix_where_there_is_no_other(shop: Shop) -> None:
    alone = await shop.v1.charges.create_async(RESERVED | {"statement_descriptor": "ORDER 7"})
    assert alone.calculated_statement_descriptor == "STRIPE LITE* ORDER 7"
    captured = await shop.v1.charges.capture_async(alone.id, {"statement_descriptor": "ORDER 8"})
    assert captured.calculated_statement_descriptor == "STRIPE LITE* ORDER 8"
    both = {"statement_descriptor": "ORDER 7", "statement_descriptor_suffix": "TEA"}
    charge = await shop.v1.charges.create_async(DIRECT | both)
    assert charge.calculated_statement_descriptor == "STRIPE LITE* TEA"


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"receipt_email": "ada"}, "receipt_email"),
        ({"statement_descriptor": "<tea>"}, "statement_descriptor"),
        ({"statement_descriptor_suffix": "123"}, "statement_descriptor_suffix"),
    ],
)
async def test_what_no_receipt_or_statement_can_have_is_refused(shop: Shop, params: dict[str, str], param: str) -> None:
    with raises_stripe(param=param, status=400):
        await shop.v1.charges.create_async(DIRECT | params)
    reserved = await shop.v1.charges.create_async(RESERVED)
    with raises_stripe(param=param, status=400):
        await shop.v1.charges.capture_async(reserved.id, params)
    assert not (await shop.v1.charges.retrieve_async(reserved.id)).captured


async def test_a_charges_receipt_goes_to_an_address(shop: Shop) -> None:
    charge = await shop.v1.charges.create_async(DIRECT)
    with raises_stripe(code="email_invalid", param="receipt_email", status=400):
        await shop.v1.charges.update_async(charge.id, {"receipt_email": "ada"})


async def test_more_than_reserved_cannot_be_captured(shop: Shop) -> None:
    charge = await shop.v1.charges.create_async(RESERVED)
    with raises_stripe(code="amount_too_large", param="amount"):
        await shop.v1.charges.capture_async(charge.id, {"amount": 2001})
    with raises_stripe(code="parameter_invalid_integer", param="amount"):
        await shop.v1.charges.capture_async(charge.id, {"amount": 0})


async def test_a_charge_of_an_intent_is_captured_through_it(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(BY_CARD | {"capture_method": "manual"})
    with raises_stripe(status=400):
        await shop.v1.charges.capture_async(intent.latest_charge)
    captured = await shop.v1.payment_intents.capture_async(intent.id)
    assert captured.status == "succeeded"


async def test_sixteen_racers_capture_once(shop: Shop) -> None:
    charge = await shop.v1.charges.create_async(RESERVED)
    answers = await asyncio.gather(*(shop.post(f"/v1/charges/{charge.id}/capture") for _ in range(16)))
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 400, 429}
    captured = await shop.v1.charges.retrieve_async(charge.id)
    assert captured.amount_captured == 2000
    assert (await shop.event_types()).count("charge.captured") == 1


async def test_a_charge_is_updated(shop: Shop) -> None:
    charge = await shop.v1.charges.create_async(DIRECT | {"metadata": {"a": "1"}})
    customer = await shop.v1.customers.create_async({"name": "Ada"})
    updated = await shop.v1.charges.update_async(
        charge.id,
        {
            "customer": customer.id,
            "description": "coffee",
            "fraud_details": {"user_report": "safe"},
            "metadata": {"a": "", "b": "2"},
            "receipt_email": "a@example.com",
            "shipping": {"name": "Ada", "address": {"line1": "1 Way"}},
            "transfer_group": "G",
        },
    )
    assert (updated.customer, updated.description, updated.transfer_group) == (customer.id, "coffee", "G")
    assert updated.fraud_details.user_report == "safe"
    assert updated.metadata.to_dict() == {"b": "2"}
    event = (await shop.v1.events.list_async({"type": "charge.updated"})).data[0]
    assert event.data.object.description == "coffee"
    previous = event.data.previous_attributes.to_dict()
    assert (previous["description"], previous["customer"], previous["metadata"]) == (None, None, {"a": "1", "b": None})
    withdrawn = await shop.v1.charges.update_async(charge.id, {"fraud_details": {"user_report": ""}})
    assert "user_report" not in withdrawn.fraud_details
    other = await shop.v1.customers.create_async({"name": "Eve"})
    with raises_stripe(param="customer"):
        await shop.v1.charges.update_async(charge.id, {"customer": other.id})
    with raises_stripe(param="transfer_group"):
        await shop.v1.charges.update_async(charge.id, {"transfer_group": "H"})


async def test_an_update_that_changes_nothing_tells_nothing(shop: Shop) -> None:
    charge = await shop.v1.charges.create_async(DIRECT | {"description": "tea"})
    await shop.v1.charges.update_async(charge.id, {"description": "tea"})
    assert await shop.event_types() == ["charge.succeeded"]


async def test_an_unknown_charge_is_missing(shop: Shop) -> None:
    with raises_stripe(code="resource_missing", status=404):
        await shop.v1.charges.retrieve_async("ch_unknown")


async def test_charges_are_listed_by_what_they_belong_to(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"source": "tok_visa"})
    plain = await shop.v1.charges.create_async(DIRECT)
    theirs = await shop.v1.charges.create_async({"amount": 500, "currency": "usd", "customer": customer.id})
    grouped = await shop.v1.charges.create_async(DIRECT | {"transfer_group": "G"})
    intent = await shop.v1.payment_intents.create_async(BY_CARD)

    async def found(**params: Any) -> list[str]:
        return [charge.id for charge in (await shop.v1.charges.list_async(params)).data]

    assert await found() == [intent.latest_charge, grouped.id, theirs.id, plain.id]
    assert await found(customer=customer.id) == [theirs.id]
    assert await found(transfer_group="G") == [grouped.id]
    assert await found(payment_intent=intent.id) == [intent.latest_charge]
    assert await found(created={"gt": plain.created + 1000}) == []
    assert await found(limit=1, starting_after=grouped.id) == [theirs.id]


async def test_charges_of_a_customer_that_never_was_are_refused(shop: Shop) -> None:
    with raises_stripe(code="resource_missing", param="customer", message="No such customer: 'cus_no'", status=400):
        await shop.v1.charges.list_async({"customer": "cus_no"})
    customer = await shop.v1.customers.create_async({"source": "tok_visa"})
    charge = await shop.v1.charges.create_async({"amount": 500, "currency": "usd", "customer": customer.id})
    await shop.v1.customers.delete_async(customer.id)
    assert [found.id for found in (await shop.v1.charges.list_async({"customer": customer.id})).data] == [charge.id]


async def test_charges_are_searched(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"source": "tok_mastercard"})
    visa = await shop.v1.charges.create_async(DIRECT | {"metadata": {"order": "6735"}})
    mastercard = await shop.v1.charges.create_async({"amount": 999, "currency": "usd", "customer": customer.id})
    euro = await shop.v1.charges.create_async(DIRECT | {"amount": 5000, "currency": "eur"})
    await shop.v1.refunds.create_async({"charge": euro.id})

    async def found(query: str) -> list[str]:
        result = await shop.v1.charges.search_async({"query": query})
        return [charge.id for charge in result.data]

    assert await found("amount>999") == [euro.id, visa.id]
    assert await found("metadata['order']:'6735'") == [visa.id]
    assert await found("payment_method_details.card.brand:'mastercard'") == [mastercard.id]
    assert await found("payment_method_details.card.last4:4242 AND currency:'usd'") == [visa.id]
    assert await found(f"customer:'{customer.id}'") == [mastercard.id]
    assert await found("refunded:'true'") == [euro.id]
    assert await found("-refunded:'true' AND status:'succeeded'") == [mastercard.id, visa.id]
    assert await found("disputed:'false' AND amount<1000") == [mastercard.id]
    with raises_stripe():
        await found("email:'a'")


async def test_a_charge_is_expanded(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"source": "tok_visa"})
    charge = await shop.v1.charges.create_async(
        {"amount": 500, "currency": "usd", "customer": customer.id, "expand": ["customer", "refunds"]}
    )
    assert charge.customer.id == customer.id
    assert (charge.refunds.data, charge.refunds.url) == ([], f"/v1/charges/{charge.id}/refunds")
    intent = await shop.v1.payment_intents.create_async(BY_CARD)
    of_intent = await shop.v1.charges.retrieve_async(intent.latest_charge, {"expand": ["payment_intent"]})
    assert of_intent.payment_intent.id == intent.id


async def test_one_key_charges_once(shop: Shop) -> None:
    form = {"amount": "700", "currency": "usd", "source": "tok_visa"}
    answers = await asyncio.gather(*(shop.post("/v1/charges", form, Idempotency_Key="k") for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    again = await shop.post("/v1/charges", form, Idempotency_Key="k")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len((await shop.v1.charges.list_async()).data) == 1


def test_the_machine_says_what_can_happen_to_a_charge() -> None:
    told = {(str(source), str(fact)): str(target) for source, fact, target in CHARGE.transitions()}
    assert told == {
        ("pending", "settlement_awaited"): "pending",
        ("pending", "approved"): "succeeded",
        ("pending", "declined"): "failed",
        ("pending", "canceled"): "failed",
        ("succeeded", "captured"): "succeeded",
        ("succeeded", "refunded"): "succeeded",
        ("succeeded", "released"): "succeeded",
        ("succeeded", "expired"): "succeeded",
    }
    assert {fact for _, fact in told} == set(ChargeFact)
