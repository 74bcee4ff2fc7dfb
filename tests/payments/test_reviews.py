"""Payments that look risky wait for a review, which a decision or what becomes of the payment closes."""

from typing import Any

import asyncpg
import pytest

from tests.payments.intents import PAID, RESERVED
from tests.payments.test_charges_expiry import let_time_pass
from tests.shop import Shop, raises_stripe

RISKY = {"payment_method": "pm_card_riskLevelElevated"}


async def reviewed(shop: Shop, **changes: Any) -> Any:
    """A payment intent that was paid with a card of elevated risk."""
    return await shop.v1.payment_intents.create_async(PAID | RISKY | changes)


async def test_a_risky_payment_is_reviewed_and_approved(shop: Shop) -> None:
    billing = {"address": {"postal_code": "94103"}}
    risky = {"type": "card", "card": {"number": "4000000000009235", "exp_month": 12, "exp_year": 2040}}
    intent = await reviewed(
        shop,
        payment_method=None,
        payment_method_data=risky | {"billing_details": billing},
        expand=["latest_charge.review"],
    )
    charge, review = intent.latest_charge, intent.latest_charge.review
    assert (intent.status, intent.review, charge.status) == ("succeeded", review.id, "succeeded")
    outcome = charge.outcome
    assert outcome.rule == "manual_review_if_elevated_risk"
    expanded = await shop.v1.charges.retrieve_async(charge.id, {"expand": ["outcome.rule"]})
    assert (expanded.outcome.rule.id, expanded.outcome.rule.action) == (outcome.rule, "manual_review")
    assert (outcome.type, outcome.reason, outcome.risk_level, outcome.network_status) == (
        "manual_review",
        "elevated_risk_level",
        "elevated",
        "approved_by_network",
    )
    assert (review.open, review.reason, review.opened_reason, review.closed_reason, review.billing_zip) == (
        True,
        "rule",
        "rule",
        None,
        "94103",
    )
    assert (review.charge, review.payment_intent) == (charge.id, intent.id)
    assert (await shop.event_types())[-1] == "review.opened"
    assert [found.id for found in (await shop.v1.reviews.list_async()).data] == [review.id]
    assert (await shop.v1.reviews.list_async({"created": {"lt": review.created}})).data == []

    approved = await shop.v1.reviews.approve_async(review.id, {"expand": ["charge", "payment_intent"]})
    assert (approved.open, approved.reason, approved.closed_reason) == (False, "approved", "approved")
    assert (approved.charge.id, approved.payment_intent.id) == (charge.id, intent.id)
    event = (await shop.v1.events.list_async({"limit": 1})).data[0]
    assert (event.type, event.data.object.closed_reason) == ("review.closed", "approved")
    assert (await shop.v1.reviews.list_async()).data == []
    assert (await shop.v1.reviews.retrieve_async(review.id)).closed_reason == "approved"
    assert (await shop.v1.charges.retrieve_async(charge.id)).review == review.id
    with raises_stripe(param="review", status=400):
        await shop.v1.reviews.approve_async(review.id)
    with raises_stripe(code="resource_missing", param="review", status=404):
        await shop.v1.reviews.retrieve_async("prv_nothing")


@pytest.mark.parametrize(
    ("refund", "reason"), [({}, "refunded"), ({"reason": "fraudulent"}, "refunded_as_fraud"), ({"amount": 500}, None)]
)
async def test_a_refund_closes_the_review(shop: Shop, refund: dict[str, Any], reason: str | None) -> None:
    charge = await shop.v1.charges.create_async({"amount": 2000, "currency": "usd", "source": "tok_riskLevelElevated"})
    await shop.v1.refunds.create_async({"charge": charge.id} | refund)
    review = await shop.v1.reviews.retrieve_async(charge.review)
    assert (review.closed_reason, review.open) == (reason, reason is None)
    assert "payment_intent" not in review
    types = await shop.event_types()
    assert types.count("review.closed") == (0 if reason is None else 1)


async def test_a_reservation_that_is_given_up_closes_the_review(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(RESERVED | RISKY)
    assert intent.review is not None
    await shop.v1.payment_intents.cancel_async(intent.id)
    assert (await shop.v1.reviews.retrieve_async(intent.review)).closed_reason == "canceled"


async def test_cards_that_are_only_saved_are_not_reviewed(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    await shop.v1.payment_methods.attach_async("pm_card_riskLevelElevated", {"customer": customer.id})
    await shop.v1.payment_intents.create_async(PAID)
    assert (await shop.v1.reviews.list_async()).data == []


async def test_a_reservation_that_expires_closes_the_review(shop: Shop, dsn: str) -> None:
    intent = await shop.v1.payment_intents.create_async(RESERVED | RISKY)
    await let_time_pass(shop, dsn)
    closed = await shop.until(lambda: shop.v1.reviews.retrieve_async(intent.review), open=False)
    assert closed.closed_reason == "canceled"


async def test_a_dispute_closes_the_review(shop: Shop, dsn: str) -> None:
    intent = await shop.v1.payment_intents.create_async(RESERVED | RISKY)
    # No card of the table is both risky and disputed.
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        "UPDATE payment_methods SET outcome = 'dispute_fraudulent' WHERE account_id = $1", shop.account_id
    )
    await connection.close()
    await shop.v1.payment_intents.capture_async(intent.id)
    closed = await shop.until(lambda: shop.v1.reviews.retrieve_async(intent.review), open=False)
    assert closed.closed_reason == "disputed"
    types = await shop.event_types()
    assert types.index("charge.dispute.created") < types.index("review.closed")
