"""What is reserved: captured at once or in parts, incremented, released."""

from typing import Any

import pytest

from stripe_lite.bank.port import Void
from stripe_lite.bank.simulator import open_simulated_bank
from stripe_lite.core.clock import utc_now
from tests.payments.intents import BY_CARD, DEBIT, PAID, RESERVED, told, with_card
from tests.shop import Shop, raises_stripe

MULTICAPTURE = RESERVED | with_card(request_multicapture="if_available")
INCREMENTAL = RESERVED | with_card(request_incremental_authorization="if_available")


async def test_a_reservation_is_captured_in_parts(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(MULTICAPTURE)
    first = await shop.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 700, "final_capture": False})
    assert (first.status, first.amount_capturable, first.amount_received) == ("requires_capture", 1300, 700)
    second = await shop.v1.payment_intents.capture_async(
        intent.id, {"amount_to_capture": 300, "expand": ["latest_charge"]}
    )
    assert (second.status, second.amount_capturable, second.amount_received) == ("succeeded", 0, 1000)
    charge = second.latest_charge
    assert (charge.captured, charge.amount_captured, charge.amount_refunded) == (True, 1000, 0)
    types = await shop.event_types()
    assert types[:5] == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "charge.updated",
        "payment_intent.amount_capturable_updated",
    ]
    part = (await shop.v1.events.list_async({"type": "charge.updated"})).data[-1].data
    assert (part.object.amount_captured, part.object.captured) == (700, False)
    assert part.previous_attributes.amount_captured == 0
    assert await shop.untold("charge.*") == []
    assert types[-1] == "payment_intent.succeeded"


async def test_the_rest_is_released_by_capturing_nothing(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(MULTICAPTURE)
    with raises_stripe(param="amount_to_capture"):
        await shop.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 0})
    await shop.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 700, "final_capture": False})
    with raises_stripe(code="payment_intent_unexpected_state"):
        await shop.v1.payment_intents.cancel_async(intent.id)
    with raises_stripe(code="charge_not_refundable"):
        await shop.v1.refunds.create_async({"payment_intent": intent.id})
    done = await shop.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 0, "expand": ["latest_charge"]})
    assert (done.status, done.amount_received, done.amount_capturable) == ("succeeded", 700, 0)
    assert (done.latest_charge.amount_captured, done.latest_charge.amount_refunded) == (700, 0)


async def test_the_last_part_is_final_by_itself(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(MULTICAPTURE)
    captured = await shop.v1.payment_intents.capture_async(intent.id, {"final_capture": False})
    assert (captured.status, captured.amount_received) == ("succeeded", 2000)


async def test_parts_need_a_reservation_for_parts(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(RESERVED)
    with raises_stripe(param="final_capture"):
        await shop.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 700, "final_capture": False})


@pytest.mark.parametrize(("amount", "code"), [(2001, "amount_too_large"), (0, "parameter_invalid_integer")])
async def test_what_was_not_reserved_is_not_captured(shop: Shop, amount: int, code: str) -> None:
    intent = await shop.v1.payment_intents.create_async(RESERVED)
    with raises_stripe(code=code, param="amount_to_capture"):
        await shop.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": amount})


async def test_fractions_that_the_currency_does_not_have_are_not_captured(shop: Shop) -> None:
    """Else they could not be refunded either."""
    intent = await shop.v1.payment_intents.create_async(RESERVED | {"currency": "kwd"})
    with raises_stripe(code="invalid_charge_amount", param="amount_to_capture", status=400):
        await shop.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 555})
    captured = await shop.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 550})
    assert (await shop.v1.refunds.create_async({"payment_intent": captured.id})).amount == 550
    reserved = {"amount": 5000, "currency": "isk", "source": "tok_visa", "capture": False}
    charge = await shop.v1.charges.create_async(reserved)
    with raises_stripe(code="invalid_charge_amount", param="amount", status=400):
        await shop.v1.charges.capture_async(charge.id, {"amount": 555})


