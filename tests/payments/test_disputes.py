"""Disputes: what the test cards bring, what evidence decides, and what money moves."""

from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from tests.shop import Shop, raises_stripe

AMOUNT = 10_000


async def _pay(shop: Shop, card: str, **more: object) -> Any:
    return await shop.v1.payment_intents.create_async(
        {
            "amount": AMOUNT,
            "currency": "usd",
            "payment_method": card,
            "payment_method_types": ["card"],
            "capture_method": "automatic",
            "confirm": True,
        }
        | more
    )


async def _disputes(shop: Shop, number: int = 1) -> list[Any]:
    """The account's disputes, oldest first, as soon as there are so many."""
    found: list[Any] = []

    async def look() -> Any:
        nonlocal found
        found = (await shop.v1.disputes.list_async()).data
        return type("Seen", (), {"number": len(found)})

    await shop.until(look, number=number)
    return found[::-1]


async def _disputed(shop: Shop, card: str = "pm_card_createDispute") -> Any:
    await _pay(shop, card)
    return (await _disputes(shop))[0]


async def _told(shop: Shop) -> list[str]:
    return [type for type in await shop.event_types() if type.startswith("charge.dispute")]


async def _net(shop: Shop) -> int:
    balance = await shop.v1.balance.retrieve_async()
    return int(balance.available[0].amount + balance.pending[0].amount)


async def _until(shop: Shop, dispute: Any, status: str) -> Any:
    return await shop.until(lambda: shop.v1.disputes.retrieve_async(dispute.id), status=status)


async def test_a_fraudulent_payment_is_disputed_and_the_money_withdrawn(shop: Shop) -> None:
    dispute = await _disputed(shop)
    assert (dispute.status, dispute.reason, dispute.amount) == ("needs_response", "fraudulent", AMOUNT)
    assert (dispute.payment_method_details.card.case_type, dispute.is_charge_refundable) == ("chargeback", False)
    assert dispute.payment_method_details.card.network_reason_code == "10.4"
    assert datetime.fromtimestamp(dispute.evidence_details.due_by, UTC).hour == 23
    withdrawn = dispute.balance_transactions[0]
    assert (withdrawn.type, withdrawn.amount, withdrawn.fee, withdrawn.net) == ("adjustment", -AMOUNT, 1500, -11_500)
    assert (withdrawn.source, withdrawn.reporting_category) == (dispute.id, "dispute")
    assert await shop.v1.balance_transactions.retrieve_async(withdrawn.id) == withdrawn
    assert await _net(shop) == 9_680 - 11_500
    assert await _told(shop) == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
    charge = await shop.v1.charges.retrieve_async(dispute.charge)
    assert charge.disputed
    with raises_stripe(code="charge_disputed"):
        await shop.v1.refunds.create_async({"charge": charge.id})
    expanded = await shop.v1.disputes.retrieve_async(dispute.id, {"expand": ["charge", "payment_intent"]})
    assert (expanded.charge.object, expanded.payment_intent.object) == ("charge", "payment_intent")


async def test_winning_evidence_brings_money_and_fee_back(shop: Shop) -> None:
    dispute = await _disputed(shop)
    sent = await shop.v1.disputes.update_async(dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}})
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)
    won = await _until(shop, dispute, "won")
    assert [(each.amount, each.fee) for each in won.balance_transactions] == [(-AMOUNT, 1500), (AMOUNT, -1500)]
    assert won.balance_transactions[1].reporting_category == "dispute_reversal"
    assert await _net(shop) == 9_680
    assert await _told(shop) == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
    ]
    events = await shop.v1.events.list_async({"type": "charge.dispute.funds_reinstated"})
    assert [(each.data.object.status, len(each.data.object.balance_transactions)) for each in events.data] == [
        ("won", 2)
    ]
    await shop.v1.refunds.create_async({"charge": dispute.charge})  # What was won may be given back after all.
    with raises_stripe(param="evidence"):
        await shop.v1.disputes.update_async(dispute.id, {"evidence": {"uncategorized_text": "more"}})


