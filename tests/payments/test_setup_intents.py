"""Setup intents: a payment method is saved for later payments, or declined."""

import pytest

from tests.payments.intents import BACK, PAID, by_number, told
from tests.payments.setups import BY_CARD, CHALLENGED, OFFLINE, SAVED, finish
from tests.shop import Shop, raises_stripe


async def test_a_card_is_saved_for_a_customer(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    made = await shop.v1.setup_intents.create_async(
        BY_CARD | {"customer": customer.id, "description": "Hat club", "metadata": {"plan": "gold"}}
    )
    assert (made.status, made.usage, made.payment_method, made.latest_attempt) == (
        "requires_payment_method",
        "off_session",
        None,
        None,
    )
    assert made.client_secret.startswith(f"{made.id}_secret_")
    assert made.payment_method_options.to_dict() == {
        "card": {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"}
    }
    assert "attach_to_self" not in made.to_dict()
    given = await shop.v1.setup_intents.update_async(made.id, {"payment_method": "pm_card_visa"})
    assert given.status == "requires_confirmation"
    at_a_terminal = "latest_attempt.payment_method_details.card_present.generated_card"
    saved = await shop.v1.setup_intents.confirm_async(
        made.id, {"expand": ["latest_attempt", "payment_method", "customer", at_a_terminal]}
    )
    assert (saved.status, saved.next_action, saved.last_setup_error, saved.mandate) == ("succeeded", None, None, None)
    assert saved.customer.id == customer.id
    assert (saved.payment_method.customer, saved.payment_method.card.checks.cvc_check) == (customer.id, "pass")
    attempt = saved.latest_attempt
    assert (attempt.status, attempt.usage, attempt.setup_intent, attempt.customer) == (
        "succeeded",
        "off_session",
        made.id,
        customer.id,
    )
    card = attempt.payment_method_details.card
    assert (card.brand, card.last4, card.network, card.three_d_secure, card.checks.cvc_check) == (
        "visa",
        "4242",
        "visa",
        None,
        "pass",
    )
    assert await shop.event_types() == [
        "customer.created",
        "setup_intent.created",
        "payment_method.attached",
        "setup_intent.succeeded",
    ]
    # What was saved pays in the payer's absence.
    paid = await shop.v1.payment_intents.create_async(
        PAID | {"customer": customer.id, "payment_method": saved.payment_method.id, "off_session": True}
    )
    assert paid.status == "succeeded"


async def test_without_a_customer_it_is_kept_for_one(shop: Shop) -> None:
    saved = await shop.v1.setup_intents.create_async(SAVED)
    assert (saved.status, saved.customer) == ("succeeded", None)
    for use in (
        shop.v1.setup_intents.create_async(SAVED | {"payment_method": saved.payment_method}),
        shop.v1.payment_intents.create_async(PAID | {"payment_method": saved.payment_method}),
    ):
        with raises_stripe(param="payment_method"):
            await use
    customer = await shop.v1.customers.create_async()
    attached = await shop.v1.payment_methods.attach_async(saved.payment_method, {"customer": customer.id})
    paid = await shop.v1.payment_intents.create_async(
        PAID | {"customer": customer.id, "payment_method": attached.id, "off_session": True}
    )
    assert paid.status == "succeeded"


DECLINES = [
    ("4000008400001280", "card_declined", "generic_decline", None),  # Its 3-D Secure is required, and out of order.
    ("4000000000000002", "card_declined", "generic_decline", None),
    ("4000000000009995", "card_declined", "insufficient_funds", None),
    ("4000000000000069", "expired_card", "expired_card", "exp_month"),
    ("4000000000000127", "incorrect_cvc", "incorrect_cvc", "cvc"),
]


async def test_a_declined_card_is_not_saved(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    intent = await shop.v1.setup_intents.create_async(BY_CARD | {"customer": customer.id})
    for number, code, decline_code, param in DECLINES:
        with raises_stripe("card_error", code=code, decline_code=decline_code, param=param, status=402) as caught:
            await shop.v1.setup_intents.confirm_async(intent.id, {"payment_method_data": by_number(number)})
        error = told(caught)
        assert error.payment_method["card"]["last4"] == number[-4:]
        failed = error.setup_intent
        assert (failed["status"], failed["payment_method"]) == ("requires_payment_method", None)
        kept = failed["last_setup_error"].to_dict()
        assert (kept["code"], kept["decline_code"], kept.get("param")) == (code, decline_code, param)
        assert kept["payment_method"]["card"]["last4"] == number[-4:]
        attempt = (await shop.v1.setup_attempts.list_async({"setup_intent": intent.id, "limit": 1})).data[0]
        assert (attempt.id, attempt.status, attempt.setup_error.code) == (failed["latest_attempt"], "failed", code)
    # A card that pays nothing can be saved.
    saved = await shop.v1.setup_intents.confirm_async(intent.id, {"payment_method_data": by_number("4000000000000341")})
    assert (saved.status, saved.last_setup_error) == ("succeeded", None)
    types = await shop.event_types()
    assert types.count("setup_intent.setup_failed") == len(DECLINES)
    assert types[-2:] == ["payment_method.attached", "setup_intent.succeeded"]
    attempts = await shop.v1.setup_attempts.list_async({"setup_intent": intent.id})
    assert [attempt.status for attempt in attempts.data] == ["succeeded"] + ["failed"] * len(DECLINES)
    assert attempts.url == "/v1/setup_attempts"
    later = {"setup_intent": intent.id, "created": {"gt": attempts.data[0].created}}
    assert (await shop.v1.setup_attempts.list_async(later)).data == []
    with raises_stripe(code="resource_missing", param="setup_intent"):
        await shop.v1.setup_attempts.list_async({"setup_intent": "seti_none"})


# What is demanded at the setup, and what comes of a payment in the payer's absence afterwards.
ABSENT = [
    ("4000002500003155", "off_session", "succeeded"),
    ("4000002500003155", "on_session", "authentication_required"),
    ("4000002760003184", "off_session", "authentication_required"),
    ("4000003800000446", "off_session", "succeeded"),
    ("4000008260003178", "off_session", "insufficient_funds"),
]


@pytest.mark.parametrize(("number", "usage", "then"), ABSENT)
async def test_a_challenge_is_passed_and_the_payer_goes_away(shop: Shop, number: str, usage: str, then: str) -> None:
    customer = await shop.v1.customers.create_async()
    intent = await shop.v1.setup_intents.create_async(
        BY_CARD
        | {
            "customer": customer.id,
            "payment_method_data": by_number(number),
            "confirm": True,
            "usage": usage,
            "return_url": BACK,
        }
    )
    assert (intent.status, intent.next_action.type) == ("requires_action", "redirect_to_url")
    answer, saved = await finish(shop, intent)
    assert (answer["redirect_status"], answer["setup_intent"]["status"]) == ("succeeded", "succeeded")
    assert answer["return_url"].startswith(f"{BACK}&setup_intent={intent.id}&setup_intent_client_secret=")
    secure = saved.latest_attempt.payment_method_details.card.three_d_secure
    assert (secure.result, secure.authentication_flow) == ("authenticated", "challenge")
    assert (saved.latest_attempt.id, saved.latest_attempt.usage) == (intent.latest_attempt, usage)
    assert (await shop.event_types())[1:] == [
        "setup_intent.created",
        "setup_intent.requires_action",
        "payment_method.attached",
        "setup_intent.succeeded",
    ]
    payment = PAID | {"customer": customer.id, "payment_method": saved.payment_method, "off_session": True}
    if then == "succeeded":
        assert (await shop.v1.payment_intents.create_async(payment)).status == "succeeded"
        return
    with raises_stripe("card_error", decline_code=then, status=402):
        await shop.v1.payment_intents.create_async(payment)


async def test_a_confirmation_is_carried_out_once(shop: Shop) -> None:
    intent = await shop.v1.setup_intents.create_async(BY_CARD | {"payment_method": "pm_card_visa"})
    answers = [await shop.v1.setup_intents.confirm_async(intent.id, {}, {"idempotency_key": "once"}) for _ in range(2)]
    assert answers[0].to_dict() == answers[1].to_dict()
    assert len((await shop.v1.setup_attempts.list_async({"setup_intent": intent.id})).data) == 1


async def test_a_confirmation_token_brings_what_the_payer_filled_in(shop: Shop) -> None:
    tokens = [
        await shop.v1.test_helpers.confirmation_tokens.create_async(
            {
                "payment_method_data": by_number("4000002760003184"),
                "return_url": BACK,
                "payment_method_options": {"card": {"installments": {"plan": {"type": "fixed_count", "count": 3}}}},
            }
        )
        for _ in range(2)
    ]
    intent = await shop.v1.setup_intents.create_async(BY_CARD)
    confirmed = await shop.v1.setup_intents.confirm_async(intent.id, {"confirmation_token": tokens[0].id})
    assert (confirmed.status, confirmed.next_action.type) == ("requires_action", "use_stripe_sdk")
    assert "installments" not in confirmed.payment_method_options.card
    assert (await shop.v1.confirmation_tokens.retrieve_async(tokens[0].id)).setup_intent == intent.id
    with raises_stripe(code="token_already_used"):
        await shop.v1.setup_intents.confirm_async(intent.id, {"confirmation_token": tokens[0].id})
    with raises_stripe(param="confirmation_token"):
        await shop.v1.setup_intents.create_async(BY_CARD | {"confirmation_token": tokens[1].id})
    at_once = await shop.v1.setup_intents.create_async(BY_CARD | {"confirm": True, "confirmation_token": tokens[1].id})
    assert at_once.status == "requires_action"


async def test_what_was_set_up_for_the_account_itself_pays_for_nobody(shop: Shop) -> None:
    own = await shop.v1.setup_intents.create_async(
        {
            "payment_method_types": ["us_bank_account"],
            "payment_method": "pm_usBankAccount_success",
            "attach_to_self": True,
            "flow_directions": ["inbound"],
            "mandate_data": OFFLINE,
            "confirm": True,
            "expand": ["latest_attempt"],
        }
    )
    assert (own.status, own.latest_attempt.attach_to_self, own.latest_attempt.flow_directions) == (
        "succeeded",
        True,
        ["inbound"],
    )
    customer = await shop.v1.customers.create_async()
    with raises_stripe():
        await shop.v1.payment_methods.attach_async(own.payment_method, {"customer": customer.id})


async def test_what_was_set_up_for_one_payment_needs_no_customer(shop: Shop) -> None:
    intent = await shop.v1.setup_intents.create_async(
        {
            "payment_method_types": ["us_bank_account"],
            "payment_method": "pm_usBankAccount_success",
            "single_use": {"amount": 2000, "currency": "usd"},
            "mandate_data": OFFLINE,
            "confirm": True,
        }
    )
    paid = await shop.v1.payment_intents.create_async(
        {
            "amount": 2000,
            "currency": "usd",
            "payment_method": intent.payment_method,
            "payment_method_types": ["us_bank_account"],
            "confirm": True,
            "expand": ["latest_charge"],
        }
    )
    assert paid.latest_charge.payment_method_details.us_bank_account.mandate == intent.single_use_mandate


async def test_the_fiftieth_confirmation_is_the_last(shop: Shop) -> None:
    intent = await shop.v1.setup_intents.create_async(BY_CARD)
    for _ in range(50):
        with raises_stripe("card_error"):
            await shop.v1.setup_intents.confirm_async(intent.id, {"payment_method": "pm_card_chargeDeclined"})
    for message in (
        "This SetupIntent was confirmed too many times and has been canceled.",
        "You cannot confirm this SetupIntent because it has been canceled.",
    ):
        with raises_stripe(code="setup_intent_unexpected_state", status=400, message=message):
            await shop.v1.setup_intents.confirm_async(intent.id, {"payment_method": "pm_card_visa"})
    assert (await shop.v1.setup_intents.retrieve_async(intent.id)).status == "canceled"


@pytest.mark.parametrize("status", ["requires_confirmation", "requires_action"])
async def test_a_payment_method_is_taken_away_by_an_empty_value(shop: Shop, status: str) -> None:
    given = BY_CARD | {"payment_method": "pm_card_visa"} if status == "requires_confirmation" else CHALLENGED
    intent = await shop.v1.setup_intents.create_async(given)
    assert intent.status == status
    updated = await shop.v1.setup_intents.update_async(intent.id, {"payment_method": ""})
    assert (updated.status, updated.payment_method, updated.next_action) == ("requires_payment_method", None, None)
    attempts = await shop.v1.setup_attempts.list_async({"setup_intent": intent.id})
    assert [attempt.status for attempt in attempts.data] == (["abandoned"] if status == "requires_action" else [])
    again = await shop.v1.setup_intents.confirm_async(intent.id, {"payment_method": "pm_card_visa"})
    assert again.status == "succeeded"


async def test_a_setup_is_told_as_created_before_it_is_confirmed(shop: Shop) -> None:
    await shop.v1.setup_intents.create_async(SAVED)
    kept = await shop.v1.setup_intents.create_async(BY_CARD | {"payment_method": "pm_card_visa"})
    later, first = (await shop.v1.events.list_async({"type": "setup_intent.created"})).data
    assert (first.data.object.status, first.data.object.payment_method) == ("requires_payment_method", None)
    assert (later.data.object.status, later.data.object.payment_method) == (
        "requires_confirmation",
        kept.payment_method,
    )
