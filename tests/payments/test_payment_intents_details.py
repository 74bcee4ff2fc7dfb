"""What an intent stores, gives back, checks and lists."""

from typing import Any

import pytest

from tests.payments.intents import BACK, BY_CARD, PAID, RESERVED, by_number, with_card
from tests.shop import Shop, raises_stripe

BREAKDOWN: dict[str, Any] = {
    "line_items": [
        {"product_name": "Hat", "quantity": 2, "unit_cost": 700, "product_code": "H1", "unit_of_measure": "piece"},
        {"product_name": "Scarf", "quantity": 1, "unit_cost": 400},
    ],
    "shipping": {"amount": 300, "from_postal_code": "94110", "to_postal_code": "94117"},
    "tax": {"total_tax_amount": 100},
    "discount_amount": 200,
}


async def test_what_is_only_stored_is_given_back(shop: Shop) -> None:
    given = {
        "description": "A hat",
        "metadata": {"order": "7"},
        "receipt_email": "jenny@example.com",
        "statement_descriptor_suffix": "HAT SHOP",
        "transfer_group": "orders",
        "payment_details": {"customer_reference": "c-1", "order_reference": "o-1"},
        "hooks": {"inputs": {"tax": {"calculation": "taxcalc_1"}}},
    }
    shipping = {"name": "Jenny", "address": {"line1": "510 Townsend St", "city": "San Francisco"}, "carrier": "UPS"}
    intent = await shop.v1.payment_intents.create_async(PAID | given | {"shipping": shipping})
    told = intent.to_dict()
    assert {name: told[name] for name in given} == given
    assert (intent.shipping.name, intent.shipping.carrier, intent.shipping.phone) == ("Jenny", "UPS", None)
    assert intent.shipping.address.city == "San Francisco"
    charge = await shop.v1.charges.retrieve_async(intent.latest_charge)
    assert (charge.description, charge.receipt_email, charge.transfer_group) == ("A hat", "jenny@example.com", "orders")
    assert charge.metadata.to_dict() == {"order": "7"}
    assert charge.shipping.name == "Jenny"


async def test_values_are_unset_by_empty_ones(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(
        BY_CARD
        | {
            "receipt_email": "jenny@example.com",
            "metadata": {"a": "1", "b": "2"},
            "setup_future_usage": "off_session",
            "shipping": {"name": "Jenny", "address": {"line1": "1 Street"}},
        }
        | with_card(capture_method="manual", setup_future_usage="off_session")
    )
    changed = await shop.v1.payment_intents.update_async(
        intent.id,
        {
            "receipt_email": "",
            "metadata": {"a": ""},
            "setup_future_usage": "",
            "shipping": "",
            "payment_method_options": {"card": {"capture_method": "", "setup_future_usage": ""}},
        },
    )
    assert (changed.receipt_email, changed.setup_future_usage, changed.shipping) == (None, None, None)
    assert changed.metadata.to_dict() == {"b": "2"}
    card = changed.payment_method_options.card.to_dict()
    assert "capture_method" not in card
    assert "setup_future_usage" not in card


REFUSED = [
    ({"receipt_email": "nobody"}, "email_invalid", "receipt_email"),
    ({"amount": 10}, "amount_too_small", "amount"),
    ({"amount": 0}, "parameter_invalid_integer", "amount"),
    ({"amount": 100_000_000}, "amount_too_large", "amount"),
    ({"statement_descriptor_suffix": "12345"}, None, "statement_descriptor_suffix"),
    ({"statement_descriptor_suffix": "A*B"}, None, "statement_descriptor_suffix"),
    ({"customer": "cus_missing"}, "resource_missing", "customer"),
    ({"payment_method": "pm_missing"}, "resource_missing", "payment_method"),
    ({"off_session": True}, None, "off_session"),
    ({"return_url": BACK}, None, "return_url"),
    ({"error_on_requires_action": True}, None, "error_on_requires_action"),
    ({"payment_method_types": ["card"]}, None, "payment_method_types"),
    ({"on_behalf_of": "acct_1"}, "parameter_unsupported", "on_behalf_of"),
    ({"confirmation_token": "ctoken_1"}, None, "confirmation_token"),
    ({"mandate": "mandate_1"}, None, "mandate"),
    ({"tip": 5}, "parameter_unknown", "tip"),
]


@pytest.mark.parametrize(("change", "code", "param"), REFUSED, ids=lambda value: str(value)[:40])
async def test_what_cannot_be_is_refused(shop: Shop, change: dict[str, Any], code: str | None, param: str) -> None:
    with raises_stripe(code=code, param=param):
        await shop.v1.payment_intents.create_async(BY_CARD | change)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "nowhere", "https://", "http://[::1", "https://a b.example"])
async def test_a_return_url_is_an_address(shop: Shop, url: str) -> None:
    with raises_stripe(code="url_invalid", param="return_url"):
        await shop.v1.payment_intents.create_async(PAID | {"return_url": url})


async def test_cards_take_no_statement_descriptor(shop: Shop) -> None:
    with raises_stripe(param="statement_descriptor"):
        await shop.v1.payment_intents.create_async(PAID | {"statement_descriptor": "HAT SHOP"})


