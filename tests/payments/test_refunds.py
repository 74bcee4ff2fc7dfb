"""Refunds through the official SDK: all or part, at once or later, and never more than was taken."""

import asyncio
from typing import Any

import pytest

from stripe_lite.payments.refunds.machine import REFUND, RefundFact, RefundStatus
from tests.payments.intents import PAID
from tests.shop import Shop, raises_stripe

BY_CARD: dict[str, Any] = {
    "amount": 1000,
    "currency": "usd",
    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
    "payment_method": "pm_card_visa",
    "confirm": True,
}
DIRECT: dict[str, Any] = {"amount": 1000, "currency": "usd", "source": "tok_visa"}


async def paid_charge(shop: Shop, **changes: Any) -> str:
    """The id of the charge of a paid intent."""
    intent = await shop.v1.payment_intents.create_async(BY_CARD | changes)
    charge: str = intent.latest_charge
    return charge


async def test_all_of_a_charge_is_refunded(shop: Shop) -> None:
    charge_id = await paid_charge(shop)
    before = await shop.event_types()
    refund = await shop.v1.refunds.create_async(
        {"charge": charge_id, "reason": "requested_by_customer", "metadata": {"case": "7"}, "expand": ["charge"]}
    )
    assert (refund.status, refund.amount, refund.currency) == ("succeeded", 1000, "usd")
    assert (refund.reason, refund.metadata["case"]) == ("requested_by_customer", "7")
    assert refund.payment_intent.startswith("pi_")
    assert refund.destination_details.card.type == "refund"
    assert refund.destination_details.card.reference_status == "pending"
    assert (refund.charge.refunded, refund.charge.amount_refunded) == (True, 1000)
    assert (await shop.event_types())[len(before) :] == ["refund.created", "charge.refunded"]
    event = (await shop.v1.events.list_async({"type": "charge.refunded"})).data[0]
    assert event.data.previous_attributes.to_dict() == {"amount_refunded": 0, "refunded": False}
    with raises_stripe(
        code="charge_already_refunded", message=f"Charge {charge_id} has already been refunded.", status=400
    ):
        await shop.v1.refunds.create_async({"charge": charge_id})


async def test_a_second_refund_cannot_exceed_the_rest(shop: Shop) -> None:
    charge_id = await paid_charge(shop)
    with raises_stripe(
        param="amount",
        status=400,
        message="Refund amount ($20.00) is greater than unrefunded amount on charge ($10.00)",
    ):
        await shop.v1.refunds.create_async({"charge": charge_id, "amount": 2000})
    await shop.v1.refunds.create_async({"charge": charge_id, "amount": 700})
    with raises_stripe(param="amount"):
        await shop.v1.refunds.create_async({"charge": charge_id, "amount": 301})
    rest = await shop.v1.refunds.create_async({"charge": charge_id})
    assert rest.amount == 300
    charge = await shop.v1.charges.retrieve_async(charge_id, {"expand": ["refunds"]})
    assert (charge.refunded, charge.amount_refunded) == (True, 1000)
    assert [refund.amount for refund in charge.refunds.data] == [300, 700]
    refunded = (await shop.v1.events.list_async({"type": "charge.refunded"})).data
    assert [event.data.previous_attributes.to_dict() for event in refunded] == [
        {"amount_refunded": 700, "refunded": False},
        {"amount_refunded": 0},
    ]


