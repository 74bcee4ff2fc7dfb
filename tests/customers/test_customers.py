"""The life of a customer, as the official SDK sees it."""

import asyncio
from typing import Any

import pytest

from tests.shop import Shop, raises_stripe

ADDRESS = {"line1": "1 Main St", "city": "Springfield", "state": "OR", "postal_code": "97477", "country": "US"}
EVERYTHING: dict[str, Any] = {
    "address": ADDRESS,
    "business_name": "Ann Ltd",
    "description": "Knows what she wants",
    "email": "ann@example.com",
    "individual_name": "Ann Other",
    "invoice_prefix": "ANN1",
    "invoice_settings": {
        "custom_fields": [{"name": "PO", "value": "7"}],
        "footer": "Thanks",
        "rendering_options": {"amount_tax_display": "exclude_tax"},
    },
    "metadata": {"plan": "free"},
    "name": "Ann",
    "next_invoice_sequence": 12,
    "phone": "+15550100",
    "preferred_locales": ["de", "en"],
    "shipping": {"address": ADDRESS, "name": "Ann", "phone": "+15550101"},
    "tax_exempt": "reverse",
}


async def updates_of(shop: Shop) -> list[dict[str, Any]]:
    """`previous_attributes` of every customer.updated, oldest first."""
    events = await shop.v1.events.list_async({"type": "customer.updated", "limit": 100})
    return [event.data.previous_attributes.to_dict() for event in reversed(events.data)]


async def test_a_customer_lives_and_dies(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"email": "ann@example.com", "metadata": {"plan": "free"}})
    changed = await shop.v1.customers.update_async(customer.id, {"name": "Ann", "metadata": {"plan": "", "seats": "1"}})
    assert changed.name == "Ann"
    assert changed.metadata.to_dict() == {"seats": "1"}
    deleted = await shop.v1.customers.delete_async(customer.id)
    assert deleted.deleted
    assert (await shop.v1.customers.retrieve_async(customer.id)).deleted
    assert (await shop.v1.customers.list_async()).data == []
    assert await shop.event_types() == ["customer.created", "customer.updated", "customer.deleted"]