async def test_losing_evidence_loses_the_money(shop: Shop) -> None:
    dispute = await _disputed(shop, "pm_card_createDisputeProductNotReceived")
    assert (dispute.reason, dispute.payment_method_details.card.network_reason_code) == ("product_not_received", "13.1")
    await shop.v1.disputes.update_async(dispute.id, {"evidence": {"uncategorized_text": "losing_evidence"}})
    lost = await _until(shop, dispute, "lost")
    assert (len(lost.balance_transactions), await _net(shop)) == (1, 9_680 - 11_500)
    assert (await _told(shop))[-2:] == ["charge.dispute.updated", "charge.dispute.closed"]


async def test_a_draft_can_be_changed_until_it_is_submitted(shop: Shop) -> None:
    dispute = await _disputed(shop)
    update = shop.v1.disputes.update_async
    with raises_stripe(param="evidence"):
        await update(dispute.id, {"submit": True})
    draft = await update(
        dispute.id,
        {
            "evidence": {"customer_name": "Ada", "product_description": "A chair"},
            "submit": False,
            "metadata": {"a": "b"},
        },
    )
    assert (draft.status, draft.evidence.customer_name, draft.evidence_details.has_evidence) == (
        "needs_response",
        "Ada",
        True,
    )
    draft = await update(dispute.id, {"evidence": {"customer_name": "Zoë"}, "submit": False})
    assert (draft.evidence.customer_name, draft.evidence.product_description) == ("Zoë", "A chair")
    events = await shop.v1.events.list_async({"type": "charge.dispute.updated"})
    assert events.data[0].data.previous_attributes.to_dict() == {"evidence": {"customer_name": "Ada"}}
    draft = await update(dispute.id, {"evidence": {"product_description": ""}, "submit": False})
    assert (draft.evidence.customer_name, draft.evidence.product_description) == ("Zoë", None)
    at = f"/v1/charges/{dispute.charge}/dispute"
    draft = (await shop.post(at, {"evidence[customer_name]": "", "submit": "false"})).json()
    assert not draft["evidence_details"]["has_evidence"]
    await update(dispute.id, {"evidence": {"customer_name": "Zoë"}, "submit": False})
    sent = await update(dispute.id, {"submit": True})
    with raises_stripe(message="This dispute is under review, and can no longer be closed."):
        await shop.v1.disputes.close_async(dispute.id)
    assert (sent.status, sent.metadata.to_dict()) == ("under_review", {"a": "b"})
    with raises_stripe(param="evidence"):
        await update(dispute.id, {"evidence": {"customer_name": "Zoë"}})


async def test_evidence_that_cannot_be_taken_is_refused(shop: Shop) -> None:
    dispute = await _disputed(shop)
    update = shop.v1.disputes.update_async
    with raises_stripe(code="resource_missing", param="evidence[receipt]", status=400):
        await update(dispute.id, {"evidence": {"receipt": "file_1"}})
    many = ("uncategorized_text", "access_activity_log", "cancellation_rebuttal", "product_description")
    more = (*many, "refund_policy_disclosure", "refund_refusal_explanation", "duplicate_charge_explanation")
    with raises_stripe(param="evidence"):
        await update(
            dispute.id,
            {"evidence": dict.fromkeys((*more, "cancellation_policy_disclosure"), "x" * 20_000), "submit": False},
        )
    with raises_stripe(code="parameter_unknown"):
        await update(dispute.id, {"evidence": {"proof": "x"}})
    assert (await shop.v1.disputes.retrieve_async(dispute.id)).status == "needs_response"
    with raises_stripe(status=404, code="resource_missing"):
        await shop.v1.disputes.retrieve_async("du_unknown")


async def test_closing_a_dispute_loses_it(shop: Shop) -> None:
    dispute = await _disputed(shop)
    closed = await shop.v1.disputes.close_async(dispute.id)
    assert (closed.status, (await _told(shop))[-1]) == ("lost", "charge.dispute.closed")
    with raises_stripe():
        await shop.v1.disputes.close_async(dispute.id)