async def test_an_amount_is_broken_down(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(BY_CARD | {"amount_details": BREAKDOWN})
    shown = intent.amount_details.to_dict()
    assert shown == {
        "discount_amount": 200,
        "shipping": BREAKDOWN["shipping"],
        "tax": {"total_tax_amount": 100},
        "tip": {},
    }
    expanded = await shop.v1.payment_intents.retrieve_async(intent.id, {"expand": ["amount_details.line_items"]})
    items = expanded.amount_details.line_items
    assert [item.product_name for item in items.data] == ["Hat", "Scarf"]
    assert items.url == f"/v1/payment_intents/{intent.id}/amount_details_line_items"
    first = await shop.v1.payment_intents.amount_details_line_items.list_async(intent.id, {"limit": 1})
    assert (first.data[0].product_code, first.has_more) == ("H1", True)
    second = await shop.v1.payment_intents.amount_details_line_items.list_async(
        intent.id, {"starting_after": first.data[0].id}
    )
    assert ([item.product_name for item in second.data], second.has_more) == (["Scarf"], False)
    before = await shop.v1.payment_intents.amount_details_line_items.list_async(
        intent.id, {"ending_before": second.data[0].id}
    )
    assert [item.product_name for item in before.data] == ["Hat"]


async def test_a_breakdown_adds_up_to_the_amount(shop: Shop) -> None:
    wrong = BREAKDOWN | {"discount_amount": 0}
    with raises_stripe(code="amount_details_amount_mismatch", param="amount_details"):
        await shop.v1.payment_intents.create_async(BY_CARD | {"amount_details": wrong})
    intent = await shop.v1.payment_intents.create_async(
        BY_CARD | {"amount_details": wrong | {"enforce_arithmetic_validation": False}}
    )
    assert intent.amount_details.error.code == "amount_details_amount_mismatch"
    right = await shop.v1.payment_intents.update_async(intent.id, {"amount_details": {"discount_amount": 200}})
    assert "error" not in right.amount_details.to_dict()
    with raises_stripe(code="amount_details_amount_mismatch"):
        await shop.v1.payment_intents.update_async(intent.id, {"amount": 2100})
    emptied = await shop.v1.payment_intents.update_async(
        intent.id, {"amount": 2100, "amount_details": {"line_items": "", "tax": "", "shipping": ""}}
    )
    assert emptied.amount_details.to_dict() == {"discount_amount": 200, "tip": {}}


async def test_tax_is_told_once(shop: Shop) -> None:
    items = [{"product_name": "Hat", "quantity": 1, "unit_cost": 1900, "tax": {"total_tax_amount": 100}}]
    with raises_stripe(param="amount_details[tax]"):
        await shop.v1.payment_intents.create_async(
            BY_CARD | {"amount_details": {"line_items": items, "tax": {"total_tax_amount": 100}}}
        )
    await shop.v1.payment_intents.create_async(BY_CARD | {"amount_details": {"line_items": items}})
    with raises_stripe(code="amount_details_tax_shipping_discount_greater_than_amount"):
        await shop.v1.payment_intents.create_async(BY_CARD | {"amount_details": {"tax": {"total_tax_amount": 2001}}})


async def test_a_card_uses_the_network_that_is_chosen(shop: Shop) -> None:
    card = await shop.v1.payment_methods.create_async(by_number("4000002500001001"))
    paid = await shop.v1.payment_intents.create_async(
        PAID | {"payment_method": card.id, "expand": ["latest_charge"]} | with_card(network="cartes_bancaires")
    )
    assert paid.latest_charge.payment_method_details.card.network == "cartes_bancaires"
    with raises_stripe(param="payment_method_options[card][network]"):
        await shop.v1.payment_intents.create_async(PAID | with_card(network="amex"))


async def test_the_features_asked_for_show_on_the_charge(shop: Shop) -> None:
    wishes = {
        name: "if_available"
        for name in ("request_extended_authorization", "request_incremental_authorization", "request_multicapture")
    }
    intent = await shop.v1.payment_intents.create_async(
        RESERVED | {"expand": ["latest_charge"]} | with_card(**wishes, request_overcapture="if_available")
    )
    card = intent.latest_charge.payment_method_details.card
    assert card.extended_authorization.status == "enabled"
    assert card.incremental_authorization.status == "available"
    assert card.multicapture.status == "available"
    assert (card.overcapture.status, card.overcapture.maximum_amount_capturable) == ("unavailable", 2000)


@pytest.mark.parametrize(
    ("method", "asked", "status", "days"),
    [
        ("pm_card_visa", True, "enabled", 30),
        ("pm_card_amex", True, "enabled", 30),
        ("pm_card_jcb", True, "disabled", 7),
        ("pm_card_visa", False, "disabled", 7),
    ],
)
async def test_a_reservation_lasts_longer_where_that_was_asked_for(
    shop: Shop, method: str, asked: bool, status: str, days: int
) -> None:
    wish = with_card(request_extended_authorization="if_available") if asked else {}
    intent = await shop.v1.payment_intents.create_async(
        RESERVED | {"payment_method": method, "expand": ["latest_charge"]} | wish
    )
    charge = intent.latest_charge
    card = charge.payment_method_details.card
    assert card.extended_authorization.status == status
    assert abs(card.capture_before - charge.created - days * 24 * 60 * 60) <= 60


async def test_a_security_code_can_be_asked_for_again(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    card = await shop.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id})
    params = PAID | {"customer": customer.id, "payment_method": card.id}
    with raises_stripe(param="payment_method_options[card][cvc_token]"):
        await shop.v1.payment_intents.create_async(params | with_card(require_cvc_recollection=True))
    token = await shop.v1.tokens.create_async({"cvc_update": {"cvc": "123"}})
    paid = await shop.v1.payment_intents.create_async(
        params | {"expand": ["latest_charge"]} | with_card(require_cvc_recollection=True, cvc_token=token.id)
    )
    assert paid.latest_charge.payment_method_details.card.checks.cvc_check == "pass"
    with raises_stripe():
        await shop.v1.payment_intents.create_async(params | with_card(cvc_token=token.id))