async def test_everything_given_is_given_back(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async(EVERYTHING)
    told = customer.to_dict()
    rendering = {"amount_tax_display": "exclude_tax", "template": None}
    settings = EVERYTHING["invoice_settings"] | {"default_payment_method": None, "rendering_options": rendering}
    address = ADDRESS | {"line2": None}
    expected = EVERYTHING | {"invoice_settings": settings, "address": address}
    expected["shipping"] = {"address": address, "name": "Ann", "phone": "+15550101"}
    assert {name: told[name] for name in expected} == expected
    assert told == (await shop.v1.customers.retrieve_async(customer.id)).to_dict()
    [event] = (await shop.v1.events.list_async()).data
    assert event.data.object.to_dict() == told


async def test_a_customer_needs_nothing(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    assert customer.id.startswith("cus_")
    assert (customer.balance, customer.currency, customer.tax_exempt, customer.next_invoice_sequence) == (
        0,
        None,
        "none",
        1,
    )
    assert customer.preferred_locales == []
    assert customer.invoice_prefix.isalnum()
    assert "deleted" not in customer


async def test_what_is_emptied_is_unset(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async(EVERYTHING)
    emptied: dict[str, Any] = {
        "address": "",
        "shipping": "",
        "business_name": "",
        "individual_name": "",
        "tax_exempt": "",
        "metadata": "",
    }
    emptied |= {"invoice_settings": {"custom_fields": "", "rendering_options": ""}}
    changed = await shop.v1.customers.update_async(customer.id, emptied)
    assert (changed.address, changed.shipping, changed.tax_exempt) == (None, None, "none")
    assert changed.metadata.to_dict() == {}
    assert "business_name" not in changed
    assert (changed.invoice_settings.custom_fields, changed.invoice_settings.rendering_options) == (None, None)
    assert changed.invoice_settings.footer == "Thanks"
    assert changed.name == "Ann"


async def test_an_update_unsets_texts_by_empty_ones(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async(EVERYTHING | {"payment_method": "pm_card_visa"})
    [method] = (await shop.v1.customers.payment_methods.list_async(customer.id)).data
    default: dict[str, Any] = {"invoice_settings": {"default_payment_method": method.id}}
    await shop.v1.customers.update_async(customer.id, default)
    texts: dict[str, Any] = {name: "" for name in ("description", "email", "name", "phone")}
    texts |= {"invoice_settings": {"default_payment_method": "", "footer": ""}}
    texts |= {"address": ADDRESS | {"state": ""}, "shipping": {"name": "Ann", "phone": "", "address": ADDRESS}}
    changed = await shop.v1.customers.update_async(customer.id, texts)
    assert (changed.description, changed.email, changed.name, changed.phone) == (None, None, None, None)
    assert (changed.invoice_settings.default_payment_method, changed.invoice_settings.footer) == (None, None)
    assert changed.invoice_settings.custom_fields[0].value == "7"
    assert changed.address is not None and changed.shipping is not None
    assert (changed.address.state, changed.address.city, changed.shipping.phone) == (None, "Springfield", None)
    assert (await updates_of(shop))[-1]["email"] == "ann@example.com"


async def test_an_update_tells_the_old_values_of_what_changed(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async(
        {"name": "Ann", "metadata": {"a": "1", "b": "2"}, "address": ADDRESS}
    )
    await shop.v1.customers.update_async(customer.id, {"name": "Bea", "metadata": {"a": "", "c": "3"}})
    await shop.v1.customers.update_async(customer.id, {"address": ADDRESS | {"city": "Salem"}, "name": "Bea"})
    assert await updates_of(shop) == [
        {"metadata": {"a": "1", "c": None}, "name": "Ann"},
        {"address": {"city": "Springfield"}},
    ]


async def test_an_update_without_a_change_is_no_event(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"name": "Ann"})
    await shop.v1.customers.update_async(customer.id, {"name": "Ann"})
    await shop.v1.customers.update_async(customer.id, {})
    assert await shop.event_types() == ["customer.created"]


async def test_a_deleted_customer_is_gone_for_everything_else(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"email": "ann@example.com"})
    await shop.v1.customers.delete_async(customer.id)
    message = f"No such customer: '{customer.id}'"
    with raises_stripe(code="resource_missing", param="id", status=404, message=message):
        await shop.v1.customers.update_async(customer.id, {"name": "Ann"})
    with raises_stripe(code="resource_missing", param="id", status=404, message=message):
        await shop.v1.customers.delete_async(customer.id)
    with raises_stripe(code="resource_missing", param="customer", status=404, message=message):
        await shop.v1.customers.tax_ids.create_async(customer.id, {"type": "us_ein", "value": "12-3456789"})
    assert (await shop.v1.customers.list_async({"email": "ann@example.com"})).data == []
    [event] = (await shop.v1.events.list_async({"type": "customer.deleted"})).data
    assert event.data.object.email == "ann@example.com"


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({"nickname": "A"}, "nickname", "parameter_unknown"),
        ({"test_clock": "clock_1"}, "test_clock", "parameter_unsupported"),
        ({"email": "ann"}, "email", "email_invalid"),
        ({"email": "ann@ example.com"}, "email", "email_invalid"),
        ({"email": "ann@example"}, "email", "email_invalid"),
        ({"email": "ann@.example.com"}, "email", "email_invalid"),
        ({"email": "a@" + "b" * 511}, "email", None),
        ({"email": ""}, "email", "parameter_invalid_empty"),
        ({"name": "n" * 257}, "name", None),
        ({"phone": "1" * 21}, "phone", None),
        ({"business_name": "n" * 151}, "business_name", None),
        ({"invoice_prefix": "AB"}, "invoice_prefix", None),
        ({"invoice_prefix": "abc"}, "invoice_prefix", None),
        ({"invoice_prefix": "A" * 13}, "invoice_prefix", None),
        ({"invoice_prefix": "ÄÖÜ"}, "invoice_prefix", None),
        ({"next_invoice_sequence": 0}, "next_invoice_sequence", None),
        ({"next_invoice_sequence": 2**62}, "next_invoice_sequence", None),
        ({"balance": 100_000_000}, "balance", "amount_too_large"),
        ({"balance": "1.5"}, "balance", "parameter_invalid_integer"),
        ({"tax_exempt": "sometimes"}, "tax_exempt", None),
        ({"tax": {"ip_address": "999.1.1.1"}}, "tax[ip_address]", None),
        ({"shipping": {"name": "Ann"}}, "shipping[address]", "parameter_missing"),
        (
            {"shipping": {"address": ADDRESS, "name": "Ann", "carrier": "FedEx"}},
            "shipping[carrier]",
            "parameter_unknown",
        ),
        (
            {"invoice_settings": {"custom_fields": [{"name": str(n), "value": "v"} for n in range(5)]}},
            "invoice_settings[custom_fields]",
            None,
        ),
        ({"invoice_settings": {"custom_fields": [{"name": "n" * 41, "value": "v"}]}}, None, None),
        ({"cash_balance": {"settings": {"reconciliation_mode": "never"}}}, None, None),
    ],
)
async def test_what_no_customer_can_have_is_refused(
    shop: Shop, params: dict[str, Any], param: str | None, code: str | None
) -> None:
    with raises_stripe(param=param, code=code, status=400):
        await shop.v1.customers.create_async(params)
    assert (await shop.v1.customers.list_async()).data == []


async def test_an_unknown_customer_is_missing(shop: Shop) -> None:
    with raises_stripe(code="resource_missing", param="id", status=404):
        await shop.v1.customers.retrieve_async("cus_unknown")


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        (
            {"k" * 41: "v"},
            "Metadata keys can have up to 40 characters, but you passed in a key that is 41 characters. "
            f"Invalid key: {'k' * 41}",
        ),
        (
            {"k": "ü" * 501},
            "Metadata values can have up to 500 characters, but you passed in a value that is 501 characters. "
            f"Invalid value: {'ü' * 100}",
        ),
        ({f"k{n}": "v" for n in range(51)}, "Metadata can have up to 50 keys, but you've set 51."),
    ],
)
async def test_metadata_has_limits(shop: Shop, metadata: dict[str, str], message: str) -> None:
    with raises_stripe(message=message, status=400):
        await shop.v1.customers.create_async({"metadata": metadata})


