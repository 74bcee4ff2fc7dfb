"""Domains that wallets are shown on."""

import pytest

from tests.shop import Shop, raises_stripe

METHODS = ("amazon_pay", "apple_pay", "google_pay", "klarna", "link", "paypal")


async def test_a_domain_is_registered_switched_and_found(shop: Shop) -> None:
    domains = shop.v1.payment_method_domains
    made = await domains.create_async({"domain_name": "Shop.Example.com"})
    assert (made.domain_name, made.enabled, made.livemode) == ("shop.example.com", True, False)
    assert {made[method].status for method in METHODS} == {"active"}
    off = await domains.update_async(made.id, {"enabled": False})
    assert (off.enabled, off.id) == (False, made.id)
    assert await domains.retrieve_async(made.id) == off
    other = await domains.create_async({"domain_name": "example.org", "enabled": True})
    assert [each.id for each in (await domains.list_async()).data] == [other.id, made.id]
    assert [each.id for each in (await domains.list_async({"enabled": False})).data] == [made.id]
    assert [each.id for each in (await domains.list_async({"domain_name": "example.org"})).data] == [other.id]
    with raises_stripe(param="domain_name", status=400):
        await domains.create_async({"domain_name": "EXAMPLE.org"})


async def test_a_domain_that_nobody_can_reach_shows_no_apple_pay(shop: Shop) -> None:
    made = await shop.v1.payment_method_domains.create_async({"domain_name": "shop.test"})
    checked = await shop.v1.payment_method_domains.validate_async(made.id)
    for domain in (made, checked):
        assert domain.apple_pay.status == "inactive"
        assert "shop.test could not be verified" in domain.apple_pay.status_details.error_message
        assert {domain[method].status for method in METHODS if method != "apple_pay"} == {"active"}


@pytest.mark.parametrize(
    "name",
    ["", "localhost", "https://example.com", "example.com/pay", "example.com:443", "127.0.0.1", "::1", "a..b", "-a.com",
     "a-.com", "ex ample.com", "example.com.", "exämple.com", "a." * 127 + "com", "1.2.3"],
)  # fmt: skip
async def test_what_is_no_domain_is_refused(shop: Shop, name: str) -> None:
    with raises_stripe(param="domain_name", status=400):
        await shop.v1.payment_method_domains.create_async({"domain_name": name})


async def test_an_unknown_domain_is_missing(shop: Shop) -> None:
    for operation in ("retrieve", "update", "validate"):
        with raises_stripe(code="resource_missing", param="payment_method_domain", status=404):
            await getattr(shop.v1.payment_method_domains, f"{operation}_async")("pmd_unknown")