async def test_types_can_be_excluded(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(
        BY_CARD | {"excluded_payment_method_types": ["card"], "currency": "eur"}
    )
    assert "card" not in intent.payment_method_types
    with raises_stripe(code="payment_intent_invalid_parameter", param="payment_method"):
        await shop.v1.payment_intents.update_async(intent.id, {"payment_method": "pm_card_visa"})
    back = await shop.v1.payment_intents.update_async(intent.id, {"excluded_payment_method_types": ""})
    assert "card" in back.payment_method_types


async def test_types_fit_the_currency(shop: Shop) -> None:
    params = {"amount": 2000, "currency": "usd", "payment_method_types": ["card", "us_bank_account"]}
    intent = await shop.v1.payment_intents.create_async(params)
    with raises_stripe(code="payment_intent_incompatible_payment_method"):
        await shop.v1.payment_intents.update_async(intent.id, {"currency": "eur"})
    automatic = await shop.v1.payment_intents.create_async({"amount": 2000, "currency": "usd"})
    assert "sepa_debit" not in automatic.payment_method_types
    changed = await shop.v1.payment_intents.update_async(automatic.id, {"currency": "eur"})
    assert "sepa_debit" in changed.payment_method_types


async def test_a_paid_intent_keeps_its_amount_and_changes_its_note(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(PAID)
    with raises_stripe(code="payment_intent_unexpected_state"):
        await shop.v1.payment_intents.update_async(intent.id, {"amount": 3000})
    changed = await shop.v1.payment_intents.update_async(intent.id, {"description": "Hat", "metadata": {"a": "1"}})
    assert (changed.status, changed.description, changed.metadata["a"]) == ("succeeded", "Hat", "1")


async def test_a_customer_is_given_once(shop: Shop) -> None:
    one, other = [await shop.v1.customers.create_async() for _ in range(2)]
    intent = await shop.v1.payment_intents.create_async(BY_CARD)
    given = await shop.v1.payment_intents.update_async(intent.id, {"customer": one.id})
    assert given.customer == one.id
    with raises_stripe(param="customer"):
        await shop.v1.payment_intents.update_async(intent.id, {"customer": other.id})


async def test_the_amount_the_payer_agreed_to_must_be_right(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(BY_CARD | {"payment_method": "pm_card_visa"})
    with raises_stripe(param="amount_to_confirm"):
        await shop.v1.payment_intents.confirm_async(intent.id, {"amount_to_confirm": 1999})
    paid = await shop.v1.payment_intents.confirm_async(intent.id, {"amount_to_confirm": 2000})
    assert paid.status == "succeeded"


async def test_lists_and_searches(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    paid = await shop.v1.payment_intents.create_async(PAID | {"customer": customer.id, "metadata": {"order": "7"}})
    open_ = await shop.v1.payment_intents.create_async(BY_CARD | {"amount": 5000, "metadata": {"order": "8"}})
    listed = await shop.v1.payment_intents.list_async()
    assert [intent.id for intent in listed.data] == [open_.id, paid.id]
    of_customer = await shop.v1.payment_intents.list_async({"customer": customer.id})
    assert [intent.id for intent in of_customer.data] == [paid.id]
    queries = {
        "status:'succeeded'": [paid.id],
        "amount>2000": [open_.id],
        f"customer:'{customer.id}' AND currency:'usd'": [paid.id],
        "metadata['order']:'8'": [open_.id],
        "-status:'succeeded' AND created>0": [open_.id],
        "amount:2000 OR amount:5000": [open_.id, paid.id],
    }
    for query, expected in queries.items():
        found = await shop.v1.payment_intents.search_async({"query": query})
        assert [intent.id for intent in found.data] == expected, query
    with raises_stripe():
        await shop.v1.payment_intents.search_async({"query": "description:'hat'"})


async def test_nobody_pays_from_a_balance(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(BY_CARD)
    with raises_stripe(code="payment_intent_invalid_parameter", status=400):
        await shop.v1.payment_intents.apply_customer_balance_async(intent.id)
