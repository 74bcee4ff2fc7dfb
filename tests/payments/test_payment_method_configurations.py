"""Payment method configurations: what they say, and that payments follow them."""

from typing import Any

import pytest

from tests.payments.intents import BACK, PAYER, by_number
from tests.shop import Shop, raises_stripe

EURO: dict[str, Any] = {"amount": 2000, "currency": "eur"}


def set_to(**methods: str) -> dict[str, Any]:
    """Preferences for payment methods."""
    return {name: {"display_preference": {"preference": value}} for name, value in methods.items()}


async def test_every_account_has_a_default_one(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async({"amount": 2000, "currency": "usd"})
    chosen = intent.payment_method_configuration_details
    listed = await shop.v1.payment_method_configurations.list_async()
    assert [each.id for each in listed.data] == [chosen.id]
    default = await shop.v1.payment_method_configurations.retrieve_async(chosen.id)
    assert default == listed.data[0]
    assert (default.is_default, default.active, default.name, default.parent) == (True, True, "Default", None)
    assert default.card.available
    assert default.card.display_preference.to_dict() == {"overridable": None, "preference": "on", "value": "on"}
    assert (default.crypto.available, default.crypto.display_preference.value) == (False, "off")
    assert intent.payment_method_types == ["card", "link", "us_bank_account", "cashapp", "klarna", "amazon_pay"]
    again = await shop.v1.payment_intents.create_async({"amount": 500, "currency": "usd"})
    assert again.payment_method_configuration_details == chosen


async def test_the_default_one_is_last_in_every_page(shop: Shop) -> None:
    configurations = shop.v1.payment_method_configurations
    ids = [(await configurations.create_async({"name": f"No. {number}"})).id for number in range(3)]
    first = await configurations.list_async({"limit": 3})
    assert ([each.id for each in first.data], first.has_more) == (ids[::-1], True)
    rest = await configurations.list_async({"limit": 3, "starting_after": ids[0]})
    assert ([each.is_default for each in rest.data], rest.has_more) == ([True], False)
    back = await configurations.list_async({"limit": 3, "ending_before": rest.data[0].id})
    assert [each.id for each in back.data] == ids[::-1]
    walked = [each.id async for each in (await configurations.list_async({"limit": 1})).auto_paging_iter()]
    assert walked == [*ids[::-1], rest.data[0].id]
    await configurations.update_async(ids[1], {"active": False})
    assert [each.id for each in (await configurations.list_async({"active": False})).data] == [ids[1]]
    assert ids[1] not in [each.id for each in (await configurations.list_async({"active": True})).data]


async def test_a_default_that_was_changed_is_what_payments_take(shop: Shop) -> None:
    configurations = shop.v1.payment_method_configurations
    default = (await configurations.list_async()).data[0]
    changed = await configurations.update_async(default.id, set_to(klarna="off", ideal="on", eps="off", card="none"))
    assert (changed.klarna.available, changed.ideal.available) == (False, True)
    assert changed.card.display_preference.to_dict() == {"overridable": None, "preference": "none", "value": "on"}
    intent = await shop.v1.payment_intents.create_async(EURO)
    assert intent.payment_method_types == ["card", "link", "sepa_debit", "bancontact", "amazon_pay", "ideal"]
    with raises_stripe(code="payment_intent_invalid_parameter", param="payment_method"):
        await shop.v1.payment_intents.confirm_async(
            intent.id, {"payment_method_data": {"type": "klarna", "billing_details": PAYER}, "return_url": BACK}
        )
    back = await configurations.update_async(default.id, set_to(klarna="none"))
    assert back.klarna.display_preference.value == "on"
    later = await shop.v1.payment_intents.create_async(EURO)
    assert "klarna" in later.payment_method_types
    kept = await shop.v1.payment_intents.update_async(intent.id, {"currency": "usd"})
    assert "klarna" not in kept.payment_method_types, "the intent keeps what held when it was made"


async def test_a_payment_names_its_configuration(shop: Shop) -> None:
    configurations = shop.v1.payment_method_configurations
    by_card = await configurations.create_async({"name": "Cards"})
    assert (by_card.card.available, by_card.link.available, by_card.is_default) == (True, False, False)
    later = await configurations.create_async({"name": "Later"} | set_to(card="off", klarna="on", crypto="on"))
    assert (later.klarna.available, later.crypto.available, later.crypto.display_preference.value) == (
        True,
        False,
        "on",
    )
    intent = await shop.v1.payment_intents.create_async(EURO | {"payment_method_configuration": by_card.id})
    assert intent.payment_method_types == ["card"]
    assert intent.payment_method_configuration_details.to_dict() == {"id": by_card.id, "parent": None}
    moved = await shop.v1.payment_intents.update_async(intent.id, {"payment_method_configuration": later.id})
    assert (moved.payment_method_types, moved.payment_method_configuration_details.id) == (["klarna"], later.id)
    with raises_stripe(code="payment_intent_invalid_parameter"):
        await shop.v1.payment_intents.confirm_async(
            intent.id, {"payment_method_data": by_number("4242424242424242"), "return_url": BACK}
        )
    named = await shop.v1.payment_intents.update_async(intent.id, {"payment_method_types": ["card"]})
    assert (named.payment_method_configuration_details, named.automatic_payment_methods) == (None, None)
    with raises_stripe(param="payment_method_configuration"):
        await shop.v1.payment_intents.update_async(intent.id, {"payment_method_configuration": later.id})
    renamed = await configurations.update_async(later.id, {"name": "Much later"})
    assert (renamed.name, renamed.klarna.available) == ("Much later", True)


async def test_what_cannot_be_configured_is_refused(shop: Shop) -> None:
    configurations = shop.v1.payment_method_configurations
    only_klarna = await configurations.create_async({"name": "Later"} | set_to(card="off", klarna="on"))
    create = shop.v1.payment_intents.create_async
    here = {"payment_method_configuration": only_klarna.id}
    with raises_stripe(code="payment_intent_invalid_parameter"):
        await create({"amount": 2000, "currency": "krw"} | here)
    with raises_stripe(code="payment_intent_invalid_parameter"):
        await create(EURO | here | {"capture_method": "automatic", "automatic_payment_methods": {
            "enabled": True, "allow_redirects": "never"}})  # fmt: skip
    for conflict in ({"payment_method_types": ["card"]}, {"automatic_payment_methods": {"enabled": False}}):
        with raises_stripe(param="payment_method_configuration"):
            await create(EURO | here | conflict)
    with raises_stripe(code="resource_missing", param="payment_method_configuration", status=400):
        await create(EURO | {"payment_method_configuration": "pmc_unknown"})
    await configurations.update_async(only_klarna.id, {"active": False})
    with raises_stripe(param="payment_method_configuration"):
        await create(EURO | here)
    default = (await configurations.list_async()).data[-1]
    with raises_stripe(param="active"):
        await configurations.update_async(default.id, {"active": False})
    with raises_stripe(code="resource_missing", param="configuration", status=404):
        await configurations.retrieve_async("pmc_unknown")
    for params, code in (({}, "parameter_missing"), ({"name": "x", "parent": "pmc_x"}, "parameter_unsupported")):
        with raises_stripe(code=code):
            await configurations.create_async(params)
    with raises_stripe(code="parameter_unsupported", param="apple_pay_later"):
        await configurations.create_async({"name": "x"} | set_to(apple_pay_later="on"))


@pytest.mark.parametrize("times", [8])
async def test_whoever_asks_first_for_the_default_one_gets_the_same(shop: Shop, times: int) -> None:
    from asyncio import gather

    await shop.v1.customers.list_async()
    pages = await gather(*(shop.v1.payment_method_configurations.list_async() for _ in range(times)))
    assert len({page.data[0].id for page in pages}) == 1
    assert {len(page.data) for page in pages} == {1}