async def test_a_dispute_without_an_answer_is_lost_in_the_end(shop: Shop, dsn: str) -> None:
    dispute = await _disputed(shop)
    connection = await asyncpg.connect(dsn)
    for statement in (
        "UPDATE disputes SET due_by_at = now() - interval '1 second' WHERE account_id = $1",
        "UPDATE jobs SET run_at = now() WHERE account_id = $1 AND kind = 'dispute_decision'",
    ):
        await connection.execute(statement, shop.account_id)
    await connection.close()
    lost = await _until(shop, dispute, "lost")
    assert lost.evidence_details.past_due


async def test_an_inquiry_withdraws_nothing_and_may_be_refunded(shop: Shop) -> None:
    dispute = await _disputed(shop, "pm_card_createDisputeInquiry")
    assert (dispute.status, dispute.balance_transactions) == ("warning_needs_response", [])
    assert (dispute.is_charge_refundable, dispute.payment_method_details.card.case_type) == (True, "inquiry")
    await shop.v1.refunds.create_async({"charge": dispute.charge})
    closed = await shop.v1.disputes.retrieve_async(dispute.id)
    assert (closed.status, await _told(shop)) == (
        "warning_closed",
        ["charge.dispute.created", "charge.dispute.closed"],
    )


@pytest.mark.parametrize(
    ("word", "status", "withdrawn"),
    [
        ("winning_evidence", "warning_closed", 0),
        ("losing_evidence", "warning_closed", 0),
        ("escalate_inquiry_evidence", "needs_response", 1),
    ],
)
async def test_evidence_decides_an_inquiry(shop: Shop, word: str, status: str, withdrawn: int) -> None:
    dispute = await _disputed(shop, "pm_card_createDisputeInquiry")
    sent = await shop.v1.disputes.update_async(dispute.id, {"evidence": {"uncategorized_text": word}})
    assert sent.status == "warning_under_review"
    decided = await _until(shop, dispute, status)
    assert len(decided.balance_transactions) == withdrawn


async def test_the_other_cards_are_disputed_in_their_own_ways(shop: Shop) -> None:
    await _pay(shop, "pm_card_createMultipleDisputes")
    first, second = await _disputes(shop, 2)
    assert [dispute.amount for dispute in (first, second)] == [5_000, 5_000]
    for dispute in (first, second):
        with raises_stripe(code="charge_disputed"):
            await shop.v1.refunds.create_async({"charge": dispute.charge})
        await shop.v1.disputes.update_async(dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}})
        await _until(shop, dispute, "won")
    await shop.v1.refunds.create_async({"charge": first.charge})
    await _pay(shop, "pm_card_createCe3EligibleDispute")
    eligible = (await _disputes(shop, 3))[-1]
    assert eligible.enhanced_eligibility_types == ["visa_compelling_evidence_3"]
    await _pay(shop, "pm_card_createComplianceDispute")
    compliance = (await _disputes(shop, 4))[-1]
    assert (compliance.reason, compliance.payment_method_details.card.case_type) == ("noncompliant", "compliance")
    by_intent = await shop.v1.disputes.list_async({"payment_intent": compliance.payment_intent})
    assert [each.id for each in by_intent.data] == [compliance.id]
    by_charge = await shop.v1.disputes.list_async({"charge": eligible.charge, "created": {"gt": 0}})
    assert [each.id for each in by_charge.data] == [eligible.id]


async def test_a_compliance_case_is_answered_once_its_fee_is_accepted(shop: Shop) -> None:
    dispute = await _disputed(shop, "pm_card_createComplianceDispute")
    update = shop.v1.disputes.update_async
    won = {"uncategorized_text": "winning_evidence"}
    fee = "evidence[enhanced_evidence][visa_compliance][fee_acknowledged]"
    with raises_stripe(param=fee):
        await update(dispute.id, {"evidence": won})
    for accepted, status in ((False, "requires_fee_acknowledgement"), (True, "fee_acknowledged")):
        enhanced = {"enhanced_evidence": {"visa_compliance": {"fee_acknowledged": accepted}}}
        draft = await update(dispute.id, {"evidence": won | enhanced, "submit": False})
        assert draft.evidence_details.enhanced_eligibility.visa_compliance.status == status
    assert (await update(dispute.id, {"submit": True})).status == "under_review"
    await _until(shop, dispute, "won")


