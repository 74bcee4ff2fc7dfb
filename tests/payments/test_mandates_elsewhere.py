"""Mandates that payers give elsewhere: at their bank, in their wallet, in an app."""

from typing import Any

import pytest

from tests.payments.intents import BACK, PAYER
from tests.payments.setups import ONLINE, payment
from tests.shop import Shop, raises_stripe


async def test_what_is_agreed_elsewhere_makes_a_mandate(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    for type in ("paypal", "ideal"):
        intent = await shop.v1.setup_intents.create_async(
            {
                "customer": customer.id,
                "payment_method_types": [type],
                "payment_method_data": {"type": type, "billing_details": {"name": "J", "email": "j@example.com"}},
                "confirm": True,
                "return_url": BACK,
            }
        )
        await shop.http.post(intent.next_action.redirect_to_url.url, json={"outcome": "complete"})
        saved = await shop.v1.setup_intents.retrieve_async(intent.id, {"expand": ["latest_attempt", "mandate"]})
        details = saved.mandate.payment_method_details
        assert (saved.mandate.status, saved.mandate.customer_acceptance.type) == ("active", "online")
        if type == "paypal":
            assert details.paypal.billing_agreement_id.startswith("B-")
        else:
            told = saved.latest_attempt.payment_method_details.ideal
            assert (told.generated_sepa_debit_mandate, details.type) == (saved.mandate.id, "sepa_debit")
            assert told.generated_sepa_debit == saved.mandate.payment_method


async def test_a_payment_elsewhere_leaves_a_debit_with_its_mandate(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    intent = await shop.v1.payment_intents.create_async(
        {
            "amount": 2000,
            "currency": "eur",
            "customer": customer.id,
            "setup_future_usage": "off_session",
            "payment_method_types": ["bancontact"],
            "payment_method_data": {"type": "bancontact", "billing_details": {"name": "J", "email": "j@example.com"}},
            "confirm": True,
            "return_url": BACK,
            "mandate_data": ONLINE,
        }
    )
    await shop.http.post(intent.next_action.redirect_to_url.url, json={"outcome": "complete"})
    path = "payment_method_details.bancontact.generated_sepa_debit"
    charge = (
        await shop.v1.charges.list_async(
            {"payment_intent": intent.id, "expand": [f"data.{path}", f"data.{path}_mandate"]}
        )
    ).data[0]
    told = charge.payment_method_details.bancontact
    debit, mandate = told.generated_sepa_debit, told.generated_sepa_debit_mandate
    assert (debit.customer, debit.sepa_debit.last4) == (customer.id, told.iban_last4)
    assert debit.sepa_debit.generated_from.charge == charge.id
    assert (mandate.type, mandate.payment_method) == ("multi_use", debit.id)
    later = await shop.v1.payment_intents.create_async(
        payment(intent, "sepa_debit", "eur", customer=customer.id, payment_method=debit.id)
    )
    assert later.latest_charge.payment_method_details.sepa_debit.mandate == mandate.id


APPS: list[tuple[str, str, dict[str, Any]]] = [
    ("pix", "brl", {"amount_type": "maximum", "payment_schedule": "monthly", "reference": "Hats"}),
    ("upi", "inr", {"amount": 5000, "amount_type": "maximum", "description": "Hats"}),
]


@pytest.mark.parametrize(("type", "currency", "terms"), APPS, ids=[app[0] for app in APPS])
async def test_payers_agree_in_their_app(shop: Shop, type: str, currency: str, terms: dict[str, Any]) -> None:
    customer = await shop.v1.customers.create_async()
    intent = await shop.v1.setup_intents.create_async(
        {
            "customer": customer.id,
            "payment_method_types": [type],
            "payment_method_data": {"type": type},
            "payment_method_options": {type: {"mandate_options": terms}},
            "confirm": True,
        }
    )
    action = intent.next_action.to_dict()[intent.next_action.type]
    page = await shop.http.post(action["hosted_instructions_url"], json={"outcome": "complete"})
    assert page.json()["setup_intent"]["status"] == "succeeded"
    saved = await shop.v1.setup_intents.retrieve_async(intent.id, {"expand": ["mandate"]})
    assert saved.mandate.payment_method_details.to_dict()[type] == terms
    paid = await shop.v1.payment_intents.create_async(payment(saved, type, currency))
    assert (paid.status, paid.next_action) == ("succeeded", None)
    if type == "pix":
        assert paid.latest_charge.payment_method_details.pix.mandate == saved.mandate.id
    # On session they are asked again.
    again = await shop.v1.payment_intents.create_async(payment(saved, type, currency, off_session=False))
    assert again.status == "requires_action"
    first = await shop.v1.payment_intents.create_async(
        {
            "amount": 2000,
            "currency": currency,
            "customer": customer.id,
            "payment_method_types": [type],
            "payment_method_data": {"type": type},
            "payment_method_options": {type: {"mandate_options": terms, "setup_future_usage": "off_session"}},
            "confirm": True,
        }
    )
    action = first.next_action.to_dict()[first.next_action.type]
    await shop.http.post(action["hosted_instructions_url"], json={"outcome": "complete"})
    later = await shop.v1.payment_intents.create_async(payment(first, type, currency, customer=customer.id))
    assert later.status == "succeeded"


async def test_who_agreed_elsewhere_is_not_sent_there_again(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    for type in ("paypal", "cashapp", "klarna", "amazon_pay", "revolut_pay"):
        currency = "eur" if type == "revolut_pay" else "usd"
        intent = await shop.v1.setup_intents.create_async(
            {
                "customer": customer.id,
                "payment_method_types": [type],
                "payment_method_data": {"type": type, "billing_details": PAYER},
                "confirm": True,
                "return_url": BACK,
            }
        )
        action = intent.next_action.to_dict()[intent.next_action.type]
        url = action["mobile_auth_url"] if type == "cashapp" else action["url"]
        await shop.http.post(url, json={"outcome": "complete"})
        saved = await shop.v1.setup_intents.retrieve_async(intent.id)
        paid = await shop.v1.payment_intents.create_async(payment(saved, type, currency))
        assert (paid.status, paid.next_action) == ("succeeded", None), type
        named = payment(saved, type, currency, off_session=False, mandate=saved.mandate)
        assert (await shop.v1.payment_intents.create_async(named)).status == "succeeded"
    # Whoever did not agree cannot be charged in their absence.
    method = await shop.v1.payment_methods.create_async({"type": "paypal"})
    await shop.v1.payment_methods.attach_async(method.id, {"customer": customer.id})
    with raises_stripe(code="payment_intent_mandate_invalid"):
        await shop.v1.payment_intents.create_async(payment(saved, "paypal", "eur", payment_method=method.id))
