"""Payment methods of customers: attaching, declines on the way, and detaching."""

import asyncio

import pytest
import stripe

from tests.shop import Shop, raises_stripe

CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "314"}


async def test_a_card_is_verified_when_it_is_attached(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    method = await shop.v1.payment_methods.create_async({"type": "card", "card": CARD})
    attached = await shop.v1.payment_methods.attach_async(method.id, {"customer": customer.id})
    assert attached.id == method.id
    assert attached.customer == customer.id
    assert attached.card.checks.cvc_check == "pass"
    assert await shop.event_types() == ["customer.created", "payment_method.attached"]
    expanded = await shop.v1.payment_methods.retrieve_async(method.id, {"expand": ["customer"]})
    assert expanded.customer.id == customer.id


async def test_attaching_again_changes_nothing(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    other = await shop.v1.customers.create_async()
    method = await shop.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id})
    again = await shop.v1.payment_methods.attach_async(method.id, {"customer": customer.id})
    assert again.customer == customer.id
    with raises_stripe(message="The payment method you provided has already been attached to a customer."):
        await shop.v1.payment_methods.attach_async(method.id, {"customer": other.id})
    assert (await shop.event_types()).count("payment_method.attached") == 1


@pytest.mark.parametrize(
    ("number", "code", "decline_code"),
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000000069", "expired_card", None),
        ("4000000000000127", "incorrect_cvc", None),
        ("4000000000000119", "processing_error", None),
    ],
)
async def test_a_card_that_is_declined_is_not_attached(
    shop: Shop, number: str, code: str, decline_code: str | None
) -> None:
    customer = await shop.v1.customers.create_async()
    method = await shop.v1.payment_methods.create_async({"type": "card", "card": CARD | {"number": number}})
    with raises_stripe("card_error", code=code, decline_code=decline_code, status=402):
        await shop.v1.payment_methods.attach_async(method.id, {"customer": customer.id})
    found = await shop.v1.payment_methods.retrieve_async(method.id)
    assert found.customer is None
    assert await shop.event_types() == ["customer.created"]


async def test_a_wrong_security_code_fails_only_if_it_is_given(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    card = {"number": "4000000000000127", "exp_month": 12, "exp_year": 2040}
    method = await shop.v1.payment_methods.create_async({"type": "card", "card": card})
    attached = await shop.v1.payment_methods.attach_async(method.id, {"customer": customer.id})
    assert attached.card.checks.cvc_check is None


async def test_a_card_declined_at_payments_can_be_attached(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    attached = await shop.v1.payment_methods.attach_async("pm_card_chargeCustomerFail", {"customer": customer.id})
    assert attached.customer == customer.id


async def test_a_detached_payment_method_is_used_up(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    method = await shop.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id})
    detached = await shop.v1.payment_methods.detach_async(method.id)
    assert detached.customer is None
    event = (await shop.v1.events.list_async({"type": "payment_method.detached"})).data[0]
    assert event.data.previous_attributes.to_dict() == {"customer": customer.id}
    with raises_stripe() as refused:
        await shop.v1.payment_methods.attach_async(method.id, {"customer": customer.id})
    assert "may not be used again" in str(refused.value)
    with raises_stripe() as refused:
        await shop.v1.payment_methods.detach_async(method.id)
    assert "not attached to a customer" in str(refused.value)


async def test_detaching_the_default_clears_it(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    method = await shop.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id})
    settings = {"invoice_settings": {"default_payment_method": method.id}}
    updated = await shop.v1.customers.update_async(customer.id, settings)
    assert updated.invoice_settings.default_payment_method == method.id
    await shop.v1.payment_methods.detach_async(method.id)
    found = await shop.v1.customers.retrieve_async(customer.id)
    assert found.invoice_settings.default_payment_method is None
    assert (await shop.event_types())[-2:] == ["payment_method.detached", "customer.updated"]


async def test_a_default_must_be_attached(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    loose = await shop.v1.payment_methods.create_async({"type": "card", "card": CARD})
    param = "invoice_settings[default_payment_method]"
    with raises_stripe(code="resource_missing", param=param, status=400):
        await shop.v1.customers.update_async(customer.id, {"invoice_settings": {"default_payment_method": loose.id}})


async def test_a_customer_can_be_created_with_a_payment_method(shop: Shop) -> None:
    method = await shop.v1.payment_methods.create_async({"type": "card", "card": CARD})
    customer = await shop.v1.customers.create_async(
        {"payment_method": method.id, "invoice_settings": {"default_payment_method": method.id}}
    )
    assert customer.invoice_settings.default_payment_method == method.id
    found = await shop.v1.payment_methods.retrieve_async(method.id)
    assert found.customer == customer.id
    assert found.card.checks.cvc_check == "pass"
    assert await shop.event_types() == ["customer.created", "payment_method.attached"]


async def test_a_declined_card_leaves_no_customer_behind(shop: Shop) -> None:
    with raises_stripe("card_error", code="card_declined", status=402):
        await shop.v1.customers.create_async({"payment_method": "pm_card_chargeDeclined"})
    assert (await shop.v1.customers.list_async()).data == []
    assert await shop.event_types() == []


async def test_what_cannot_be_attached_is_refused(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    with raises_stripe(code="parameter_missing", param="customer"):
        await shop.v1.payment_methods.attach_async("pm_card_visa", {})
    with raises_stripe(code="resource_missing", param="customer", status=400):
        await shop.v1.payment_methods.attach_async("pm_card_visa", {"customer": "cus_nobody"})
    ideal = await shop.v1.payment_methods.create_async({"type": "ideal"})
    with raises_stripe():
        await shop.v1.payment_methods.attach_async(ideal.id, {"customer": customer.id})
    account = await shop.v1.payment_methods.create_async(
        {
            "type": "us_bank_account",
            "us_bank_account": {"account_number": "000123456789", "routing_number": "110000000"},
            "billing_details": {"name": "Ann Example"},
        }
    )
    with raises_stripe() as refused:
        await shop.v1.payment_methods.attach_async(account.id, {"customer": customer.id})
    assert "must be verified" in str(refused.value)


async def test_of_two_customers_one_gets_the_card(shop: Shop) -> None:
    method = await shop.v1.payment_methods.create_async({"type": "card", "card": CARD})
    customers = [await shop.v1.customers.create_async() for _ in range(4)]
    answers = await asyncio.gather(
        *(shop.v1.payment_methods.attach_async(method.id, {"customer": customer.id}) for customer in customers),
        return_exceptions=True,
    )
    refused = [answer for answer in answers if isinstance(answer, stripe.StripeError)]
    assert len(refused) == 3
    assert {error.http_status for error in refused} == {400}
    assert (await shop.event_types()).count("payment_method.attached") == 1


async def test_a_deleted_customer_has_nothing_attached(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    method = await shop.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id})
    await shop.v1.customers.delete_async(customer.id)
    assert (await shop.v1.payment_methods.retrieve_async(method.id)).customer is None
    assert (await shop.event_types())[-2:] == ["customer.deleted", "payment_method.detached"]