async def test_a_payment_intent_is_refunded(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(BY_CARD)
    refund = await shop.v1.refunds.create_async({"payment_intent": intent.id, "amount": 400})
    assert (refund.charge, refund.payment_intent) == (intent.latest_charge, intent.id)
    assert (await shop.v1.payment_intents.retrieve_async(intent.id)).status == "succeeded"


@pytest.mark.parametrize(
    ("wrong", "code", "param"),
    [
        ({"amount": 0}, "parameter_invalid_integer", "amount"),
        ({"amount": -5}, "parameter_invalid_integer", "amount"),
        ({"reason": "because"}, None, "reason"),
        ({"charge": "ch_unknown"}, "resource_missing", "charge"),
        ({"charge": "", "payment_intent": "pi_unknown"}, None, None),
        ({"reverse_transfer": True}, "parameter_unsupported", "reverse_transfer"),
        ({"refund_application_fee": True}, "parameter_unsupported", "refund_application_fee"),
        ({"origin": "customer_balance"}, None, "charge"),
        ({"currency": "usd"}, None, "currency"),
    ],
)
async def test_what_cannot_be_refunded_is_refused(
    shop: Shop, wrong: dict[str, Any], code: str | None, param: str | None
) -> None:
    charge_id = await paid_charge(shop)
    with raises_stripe(code=code, param=param, status=400):
        await shop.v1.refunds.create_async({"charge": charge_id} | wrong)
    assert (await shop.v1.refunds.list_async()).data == []


async def test_a_refund_needs_a_payment(shop: Shop) -> None:
    with raises_stripe(
        message="One of the following params should be provided for this request: payment_intent or charge."
    ):
        await shop.v1.refunds.create_async({"amount": 5})
    unpaid = await shop.v1.payment_intents.create_async({"amount": 1000, "currency": "usd"})
    with raises_stripe(message=f"This PaymentIntent ({unpaid.id}) does not have a successful charge to refund."):
        await shop.v1.refunds.create_async({"payment_intent": unpaid.id})


async def test_a_failed_charge_cannot_be_refunded(shop: Shop) -> None:
    with raises_stripe("card_error") as caught:
        await shop.v1.charges.create_async(DIRECT | {"source": "tok_chargeDeclined"})
    assert caught.value.error is not None
    with raises_stripe(code="charge_not_refundable"):
        await shop.v1.refunds.create_async({"charge": caught.value.error.charge})


async def test_a_partly_captured_charge_gives_back_what_was_captured(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(BY_CARD | {"capture_method": "manual"})
    await shop.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 600})
    with raises_stripe(
        message="Refund amount ($6.01) is greater than unrefunded amount on charge ($6.00)", param="amount"
    ):
        await shop.v1.refunds.create_async({"payment_intent": intent.id, "amount": 601})
    refund = await shop.v1.refunds.create_async({"payment_intent": intent.id})
    assert refund.amount == 600
    charge = await shop.v1.charges.retrieve_async(intent.latest_charge)
    assert (charge.refunded, charge.amount_refunded) == (True, 600)
    assert [found.id for found in (await shop.v1.refunds.list_async({"charge": charge.id})).data] == [refund.id]
    told = (await shop.v1.events.list_async({"type": "charge.refunded"})).data[0].data
    assert told.previous_attributes.to_dict() == {"amount_refunded": 0, "refunded": False}


async def test_refunding_a_reservation_releases_it(shop: Shop) -> None:
    charge = await shop.v1.charges.create_async(DIRECT | {"capture": False})
    with raises_stripe(param="amount"):
        await shop.v1.refunds.create_async({"charge": charge.id, "amount": 400})
    refund = await shop.v1.refunds.create_async({"charge": charge.id})
    assert (refund.status, refund.amount) == ("succeeded", 1000)
    assert refund.destination_details.card.type == "reversal"
    released = await shop.v1.charges.retrieve_async(charge.id)
    assert (released.captured, released.refunded, released.amount_refunded) == (False, True, 1000)
    assert await shop.event_types() == ["charge.succeeded", "refund.created", "charge.refunded"]
    with raises_stripe(code="charge_already_refunded"):
        await shop.v1.refunds.create_async({"charge": charge.id})
    with raises_stripe(code="charge_already_refunded"):
        await shop.v1.charges.capture_async(charge.id)


