"""Every test card that is declined, through the SDK: error, charge and intent tell the same."""

import pytest

from stripe_lite.bank.cards import CARDS
from stripe_lite.bank.facts import CardFact
from stripe_lite.bank.outcomes import DECLINES, OUTCOMES
from tests.payments.intents import BY_CARD, DEBIT, PAID, by_number, told
from tests.shop import Shop, raises_stripe

CHALLENGES = ("required", "unless_set_up", "set_up")
DECLINED = [
    card
    for card in CARDS
    if OUTCOMES[card.outcome].decline is not None and OUTCOMES[card.outcome].three_d_secure not in CHALLENGES
]


@pytest.mark.parametrize("card", DECLINED, ids=lambda card: f"{card.outcome}-{card.last4}")
async def test_a_declined_card_tells_why_everywhere(shop: Shop, card: CardFact) -> None:
    decline = DECLINES[OUTCOMES[card.outcome].decline or ""]
    intent = await shop.v1.payment_intents.create_async(BY_CARD)
    method = await shop.v1.payment_methods.create_async(by_number(card.number))
    with raises_stripe("card_error", code=decline.code, status=402, message=decline.message) as caught:
        await shop.v1.payment_intents.confirm_async(intent.id, {"payment_method": method.id})
    error = told(caught)
    assert getattr(error, "decline_code", None) == decline.decline_code
    assert error.payment_intent["id"] == intent.id
    assert error.payment_method["card"]["last4"] == card.last4

    intent = await shop.v1.payment_intents.retrieve_async(intent.id, {"expand": ["latest_charge"]})
    assert (intent.status, intent.payment_method) == ("requires_payment_method", None)
    last = intent.last_payment_error
    assert (last.type, last.code, last.message) == ("card_error", decline.code, decline.message)
    assert (getattr(last, "decline_code", None), last.charge) == (decline.decline_code, error.charge)
    assert last.payment_method.card.last4 == card.last4

    charge = intent.latest_charge
    assert (charge.id, charge.status, charge.paid, charge.captured) == (error.charge, "failed", False, False)
    assert (charge.failure_code, charge.failure_message) == (decline.code, decline.message)
    outcome = charge.outcome
    assert (outcome.type, outcome.network_status) == (decline.type, decline.network_status)
    assert (outcome.reason, outcome.seller_message) == (decline.outcome_reason, decline.merchant_message)
    assert outcome.network_decline_code == decline.network_decline_code
    assert await shop.event_types() == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]


async def test_a_wrong_security_code_counts_only_where_one_was_given(shop: Shop) -> None:
    card = by_number("4000000000000127")
    del card["card"]["cvc"]
    method = await shop.v1.payment_methods.create_async(card)
    intent = await shop.v1.payment_intents.create_async(PAID | {"payment_method": method.id})
    assert intent.status == "succeeded"


DEBITS = {
    "pm_usBankAccount_accountClosed": "account_closed",
    "pm_usBankAccount_debitNotAuthorized": "debit_not_authorized",
    "pm_usBankAccount_insufficientFunds": "insufficient_funds",
    "pm_usBankAccount_noAccount": "no_account",
}


@pytest.mark.parametrize("account", list(DEBITS))
async def test_a_bank_debit_fails_after_it_was_pending(shop: Shop, account: str) -> None:
    intent = await shop.v1.payment_intents.create_async(DEBIT | {"payment_method": account})
    assert intent.status == "processing"
    failed = await shop.until(
        lambda: shop.v1.payment_intents.retrieve_async(intent.id, {"expand": ["latest_charge"]}),
        status="requires_payment_method",
    )
    assert failed.last_payment_error.code == DEBITS[account]
    assert failed.latest_charge.failure_code == DEBITS[account]
    assert await shop.event_types() == [
        "payment_intent.created",
        "charge.pending",
        "payment_intent.processing",
        "charge.failed",
        "payment_intent.payment_failed",
        *([] if DEBITS[account] == "insufficient_funds" else ["mandate.updated"]),  # It fails for good.
    ]


async def test_the_fiftieth_confirmation_is_the_last(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(BY_CARD)
    for _ in range(50):
        with raises_stripe("card_error"):
            await shop.v1.payment_intents.confirm_async(intent.id, {"payment_method": "pm_card_chargeDeclined"})
    with raises_stripe(code="payment_intent_unexpected_state", status=400):
        await shop.v1.payment_intents.confirm_async(intent.id, {"payment_method": "pm_card_visa"})
    intent = await shop.v1.payment_intents.retrieve_async(intent.id)
    assert (intent.status, intent.cancellation_reason) == ("canceled", "automatic")


async def test_a_used_card_needs_a_customer_to_be_used_again(shop: Shop) -> None:
    card = await shop.v1.payment_methods.create_async(by_number("4242424242424242"))
    await shop.v1.payment_intents.create_async(PAID | {"payment_method": card.id})
    with raises_stripe(param="payment_method"):
        await shop.v1.payment_intents.create_async(PAID | {"payment_method": card.id})