async def test_a_capture_stores_what_it_brings(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(RESERVED | {"metadata": {"a": "1"}})
    captured = await shop.v1.payment_intents.capture_async(
        intent.id,
        {
            "metadata": {"b": "2"},
            "statement_descriptor_suffix": "PART TWO",
            "payment_details": {"order_reference": "o-1"},
        },
    )
    assert captured.metadata.to_dict() == {"a": "1", "b": "2"}
    assert captured.statement_descriptor_suffix == "PART TWO"
    charge = await shop.v1.charges.retrieve_async(captured.latest_charge)
    assert charge.calculated_statement_descriptor == "STRIPE LITE* PART TWO"
    with raises_stripe(param="statement_descriptor"):
        other = await shop.v1.payment_intents.create_async(RESERVED)
        await shop.v1.payment_intents.capture_async(other.id, {"statement_descriptor": "PART TWO"})
    assert captured.payment_details.to_dict() == {"customer_reference": None, "order_reference": "o-1"}


async def test_a_reservation_is_incremented(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(INCREMENTAL)
    more = await shop.v1.payment_intents.increment_authorization_async(
        intent.id,
        {"amount": 2600, "description": "A second night", "metadata": {"nights": "2"}, "expand": ["latest_charge"]},
    )
    assert (more.status, more.amount, more.amount_capturable) == ("requires_capture", 2600, 2600)
    assert (more.description, more.metadata["nights"]) == ("A second night", "2")
    assert more.latest_charge.amount == 2600
    assert more.latest_charge.payment_method_details.card.amount_authorized == 2600
    captured = await shop.v1.payment_intents.capture_async(intent.id)
    assert captured.amount_received == 2600
    assert (await shop.event_types()).count("payment_intent.amount_capturable_updated") == 2


async def test_a_declined_increment_changes_nothing(shop: Shop, dsn: str) -> None:
    intent = await shop.v1.payment_intents.create_async(INCREMENTAL)
    # The bank declines, because it released the reservation without telling us.
    async with open_simulated_bank(dsn, pool_size=1) as bank:
        await bank.void(Void(account_id=shop.account_id, ref="behind", at=utc_now(), of=intent.latest_charge))
    with raises_stripe("card_error", code="card_declined", status=402) as caught:
        await shop.v1.payment_intents.increment_authorization_async(intent.id, {"amount": 2500, "description": "More"})
    assert told(caught).payment_intent["amount"] == 2000
    now = await shop.v1.payment_intents.retrieve_async(intent.id, {"expand": ["latest_charge"]})
    assert (now.status, now.amount, now.amount_capturable) == ("requires_capture", 2000, 2000)
    assert (now.description, now.latest_charge.amount) == (None, 2000)


@pytest.mark.parametrize("amount", [1999, 2000])
async def test_an_increment_increases(shop: Shop, amount: int) -> None:
    intent = await shop.v1.payment_intents.create_async(INCREMENTAL)
    with raises_stripe(param="amount"):
        await shop.v1.payment_intents.increment_authorization_async(intent.id, {"amount": amount})


async def test_increments_must_be_asked_for(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(RESERVED)
    with raises_stripe(code="payment_intent_invalid_parameter"):
        await shop.v1.payment_intents.increment_authorization_async(intent.id, {"amount": 2500})


async def test_a_card_of_another_brand_cannot_be_incremented(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(
        INCREMENTAL | {"payment_method": "pm_card_jcb", "expand": ["latest_charge"]}
    )
    assert intent.latest_charge.payment_method_details.card.incremental_authorization.status == "unavailable"
    with raises_stripe(code="payment_intent_invalid_parameter"):
        await shop.v1.payment_intents.increment_authorization_async(intent.id, {"amount": 2500})


async def test_fifty_captures_are_enough(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(MULTICAPTURE)
    part = {"amount_to_capture": 1, "final_capture": False}
    for _ in range(50):
        await shop.v1.payment_intents.capture_async(intent.id, part)
    with raises_stripe(code="payment_intent_invalid_parameter"):
        await shop.v1.payment_intents.capture_async(intent.id, part)
    released = await shop.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 0})
    assert (released.status, released.amount_received) == ("succeeded", 50)


async def test_ten_increments_are_enough(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(INCREMENTAL)
    for more in range(1, 11):
        await shop.v1.payment_intents.increment_authorization_async(intent.id, {"amount": 2000 + more})
    with raises_stripe():
        await shop.v1.payment_intents.increment_authorization_async(intent.id, {"amount": 2500})


@pytest.mark.parametrize("reason", ["abandoned", "duplicate", "fraudulent", "requested_by_customer", None])
async def test_a_payment_is_given_up_for_a_reason(shop: Shop, reason: str | None) -> None:
    intent = await shop.v1.payment_intents.create_async(BY_CARD | {"payment_method": "pm_card_visa"})
    params = {} if reason is None else {"cancellation_reason": reason}
    canceled = await shop.v1.payment_intents.cancel_async(intent.id, params)
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", reason)
    assert canceled.canceled_at is not None
    assert await shop.event_types() == ["payment_intent.created", "payment_intent.canceled"]


@pytest.mark.parametrize("reason", ["automatic", "failed_invoice", "void_invoice", "expired"])
async def test_reasons_of_the_system_are_not_the_clients(shop: Shop, reason: str) -> None:
    intent = await shop.v1.payment_intents.create_async(BY_CARD)
    with raises_stripe(param="cancellation_reason"):
        await shop.v1.payment_intents.cancel_async(intent.id, {"cancellation_reason": reason})


async def test_a_pending_debit_is_stopped(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(DEBIT | {"payment_method": "pm_usBankAccount_processing"})
    assert intent.status == "processing"
    canceled = await shop.v1.payment_intents.cancel_async(intent.id, {"expand": ["latest_charge"]})
    assert canceled.status == "canceled"
    assert (canceled.latest_charge.status, canceled.latest_charge.paid) == ("failed", False)
    assert await shop.event_types() == [
        "payment_intent.created",
        "charge.pending",
        "payment_intent.processing",
        "charge.failed",
        "payment_intent.canceled",
    ]


async def test_reserving_can_be_set_for_cards_alone(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(PAID | with_card(capture_method="manual"))
    assert (intent.status, intent.capture_method) == ("requires_capture", "automatic_async")
    assert intent.payment_method_options.card.capture_method == "manual"


@pytest.mark.parametrize("method", ["automatic", "automatic_async", None])
async def test_money_is_taken_at_once_otherwise(shop: Shop, method: str | None) -> None:
    params: dict[str, Any] = {} if method is None else {"capture_method": method}
    intent = await shop.v1.payment_intents.create_async(PAID | params)
    assert (intent.status, intent.capture_method) == ("succeeded", method or "automatic_async")


async def test_a_bank_account_cannot_be_reserved(shop: Shop) -> None:
    with raises_stripe(code="payment_intent_incompatible_payment_method", param="capture_method"):
        await shop.v1.payment_intents.create_async(DEBIT | {"capture_method": "manual"})