async def test_an_intents_reservation_is_released_by_canceling_it(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(BY_CARD | {"capture_method": "manual"})
    with raises_stripe(status=400):
        await shop.v1.refunds.create_async({"charge": intent.latest_charge})
    await shop.v1.payment_intents.cancel_async(intent.id)
    # Since 2025-03-31.basil that is no refund.
    assert (await shop.v1.refunds.list_async({"payment_intent": intent.id})).data == []
    charge = await shop.v1.charges.retrieve_async(intent.latest_charge)
    assert (charge.status, charge.captured, charge.refunded) == ("succeeded", False, False)
    assert (charge.amount_captured, charge.amount_refunded) == (0, 0)
    assert (await shop.event_types())[-2:] == ["payment_intent.amount_capturable_updated", "payment_intent.canceled"]
    with raises_stripe(code="charge_not_refundable", status=400):
        await shop.v1.refunds.create_async({"charge": charge.id})


async def test_a_refund_succeeds_later(shop: Shop) -> None:
    charge_id = await paid_charge(shop, payment_method="pm_card_pendingRefund")
    before = len(await shop.event_types())
    refund = await shop.v1.refunds.create_async({"charge": charge_id})
    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    assert refund.destination_details.card.type == "pending"
    assert (await shop.v1.charges.retrieve_async(charge_id)).amount_refunded == 1000
    refund = await shop.until(lambda: shop.v1.refunds.retrieve_async(refund.id), status="succeeded")
    assert "pending_reason" not in refund
    assert (await shop.event_types())[before:] == [
        "refund.created",
        "charge.refunded",
        "refund.updated",
        "charge.refund.updated",
    ]
    event = (await shop.v1.events.list_async({"type": "refund.updated"})).data[0]
    assert event.data.previous_attributes["status"] == "pending"
    assert await shop.untold("refund.*") == []


async def test_a_refund_fails_after_it_had_succeeded(shop: Shop) -> None:
    charge_id = await paid_charge(shop, payment_method="pm_card_refundFail")
    before = len(await shop.event_types())
    refund = await shop.v1.refunds.create_async({"charge": charge_id, "amount": 600})
    assert refund.status == "succeeded"
    assert (await shop.v1.charges.retrieve_async(charge_id)).amount_refunded == 600
    refund = await shop.until(lambda: shop.v1.refunds.retrieve_async(refund.id), status="failed")
    assert refund.failure_reason == "expired_or_canceled_card"
    charge = await shop.v1.charges.retrieve_async(charge_id)
    assert (charge.amount_refunded, charge.refunded) == (0, False)
    assert (await shop.event_types())[before:] == [
        "refund.created",
        "charge.refunded",
        "refund.updated",
        "refund.failed",
        "charge.refund.updated",
    ]
    assert await shop.untold("refund.*") == []
    again = await shop.v1.refunds.create_async({"charge": charge_id})
    assert again.amount == 1000


async def test_a_bank_debit_is_refunded_by_bank_transfer(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(
        {
            "amount": 1000,
            "currency": "usd",
            "payment_method_types": ["us_bank_account"],
            "payment_method": "pm_usBankAccount_success",
            "confirm": True,
            "mandate_data": {"customer_acceptance": {"type": "offline"}},
        }
    )
    await shop.until(lambda: shop.v1.payment_intents.retrieve_async(intent.id), status="succeeded")
    refund = await shop.v1.refunds.create_async({"payment_intent": intent.id})
    assert refund.destination_details.type == "us_bank_transfer"


async def test_a_refund_for_fraud_reports_it(shop: Shop) -> None:
    charge_id = await paid_charge(shop)
    for amount in (300, 700):
        await shop.v1.refunds.create_async({"charge": charge_id, "reason": "fraudulent", "amount": amount})
    assert (await shop.v1.charges.retrieve_async(charge_id)).fraud_details.user_report == "fraudulent"
    events = await shop.v1.events.list_async({"type": "charge.refunded"})
    assert [event.data.previous_attributes.to_dict() for event in reversed(events.data)] == [
        {"amount_refunded": 0, "fraud_details": {"user_report": None}},
        {"amount_refunded": 300, "refunded": False},
    ]


async def test_a_refunds_metadata_is_updated(shop: Shop) -> None:
    refund = await shop.v1.refunds.create_async({"charge": await paid_charge(shop), "metadata": {"a": "1"}})
    before = len(await shop.event_types())
    updated = await shop.v1.refunds.update_async(refund.id, {"metadata": {"b": "2"}})
    assert updated.metadata.to_dict() == {"a": "1", "b": "2"}
    assert (await shop.event_types())[before:] == ["refund.updated", "charge.refund.updated"]


async def test_a_settled_refund_cannot_be_canceled(shop: Shop) -> None:
    refund = await shop.v1.refunds.create_async({"charge": await paid_charge(shop)})
    with raises_stripe(status=400):
        await shop.v1.refunds.cancel_async(refund.id)
    with raises_stripe(code="resource_missing", status=404):
        await shop.v1.refunds.cancel_async("re_unknown")


async def test_refunds_are_listed_by_what_they_belong_to(shop: Shop) -> None:
    first, second = await paid_charge(shop), await paid_charge(shop)
    one = await shop.v1.refunds.create_async({"charge": first, "amount": 100})
    two = await shop.v1.refunds.create_async({"charge": second, "amount": 200, "expand": ["payment_intent"]})

    async def found(**params: Any) -> list[str]:
        return [refund.id for refund in (await shop.v1.refunds.list_async(params)).data]

    assert await found() == [two.id, one.id]
    assert await found(charge=first) == [one.id]
    assert await found(payment_intent=two.payment_intent.id) == [two.id]
    assert await found(created={"lt": one.created - 1000}) == []
    with raises_stripe(code="resource_missing", param="charge"):
        await found(charge="ch_unknown")


async def test_refunds_live_under_their_charge_too(shop: Shop) -> None:
    first, second = await paid_charge(shop), await paid_charge(shop)
    charge = (await shop.post(f"/v1/charges/{first}/refund", {"amount": "100"})).json()
    assert (charge["object"], charge["amount_refunded"]) == ("charge", 100)
    refund = (await shop.post(f"/v1/charges/{first}/refunds", {"amount": "200"})).json()
    assert (refund["object"], refund["amount"], refund["status"]) == ("refund", 200, "succeeded")
    listed = (await shop.get(f"/v1/charges/{first}/refunds?limit=1")).json()
    assert ([row["id"] for row in listed["data"]], listed["has_more"]) == ([refund["id"]], True)
    assert (await shop.get(f"/v1/charges/{first}/refunds/{refund['id']}")).json() == refund
    updated = await shop.post(f"/v1/charges/{first}/refunds/{refund['id']}", {"metadata[a]": "1"})
    assert updated.json()["metadata"] == {"a": "1"}
    assert (await shop.get(f"/v1/charges/{second}/refunds/{refund['id']}")).status_code == 404


async def test_thirty_two_racers_never_refund_more_than_was_taken(shop: Shop) -> None:
    charge_id = await paid_charge(shop)
    forms = [{"charge": charge_id, "amount": "300"}] * 32
    answers = await asyncio.gather(*(shop.post("/v1/refunds", form) for form in forms))
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) <= {200, 400, 429}
    assert statuses.count(200) <= 3
    refunds = (await shop.v1.refunds.list_async({"charge": charge_id, "limit": 100})).data
    assert statuses.count(200) == len(refunds) >= 1
    charge = await shop.v1.charges.retrieve_async(charge_id)
    assert charge.amount_refunded == sum(refund.amount for refund in refunds) <= 1000
    assert (await shop.event_types()).count("charge.refunded") == len(refunds)


async def test_racers_with_one_key_refund_once(shop: Shop) -> None:
    charge_id = await paid_charge(shop)
    form = {"charge": charge_id, "amount": "300"}
    answers = await asyncio.gather(*(shop.post("/v1/refunds", form, Idempotency_Key="r") for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    charge = await shop.v1.charges.retrieve_async(charge_id)
    assert charge.amount_refunded == 300


def test_the_machine_says_what_can_happen_to_a_refund() -> None:
    told = {(str(source), str(fact)): str(target) for source, fact, target in REFUND.transitions()}
    assert told == {
        ("pending", "action_required"): "requires_action",
        ("requires_action", "action_completed"): "pending",
        ("pending", "succeeded"): "succeeded",
        ("pending", "failed"): "failed",
        ("requires_action", "failed"): "failed",
        ("succeeded", "failed"): "failed",
        ("pending", "canceled"): "canceled",
        ("requires_action", "canceled"): "canceled",
    }
    assert {fact for _, fact in told} == set(RefundFact)
    assert set(REFUND.terminal()) == {RefundStatus.FAILED, RefundStatus.CANCELED}


async def test_a_charges_payment_intent_can_be_named_beside_it(shop: Shop) -> None:
    paid, other = [await shop.v1.payment_intents.create_async(PAID) for _ in range(2)]
    for path in ("refunds", "refund"):
        at = f"/v1/charges/{paid.latest_charge}/{path}"
        wrong = (await shop.post(at, {"payment_intent": other.id})).json()["error"]
        assert wrong["param"] == "payment_intent"
        assert (await shop.post(at, {"payment_intent": paid.id, "amount": "500"})).status_code == 200
    for cash in ({"origin": "customer_balance"}, {"currency": "usd"}, {"customer": "cus_1"}):
        refused = (await shop.post(f"/v1/charges/{paid.latest_charge}/refunds", cash)).json()["error"]
        assert refused["param"] == next(iter(cash)), refused
