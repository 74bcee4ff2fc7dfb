"""The life of a payment intent: the whole table, and every operation in every state."""

from typing import Any

import pytest

from stripe_lite.core.machine import IllegalTransition
from stripe_lite.payments.payment_intents.machine import PAYMENT_INTENT, IntentFact, IntentStatus
from tests.payments.intents import BACK, BY_CARD, CHALLENGED, DEBIT, PAID, RESERVED, told
from tests.shop import Shop, raises_stripe

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
# Fact → where it may happen, and where it leads.
TABLE: dict[str, tuple[tuple[str, ...], str]] = {
    "payment_method_given": (OPEN, "requires_confirmation"),
    "payment_method_taken": (OPEN, "requires_payment_method"),
    "action_required": (OPEN, "requires_action"),
    "action_completed": (("requires_action",), "requires_confirmation"),
    "action_failed": (("requires_action",), "requires_payment_method"),
    "attempt_refused": (OPEN, "requires_payment_method"),
    "attempt_started": (OPEN, "processing"),
    "partly_funded": (("requires_action",), "requires_action"),
    "funded": (OPEN, "processing"),
    "settlement_awaited": (("processing",), "processing"),
    "declined": (("processing",), "requires_payment_method"),
    "authorized": (("processing",), "requires_capture"),
    "authorization_incremented": (("requires_capture",), "requires_capture"),
    "partly_captured": (("requires_capture",), "requires_capture"),
    "captured": (("requires_capture",), "succeeded"),
    "paid": (("processing",), "succeeded"),
    "canceled": ((*OPEN, "processing", "requires_capture"), "canceled"),
}


@pytest.mark.parametrize("fact", list(IntentFact))
@pytest.mark.parametrize("state", list(IntentStatus))
def test_every_pair_of_state_and_fact_follows_the_table(state: IntentStatus, fact: IntentFact) -> None:
    sources, target = TABLE[fact]
    if state in sources:
        assert PAYMENT_INTENT.step(state, fact).target == target
    else:
        with pytest.raises(IllegalTransition):
            PAYMENT_INTENT.step(state, fact)


def test_nothing_follows_success_or_cancellation() -> None:
    assert set(PAYMENT_INTENT.terminal()) == {IntentStatus.SUCCEEDED, IntentStatus.CANCELED}


PENDING_FOR_EVER = DEBIT | {"payment_method": "pm_usBankAccount_processing"}
IN_STATE: dict[str, dict[str, Any]] = {
    "requires_payment_method": BY_CARD,
    "requires_confirmation": BY_CARD | {"payment_method": "pm_card_visa"},
    "requires_action": CHALLENGED,
    "processing": PENDING_FOR_EVER,
    "requires_capture": RESERVED,
    "succeeded": PAID,
    "canceled": BY_CARD,
}
# Operation → in which states it is carried out; in all others it is refused with the intent beside the error.
ALLOWED: dict[str, tuple[str, ...]] = {
    "confirm": OPEN,
    "capture": ("requires_capture",),
    "cancel": (*OPEN, "processing", "requires_capture"),
    "increment_authorization": ("requires_capture",),
    "verify_microdeposits": (),
    "update": OPEN,
}
SENT: dict[str, dict[str, Any]] = {
    "confirm": {"payment_method": "pm_card_visa", "return_url": BACK},
    "increment_authorization": {"amount": 2500},
    "update": {"amount": 1500},
    "verify_microdeposits": {"amounts": [32, 45]},
}


async def an_intent(shop: Shop, state: str) -> Any:
    options = {"payment_method_options": {"card": {"request_incremental_authorization": "if_available"}}}
    intent = await shop.v1.payment_intents.create_async(
        IN_STATE[state] | (options if state == "requires_capture" else {})
    )
    if state == "canceled":
        intent = await shop.v1.payment_intents.cancel_async(intent.id)
    assert intent.status == state
    return intent


@pytest.mark.parametrize("operation", list(ALLOWED))
@pytest.mark.parametrize("state", list(IN_STATE))
async def test_every_operation_in_every_state(shop: Shop, state: str, operation: str) -> None:
    intent = await an_intent(shop, state)
    carry_out = getattr(shop.v1.payment_intents, f"{operation}_async")
    if state in ALLOWED[operation]:
        await carry_out(intent.id, SENT.get(operation, {}))
        return
    with raises_stripe(code="payment_intent_unexpected_state", status=400) as caught:
        await carry_out(intent.id, SENT.get(operation, {}))
    assert told(caught).payment_intent["id"] == intent.id
    now = await shop.v1.payment_intents.retrieve_async(intent.id)
    assert (now.status, now.amount) == (state, 2000)
