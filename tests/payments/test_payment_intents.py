"""Payment intents through the official SDK: every way a payment can go."""

from typing import Any

import pytest

from tests.payments.intents import CHALLENGED, told
from tests.shop import Shop, raises_stripe

BY_CARD: dict[str, Any] = {
    "amount": 2000,
    "currency": "usd",
    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
}
PAID = BY_CARD | {"payment_method": "pm_card_visa", "confirm": True}


async def test_a_card_pays_at_once(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(PAID | {"expand": ["latest_charge"]})
    assert intent.status == "succeeded"
    assert intent.amount_received == 2000
    charge = intent.latest_charge
    assert (charge.status, charge.paid, charge.captured, charge.amount_captured) == ("succeeded", True, True, 2000)
    assert charge.outcome.type == "authorized"
    assert charge.payment_method_details.card.brand == "visa"
    assert await shop.event_types() == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


async def test_an_intent_is_created_then_confirmed(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(BY_CARD)
    assert intent.status == "requires_payment_method"
    intent = await shop.v1.payment_intents.update_async(intent.id, {"payment_method": "pm_card_mastercard"})
    assert intent.status == "requires_confirmation"
    intent = await shop.v1.payment_intents.confirm_async(intent.id)
    assert intent.status == "succeeded"


async def test_a_declined_card_leaves_its_attempt_on_record(shop: Shop) -> None:
    with raises_stripe("card_error", code="card_declined", decline_code="generic_decline", status=402) as caught:
        await shop.v1.payment_intents.create_async(PAID | {"payment_method": "pm_card_chargeDeclined"})
    error = told(caught)
    intent = await shop.v1.payment_intents.retrieve_async(error.payment_intent["id"])
    assert intent.status == "requires_payment_method"
    assert intent.payment_method is None
    assert intent.last_payment_error.charge == error.charge
    charge = await shop.v1.charges.retrieve_async(error.charge)
    assert (charge.status, charge.failure_code) == ("failed", "card_declined")
    assert await shop.event_types() == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]


@pytest.mark.parametrize("amount", [None, 700])
async def test_a_reservation_is_captured(shop: Shop, amount: int | None) -> None:
    intent = await shop.v1.payment_intents.create_async(PAID | {"capture_method": "manual"})
    assert (intent.status, intent.amount_capturable) == ("requires_capture", 2000)
    captured = await shop.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": amount} if amount else {})
    assert (captured.status, captured.amount_received) == ("succeeded", amount or 2000)
    charge = await shop.v1.charges.retrieve_async(captured.latest_charge)
    assert (charge.amount_captured, charge.amount_refunded) == (amount or 2000, 0)
    assert await shop.event_types() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "charge.captured",
        "payment_intent.succeeded",
    ]