async def test_metadata_is_counted_in_characters_and_merged(shop: Shop) -> None:
    most = {f"{n:02}" + "ü" * 38: "ü" * 500 for n in range(50)}
    customer = await shop.v1.customers.create_async({"metadata": most})
    assert customer.metadata.to_dict() == most
    with raises_stripe(param="metadata", message="Metadata can have up to 50 keys, but you've set 51."):
        await shop.v1.customers.update_async(customer.id, {"metadata": {"one more": "v"}})
    swapped = await shop.v1.customers.update_async(customer.id, {"metadata": {next(iter(most)): "", "one more": "v"}})
    assert len(swapped.metadata.to_dict()) == 50


async def test_no_two_customers_share_an_invoice_prefix(shop: Shop) -> None:
    first = await shop.v1.customers.create_async({"invoice_prefix": "SHOP"})
    with raises_stripe(param="invoice_prefix", status=400):
        await shop.v1.customers.create_async({"invoice_prefix": "SHOP"})
    await shop.v1.customers.update_async(first.id, {"invoice_prefix": "SHOP"})
    await shop.v1.customers.delete_async(first.id)
    second = await shop.v1.customers.create_async()
    with raises_stripe(param="invoice_prefix", status=400):
        await shop.v1.customers.update_async(second.id, {"invoice_prefix": "SHOP"})


async def test_racers_for_an_invoice_prefix_have_one_winner(shop: Shop) -> None:
    racers = [shop.post("/v1/customers", {"invoice_prefix": "RACE"}) for _ in range(8)]
    statuses = [response.status_code for response in await asyncio.gather(*racers)]
    assert sorted(statuses) == [200] + [400] * 7