async def test_proof_of_former_purchases_is_held_against_what_visa_wants(shop: Shop) -> None:
    dispute = await _disputed(shop, "pm_card_createCe3EligibleDispute")

    async def wanted(disputed: dict[str, Any], *former: dict[str, Any]) -> list[str]:
        visa = {"disputed_transaction": disputed, "prior_undisputed_transactions": list(former)}
        evidence = {"enhanced_evidence": {"visa_compelling_evidence_3": visa}}
        draft = await shop.v1.disputes.update_async(dispute.id, {"evidence": evidence, "submit": False})
        told = draft.evidence_details.enhanced_eligibility.visa_compelling_evidence_3
        assert (told.status == "qualified") == (not told.required_actions)
        return [str(each) for each in told.required_actions]

    payer: dict[str, Any] = {"customer_purchase_ip": "203.0.113.7", "customer_email_address": "ann@example.com"}
    goods = {"product_description": "Tea"}
    named = payer | goods | {"merchandise_or_services": "merchandise"}
    first, second = ({"charge": f"ch_{each}", "shipping_address": {"city": "Ulm"}} | payer for each in "ab")
    assert await wanted(payer) == [
        "missing_customer_identifiers",
        "missing_disputed_transaction_description",
        "missing_merchandise_or_services",
        "missing_prior_undisputed_transactions",
    ]
    assert await wanted(named, first, second) == ["missing_prior_undisputed_transaction_description"]
    assert await wanted(named, first | goods) == ["missing_prior_undisputed_transactions"]
    stranger = second | goods | {"customer_purchase_ip": "203.0.113.8"}
    assert await wanted(named, first | goods, stranger) == ["missing_customer_identifiers"]
    assert await wanted(named, first | goods, second | goods) == []


async def test_a_charge_of_which_a_part_was_lost_stays_charged_back(shop: Shop) -> None:
    await _pay(shop, "pm_card_createMultipleDisputes")
    lost, won = await _disputes(shop, 2)
    await shop.v1.disputes.close_async(lost.id)
    await shop.v1.disputes.update_async(won.id, {"evidence": {"uncategorized_text": "winning_evidence"}})
    assert (await _until(shop, won, "won")).is_charge_refundable is False
    with raises_stripe(
        code="charge_disputed", message=f"Charge {lost.charge} has been charged back; cannot issue a refund."
    ):
        await shop.v1.refunds.create_async({"charge": lost.charge})


async def test_what_is_captured_later_is_disputed_later(shop: Shop) -> None:
    intent = await _pay(shop, "pm_card_createDispute", capture_method="manual")
    await shop.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 4_000})
    assert (await _disputes(shop))[0].amount == 4_000


async def test_the_paths_under_the_charge_are_the_same(shop: Shop) -> None:
    dispute = await _disputed(shop)
    path = f"/v1/charges/{dispute.charge}/dispute"
    assert (await shop.get(path)).json()["id"] == dispute.id
    changed = await shop.post(path, {"metadata[a]": "b"})
    assert changed.json()["metadata"] == {"a": "b"}
    assert (await shop.post(f"{path}/close")).json()["status"] == "lost"


async def test_an_early_fraud_warning_is_answered_by_a_refund(shop: Shop) -> None:
    intent = await _pay(shop, "pm_card_createIssuerFraudRecord")
    warnings = shop.v1.radar.early_fraud_warnings

    async def look() -> Any:
        found = (await warnings.list_async({"charge": intent.latest_charge})).data
        return type("Seen", (), {"number": len(found)})

    await shop.until(look, number=1)
    warning = (await warnings.list_async({"payment_intent": intent.id})).data[0]
    assert (warning.actionable, warning.charge) == (True, intent.latest_charge)
    await shop.v1.refunds.create_async({"payment_intent": intent.id})
    assert not (await warnings.retrieve_async(warning.id)).actionable
    told = [type for type in await shop.event_types() if type.startswith("radar")]
    assert told == ["radar.early_fraud_warning.created", "radar.early_fraud_warning.updated"]
    with raises_stripe(status=404, code="resource_missing"):
        await warnings.retrieve_async("issfr_unknown")
