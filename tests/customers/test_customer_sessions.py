"""Customer sessions: what a page may show one customer."""

from typing import Any

import pytest

from tests.shop import Shop, raises_stripe


async def create(shop: Shop, **components: Any) -> Any:
    customer = await shop.v1.customers.create_async({"name": "Ann"})
    return await shop.v1.customer_sessions.create_async(
        {"customer": customer.id, "components": components, "expand": ["customer"]}
    )


async def test_a_session_tells_what_its_component_can_do(shop: Shop) -> None:
    session = await create(shop, payment_element={"enabled": True})
    assert (session.object, session.customer.name, session.livemode) == ("customer_session", "Ann", False)
    assert session.client_secret.startswith("cuss_secret_")
    assert session.expires_at - session.created == 1800
    assert session.components.payment_element.features.to_dict() == {
        "payment_method_allow_redisplay_filters": ["always"],
        "payment_method_redisplay": "disabled",
        "payment_method_redisplay_limit": 3,
        "payment_method_remove": "disabled",
        "payment_method_save": "disabled",
        "payment_method_save_usage": None,
    }
    assert not session.components.buy_button.enabled
    assert session.components.customer_sheet.to_dict() == {"enabled": False, "features": None}


@pytest.mark.parametrize(
    ("component", "features"),
    [
        ("payment_element", {"payment_method_save": "enabled", "payment_method_save_usage": "off_session",
                             "payment_method_redisplay": "enabled", "payment_method_redisplay_limit": 10}),
        ("customer_sheet", {"payment_method_remove": "enabled",
                            "payment_method_allow_redisplay_filters": ["limited", "unspecified"]}),
        ("mobile_payment_element", {"payment_method_save": "enabled", "payment_method_redisplay": "enabled",
                                    "payment_method_save_allow_redisplay_override": "limited"}),
    ],
)  # fmt: skip
async def test_what_is_asked_for_is_given_back(shop: Shop, component: str, features: dict[str, Any]) -> None:
    session = await create(shop, **{component: {"enabled": True, "features": features}})
    shown = session.components[component]
    assert shown.enabled
    assert {name: shown.features[name] for name in features} == features


@pytest.mark.parametrize("component", ["buy_button", "pricing_table"])
async def test_a_button_and_a_table_have_no_features(shop: Shop, component: str) -> None:
    session = await create(shop, **{component: {"enabled": True}})
    assert session.components[component].to_dict() == {"enabled": True}


@pytest.mark.parametrize(
    ("components", "param"),
    [
        ({"buy_button": {"enabled": False}}, "components"),
        ({"buy_button": {"enabled": True}, "pricing_table": {"enabled": True}}, "components"),
        ({"buy_button": {"enabled": True}, "payment_element": {"enabled": False, "features": {
            "payment_method_save": "enabled"}}}, "components[payment_element][features]"),
        ({"payment_element": {"enabled": True, "features": {"payment_method_redisplay_limit": 11}}},
         "components[payment_element][features][payment_method_redisplay_limit]"),
        ({"payment_element": {"enabled": True, "features": {"payment_method_save_usage": "on_session"}}},
         "components[payment_element][features][payment_method_save_usage]"),
    ],
)  # fmt: skip
async def test_what_makes_no_session_is_refused(shop: Shop, components: dict[str, Any], param: str) -> None:
    with raises_stripe(param=param, status=400):
        await create(shop, **components)


async def test_a_session_needs_a_customer_and_components(shop: Shop) -> None:
    button = {"components": {"buy_button": {"enabled": True}}}
    with raises_stripe(code="parameter_missing", param="customer"):
        await shop.v1.customer_sessions.create_async(button)
    with raises_stripe(code="resource_missing", param="customer"):
        await shop.v1.customer_sessions.create_async(button | {"customer": "cus_x"})
    with raises_stripe(code="parameter_missing", param="components"):
        await shop.v1.customer_sessions.create_async({"customer": "cus_x"})
    with raises_stripe(code="parameter_unsupported", param="customer_account"):
        await shop.v1.customer_sessions.create_async(button | {"customer_account": "acct_x"})