async def test_a_canceled_reservation_is_released(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(PAID | {"capture_method": "manual"})
    canceled = await shop.v1.payment_intents.cancel_async(intent.id, {"cancellation_reason": "duplicate"})
    assert (canceled.status, canceled.cancellation_reason, canceled.amount_capturable) == ("canceled", "duplicate", 0)
    charge = await shop.v1.charges.retrieve_async(intent.latest_charge)
    assert (charge.captured, charge.refunded, charge.amount_refunded) == (False, False, 0)
    with raises_stripe(code="payment_intent_unexpected_state", status=400):
        await shop.v1.payment_intents.cancel_async(intent.id)


async def test_three_d_secure_asks_the_payer_first(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(
        PAID | {"payment_method": "pm_card_threeDSecure2Required", "return_url": "https://example.com/back"}
    )
    assert intent.status == "requires_action"
    assert intent.next_action.type == "redirect_to_url"
    assert intent.next_action.redirect_to_url.return_url == "https://example.com/back"


async def test_redirects_need_a_return_url(shop: Shop) -> None:
    with raises_stripe():
        await shop.v1.payment_intents.create_async(
            {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
        )


async def test_a_bank_debit_settles_later(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(
        {
            "amount": 2000,
            "currency": "usd",
            "payment_method_types": ["us_bank_account"],
            "payment_method": "pm_usBankAccount_success",
            "confirm": True,
            "mandate_data": {"customer_acceptance": {"type": "offline"}},
        }
    )
    assert intent.status == "processing"
    await shop.until(lambda: shop.v1.payment_intents.retrieve_async(intent.id), status="succeeded")
    assert await shop.event_types() == [
        "payment_intent.created",
        "charge.pending",
        "payment_intent.processing",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]


async def test_a_declined_intent_can_be_paid_by_another_card(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(BY_CARD)
    with raises_stripe("card_error", decline_code="insufficient_funds"):
        await shop.v1.payment_intents.confirm_async(
            intent.id, {"payment_method": "pm_card_visa_chargeDeclinedInsufficientFunds"}
        )
    paid = await shop.v1.payment_intents.confirm_async(intent.id, {"payment_method": "pm_card_visa"})
    assert paid.status == "succeeded"
    assert paid.last_payment_error is None


async def test_updates_unset_texts_by_empty_ones(shop: Shop) -> None:
    address = {"line1": "1 Main St", "line2": "Flat 2"}
    intent = await shop.v1.payment_intents.create_async(
        {
            "amount": 2000,
            "currency": "usd",
            "description": "A cap",
            "statement_descriptor": "CAPS AND HATS",
            "statement_descriptor_suffix": "CAP",
            "shipping": {"name": "Ann", "phone": "+15550100", "address": address},
        }
    )
    changed = await shop.v1.payment_intents.update_async(
        intent.id,
        {
            "description": "",
            "statement_descriptor": "",
            "statement_descriptor_suffix": "",
            "shipping": {"name": "Ann", "phone": "", "address": address | {"line2": ""}},
        },
    )
    assert (changed.description, changed.statement_descriptor, changed.statement_descriptor_suffix) == (None,) * 3
    assert changed.shipping is not None and changed.shipping.address is not None
    assert (changed.shipping.phone, changed.shipping.address.line2) == (None, None)
    setup = await shop.v1.setup_intents.create_async({"description": "A cap", "payment_method_types": ["card"]})
    assert (await shop.v1.setup_intents.update_async(setup.id, {"description": ""})).description is None
    charge = await shop.v1.charges.create_async(
        {
            "amount": 2000,
            "currency": "usd",
            "source": "tok_visa",
            "description": "A cap",
            "receipt_email": "ann@example.com",
        }
    )
    emptied = await shop.v1.charges.update_async(charge.id, {"description": "", "receipt_email": ""})
    assert (emptied.description, emptied.receipt_email) == (None, None)
    with raises_stripe(code="parameter_invalid_empty", param="customer"):
        await shop.v1.payment_intents.update_async(intent.id, {"customer": ""})


async def test_a_payment_is_told_as_created_before_it_is_confirmed(shop: Shop) -> None:
    await shop.v1.payment_intents.create_async(PAID)
    kept = await shop.v1.payment_intents.create_async(BY_CARD | {"payment_method": "pm_card_visa"})
    later, first = (await shop.v1.events.list_async({"type": "payment_intent.created"})).data
    told = first.data.object
    assert (told.status, told.payment_method, told.latest_charge) == ("requires_payment_method", None, None)
    assert (later.data.object.status, later.data.object.payment_method) == (
        "requires_confirmation",
        kept.payment_method,
    )


async def test_a_declined_charge_has_the_networks_numbers_and_no_receipt(shop: Shop) -> None:
    for card, asked in (("pm_card_chargeDeclined", True), ("pm_card_radarBlock", False)):
        with raises_stripe("card_error", code="card_declined", status=402) as caught:
            await shop.v1.payment_intents.create_async(PAID | {"payment_method": card})
        charge = await shop.v1.charges.retrieve_async(told(caught).charge)
        shown = charge.payment_method_details.card
        assert charge.receipt_url is None
        assert (shown.authorization_code is not None, shown.network_transaction_id is not None) == (asked, asked)


@pytest.mark.parametrize("status", ["requires_confirmation", "requires_action"])
async def test_a_payment_method_is_taken_away_by_an_empty_value(shop: Shop, status: str) -> None:
    given = BY_CARD | {"payment_method": "pm_card_visa"} if status == "requires_confirmation" else CHALLENGED
    intent = await shop.v1.payment_intents.create_async(given)
    assert intent.status == status
    updated = await shop.v1.payment_intents.update_async(intent.id, {"payment_method": ""})
    assert (updated.status, updated.payment_method, updated.next_action) == ("requires_payment_method", None, None)
    paid = await shop.v1.payment_intents.confirm_async(intent.id, {"payment_method": "pm_card_visa"})
    assert paid.status == "succeeded"
    with raises_stripe("invalid_request_error", code="payment_intent_unexpected_state"):
        await shop.v1.payment_intents.update_async(intent.id, {"payment_method": ""})


async def test_an_intent_that_cannot_be_confirmed_is_not_made_nor_named(shop: Shop) -> None:
    with raises_stripe(code="payment_intent_unexpected_state", status=400) as caught:
        await shop.v1.payment_intents.create_async(BY_CARD | {"confirm": True})
    error = told(caught)
    assert "missing a payment method" in error.message
    assert getattr(error, "payment_intent", None) is None
    assert (await shop.v1.payment_intents.list_async()).data == []
    assert await shop.event_types() == []