async def test_concurrent_updates_lose_nothing(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    await asyncio.gather(
        *(shop.v1.customers.update_async(customer.id, {"metadata": {f"k{n}": "v"}}) for n in range(12))
    )
    after = await shop.v1.customers.retrieve_async(customer.id)
    assert len(after.metadata.to_dict()) == 12


async def test_customers_are_listed_by_email(shop: Shop) -> None:
    ann = await shop.v1.customers.create_async({"email": "Ann@example.com"})
    await shop.v1.customers.create_async({"email": "bob@example.com"})
    found = await shop.v1.customers.list_async({"email": "Ann@example.com"})
    assert [customer.id for customer in found.data] == [ann.id]
    assert (await shop.v1.customers.list_async({"email": "ann@example.com"})).data == []
    with raises_stripe(code="parameter_unsupported", param="test_clock"):
        await shop.v1.customers.list_async({"test_clock": "clock_1"})


async def test_the_tax_location_comes_from_an_address(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async(
        {"address": {"country": "DE"}, "tax": {"ip_address": "8.8.8.8"}, "expand": ["tax"]}
    )
    assert customer.tax.to_dict() == {
        "automatic_tax": "not_collecting",
        "ip_address": "8.8.8.8",
        "location": {"country": "DE", "source": "billing_address", "state": None},
        "provider": "stripe",
    }
    shipping = {"shipping": {"name": "Ann", "address": ADDRESS}, "expand": ["tax"]}
    moved = await shop.v1.customers.update_async(customer.id, shipping)
    assert moved.tax.location.to_dict() == {"country": "US", "source": "shipping_destination", "state": "OR"}


async def test_a_location_can_be_demanded_at_once(shop: Shop) -> None:
    demand = {"tax": {"validate_location": "immediately"}}
    for address in ({}, {"address": {"country": "US"}}):
        with raises_stripe(code="customer_tax_location_invalid", status=400):
            await shop.v1.customers.create_async(demand | address)
    await shop.v1.customers.create_async(demand | {"address": {"country": "US", "postal_code": "97477"}})


async def test_the_cash_balance_has_settings(shop: Shop) -> None:
    manual = {"settings": {"reconciliation_mode": "manual"}}
    customer = await shop.v1.customers.create_async({"cash_balance": manual, "expand": ["cash_balance"]})
    assert customer.cash_balance.settings.reconciliation_mode == "manual"
    balance = await shop.v1.customers.cash_balance.update_async(
        customer.id, {"settings": {"reconciliation_mode": "merchant_default"}}
    )
    assert balance.settings.to_dict() == {"reconciliation_mode": "automatic", "using_merchant_default": True}
    assert (await shop.v1.customers.cash_balance.retrieve_async(customer.id)).available is None
    with raises_stripe(code="resource_missing", param="customer", status=404):
        await shop.v1.customers.cash_balance.retrieve_async("cus_unknown")


async def test_a_customer_comes_with_its_payment_method(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async(
        {"payment_method": "pm_card_visa", "invoice_settings": {"default_payment_method": "pm_card_visa"}}
    )
    default = customer.invoice_settings.default_payment_method
    [attached] = (await shop.v1.customers.payment_methods.list_async(customer.id)).data
    assert attached.id == default
    assert await shop.event_types() == ["customer.created", "payment_method.attached"]
    [created] = (await shop.v1.events.list_async({"type": "customer.created"})).data
    assert created.data.object.invoice_settings.default_payment_method == default
    expanded = await shop.v1.customers.retrieve_async(
        customer.id, {"expand": ["invoice_settings.default_payment_method"]}
    )
    assert expanded.invoice_settings.default_payment_method.card.last4 == "4242"


async def test_a_declined_card_leaves_no_customer(shop: Shop) -> None:
    with raises_stripe("card_error", code="card_declined", status=402):
        await shop.v1.customers.create_async({"payment_method": "pm_card_chargeDeclined"})
    assert (await shop.v1.customers.list_async()).data == []
    assert await shop.event_types() == []


async def test_a_default_payment_method_must_be_attached(shop: Shop) -> None:
    ann = await shop.v1.customers.create_async({"payment_method": "pm_card_visa"})
    bob = await shop.v1.customers.create_async()
    [card] = (await shop.v1.customers.payment_methods.list_async(ann.id)).data
    param = "invoice_settings[default_payment_method]"
    with raises_stripe(param=param, status=400):
        await shop.v1.customers.update_async(bob.id, {"invoice_settings": {"default_payment_method": card.id}})
    with raises_stripe(param=param, code="resource_missing", status=400):
        await shop.v1.customers.update_async(bob.id, {"invoice_settings": {"default_payment_method": "pm_unknown"}})
    await shop.v1.customers.update_async(ann.id, {"invoice_settings": {"default_payment_method": card.id}})
    assert await updates_of(shop) == [{"invoice_settings": {"default_payment_method": None}}]


async def test_a_customer_has_no_subscriptions(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"expand": ["subscriptions"]})
    assert (customer.subscriptions.data, customer.subscriptions.has_more) == ([], False)
    assert customer.subscriptions.url == f"/v1/customers/{customer.id}/subscriptions"
    listed = (await shop.v1.customers.list_async({"expand": ["data.subscriptions"]})).data
    assert [found.subscriptions.data for found in listed] == [[]]
    assert not hasattr(await shop.v1.customers.retrieve_async(customer.id), "subscriptions")
