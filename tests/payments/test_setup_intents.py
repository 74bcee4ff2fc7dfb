"""Setup intents: a payment method is saved for later payments, with everything a payer has to do for it."""

from typing import Any

import pytest
import pytest_asyncio
from stripe import HTTPXClient, StripeClient

from stripe_lite.core.machine import IllegalTransition
from stripe_lite.payments.setup_attempts.machine import SETUP_ATTEMPT, AttemptFact, AttemptStatus
from stripe_lite.payments.setup_intents.machine import SETUP_INTENT, SetupFact, SetupStatus
from tests.payments.intents import BACK, PAID, UNVERIFIED_ACCOUNT, by_number, told, with_card
from tests.shop import Shop, raises_stripe

BY_CARD: dict[str, Any] = {"payment_method_types": ["card"]}
SAVED = BY_CARD | {"payment_method": "pm_card_visa", "confirm": True}
CHALLENGED = BY_CARD | {"payment_method": "pm_card_threeDSecure2Required", "confirm": True, "return_url": BACK}
OFFLINE: dict[str, Any] = {"customer_acceptance": {"type": "offline"}}
UNVERIFIED: dict[str, Any] = {
    "payment_method_types": ["us_bank_account"],
    "payment_method_data": UNVERIFIED_ACCOUNT,
    "mandate_data": OFFLINE,
    "confirm": True,
}

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
# Fact → where it may happen, and where it leads.
TABLE: dict[str, tuple[tuple[str, ...], str]] = {
    "payment_method_given": (OPEN, "requires_confirmation"),
    "action_required": (OPEN, "requires_action"),
    "action_failed": (("requires_action",), "requires_payment_method"),
    "attempt_started": (OPEN, "processing"),
    "declined": (("processing",), "requires_payment_method"),
    "approved": (("processing",), "succeeded"),
    "canceled": (OPEN, "canceled"),
}
ATTEMPTS: dict[str, tuple[tuple[str, ...], str]] = {
    "action_completed": (("requires_action",), "processing"),
    "succeeded": (("processing",), "succeeded"),
    "failed": (("requires_action", "processing"), "failed"),
    "abandoned": (("requires_action",), "abandoned"),
}


def test_every_pair_of_state_and_fact_follows_the_table() -> None:
    for state in SetupStatus:
        for fact in SetupFact:
            sources, target = TABLE[fact]
            if state in sources:
                assert SETUP_INTENT.step(state, fact).target == target
            else:
                with pytest.raises(IllegalTransition):
                    SETUP_INTENT.step(state, fact)
    for status in AttemptStatus:
        for step in AttemptFact:
            sources, target = ATTEMPTS[step]
            assert SETUP_ATTEMPT.can(status, step) == (status in sources)
            if status in sources:
                assert SETUP_ATTEMPT.step(status, step).target == target


async def finish(shop: Shop, intent: Any, outcome: str = "complete") -> tuple[dict[str, Any], Any]:
    """Do on our page what the payer has to do; gives the answer and the intent as it is then."""
    answer = await shop.http.post(intent.next_action.redirect_to_url.url, json={"outcome": outcome})
    assert answer.status_code == 200, answer.text
    found = await shop.v1.setup_intents.retrieve_async(intent.id, {"expand": ["latest_attempt"]})
    return answer.json(), found


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
    saved = await shop.v1.setup_intents.confirm_async(
        made.id, {"expand": ["latest_attempt", "payment_method", "customer"]}
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


async def test_a_failed_challenge_needs_another_card(shop: Shop) -> None:
    intent = await shop.v1.setup_intents.create_async(CHALLENGED)
    answer, failed = await finish(shop, intent, "fail")
    assert answer["redirect_status"] == "failed"
    assert (failed.status, failed.payment_method, failed.next_action) == ("requires_payment_method", None, None)
    error = failed.last_setup_error
    assert (error.type, error.code) == ("invalid_request_error", "setup_intent_authentication_failure")
    assert error.payment_method.card.last4 == "3220"
    assert (failed.latest_attempt.status, failed.latest_attempt.setup_error.code) == ("failed", error.code)
    late = await shop.http.post(intent.next_action.redirect_to_url.url, json={"outcome": "complete"})
    assert (late.status_code, late.json()["error"]["code"]) == (400, "intent_invalid_state")
    assert (await shop.event_types())[-1] == "setup_intent.setup_failed"
    saved = await shop.v1.setup_intents.confirm_async(intent.id, {"payment_method": "pm_card_visa"})
    assert (saved.status, saved.last_setup_error) == ("succeeded", None)


async def test_three_d_secure_can_be_asked_for_and_imported(shop: Shop) -> None:
    params = SAVED | {"payment_method": "pm_card_threeDSecureOptional", "return_url": BACK}
    assert (await shop.v1.setup_intents.create_async(params)).status == "succeeded"
    asked = await shop.v1.setup_intents.create_async(params | with_card(request_three_d_secure="any"))
    assert (asked.status, asked.payment_method_options.card.request_three_d_secure) == ("requires_action", "any")
    shown = await shop.v1.setup_intents.create_async(CHALLENGED | {"use_stripe_sdk": True})
    assert shown.next_action.type == "use_stripe_sdk"
    done = await shop.http.post(shown.next_action.use_stripe_sdk["stripe_js"], json={"outcome": "complete"})
    assert done.json()["setup_intent"]["status"] == "succeeded"
    imported = {
        "ares_trans_status": "Y",
        "cryptogram": "4BQwsg4yuKt0S1LI1nDZTcO9vUM=",
        "electronic_commerce_indicator": "05",
        "transaction_id": "f879ea1c-aa2c-4441-806d-e30406466d79",
        "version": "2.2.0",
    }
    with raises_stripe("card_error", code="authentication_required", status=402):
        await shop.v1.setup_intents.create_async(
            CHALLENGED | with_card(three_d_secure=imported | {"ares_trans_status": "N"})
        )
    passed = await shop.v1.setup_intents.create_async(
        CHALLENGED | {"expand": ["latest_attempt"]} | with_card(three_d_secure=imported)
    )
    assert passed.status == "succeeded"
    assert passed.latest_attempt.payment_method_details.card.three_d_secure.result == "authenticated"
    assert "three_d_secure" not in passed.payment_method_options.card


async def test_a_new_confirmation_or_method_abandons_the_attempt_before(shop: Shop) -> None:
    intent = await shop.v1.setup_intents.create_async(CHALLENGED)
    noted = await shop.v1.setup_intents.update_async(intent.id, {"description": "Hat"})
    assert (noted.status, noted.next_action.type) == ("requires_action", "redirect_to_url")
    again = await shop.v1.setup_intents.confirm_async(intent.id)
    assert again.latest_attempt != intent.latest_attempt
    changed = await shop.v1.setup_intents.update_async(intent.id, {"payment_method": "pm_card_mastercard"})
    assert (changed.status, changed.next_action) == ("requires_confirmation", None)
    attempts = await shop.v1.setup_attempts.list_async({"setup_intent": intent.id})
    assert [attempt.status for attempt in attempts.data] == ["abandoned", "abandoned"]


async def test_bank_accounts_are_proven_by_deposits(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    intent = await shop.v1.setup_intents.create_async(UNVERIFIED | {"customer": customer.id})
    action = intent.next_action
    assert (intent.status, action.type) == ("requires_action", "verify_with_microdeposits")
    assert action.verify_with_microdeposits.microdeposit_type == "descriptor_code"
    code = "payment_method_microdeposit_verification_descriptor_code_mismatch"
    with raises_stripe(code=code, status=400) as caught:
        await shop.v1.setup_intents.verify_microdeposits_async(intent.id, {"descriptor_code": "SM99ZZ"})
    assert told(caught).setup_intent["status"] == "requires_action"
    saved = await shop.v1.setup_intents.verify_microdeposits_async(intent.id, {"amounts": [32, 45]})
    assert (saved.status, saved.next_action) == ("succeeded", None)
    with raises_stripe(code="intent_invalid_state", status=400):
        await shop.v1.setup_intents.verify_microdeposits_async(intent.id, {"amounts": [32, 45]})
    method = await shop.v1.payment_methods.retrieve_async(saved.payment_method)
    assert method.customer == customer.id
    # A debit needs no new mandate.
    paid = await shop.v1.payment_intents.create_async(
        {
            "amount": 2000,
            "currency": "usd",
            "customer": customer.id,
            "payment_method": method.id,
            "payment_method_types": ["us_bank_account"],
            "off_session": True,
            "confirm": True,
        }
    )
    assert paid.status == "processing"


async def test_deposits_may_fail(shop: Shop) -> None:
    code = "payment_method_microdeposit_verification_attempts_exceeded"
    intent = await shop.v1.setup_intents.create_async(UNVERIFIED)
    with raises_stripe(code=code, status=400) as caught:
        await shop.v1.setup_intents.verify_microdeposits_async(intent.id, {"descriptor_code": "SM33CC"})
    failed = told(caught).setup_intent
    assert (failed["status"], failed["last_setup_error"]["code"]) == ("requires_payment_method", code)
    params = {name: value for name, value in UNVERIFIED.items() if name != "payment_method_data"}
    unreachable = await shop.v1.setup_intents.create_async(
        params | {"payment_method": "pm_usBankAccount_failMicrodeposits"}
    )
    assert unreachable.status == "requires_payment_method"
    assert unreachable.last_setup_error.code == "payment_method_microdeposit_failed"
    challenged = await shop.v1.setup_intents.create_async(CHALLENGED)
    with raises_stripe(code="intent_invalid_state"):
        await shop.v1.setup_intents.verify_microdeposits_async(challenged.id, {"amounts": [32, 45]})
    bare = {name: value for name, value in params.items() if name != "mandate_data"}
    with raises_stripe(param="mandate_data"):
        await shop.v1.setup_intents.create_async(bare | {"payment_method": "pm_usBankAccount_success"})
    with raises_stripe(param="mandate_data[customer_acceptance][online]"):
        await shop.v1.setup_intents.create_async(
            bare
            | {
                "payment_method": "pm_usBankAccount_success",
                "mandate_data": {"customer_acceptance": {"type": "online"}},
            }
        )


async def test_what_is_authorised_elsewhere_is_saved(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    for type in ("paypal", "klarna", "amazon_pay", "cashapp"):
        params = {
            "customer": customer.id,
            "payment_method_types": [type],
            "payment_method_data": {"type": type},
            "confirm": True,
        }
        with raises_stripe(param="return_url"):
            await shop.v1.setup_intents.create_async(params)
        intent = await shop.v1.setup_intents.create_async(params | {"return_url": BACK})
        action = intent.next_action.to_dict()[intent.next_action.type]
        url = action["mobile_auth_url"] if type == "cashapp" else action["url"]
        page = await shop.http.get(url)
        assert "Nothing is charged now" in page.text
        answer = await shop.http.post(url, json={"outcome": "complete"})
        assert answer.json()["redirect_status"] == "succeeded"
        saved = await shop.v1.setup_intents.retrieve_async(intent.id, {"expand": ["payment_method"]})
        assert (saved.status, saved.payment_method.customer) == ("succeeded", customer.id)
        refused = await shop.v1.setup_intents.create_async(params | {"return_url": BACK, "use_stripe_sdk": False})
        await shop.http.post(url.replace(intent.client_secret, refused.client_secret), data={"outcome": "fail"})
        failed = await shop.v1.setup_intents.retrieve_async(refused.id)
        assert (failed.status, failed.last_setup_error.code) == ("requires_payment_method", "setup_attempt_failed")


@pytest.mark.parametrize(
    ("type", "email", "ends"),
    [("ideal", "me@example.com", "succeeded"), ("bancontact", "x_generatedSepaDebitIntentsFail@example.com", "failed")],
)
async def test_a_payment_elsewhere_leaves_a_debit_to_charge_later(shop: Shop, type: str, email: str, ends: str) -> None:
    customer = await shop.v1.customers.create_async()
    intent = await shop.v1.setup_intents.create_async(
        {
            "customer": customer.id,
            "payment_method_types": [type],
            "payment_method_data": {"type": type, "billing_details": {"name": "Jenny Rosen", "email": email}},
            "confirm": True,
            "return_url": BACK,
            "mandate_data": OFFLINE,
        }
    )
    await shop.http.post(intent.next_action.redirect_to_url.url, json={"outcome": "complete"})
    path = f"latest_attempt.payment_method_details.{type}.generated_sepa_debit"
    saved = await shop.v1.setup_intents.retrieve_async(intent.id, {"expand": [path]})
    details = saved.latest_attempt.payment_method_details[type]
    debit = details.generated_sepa_debit
    assert (details.verified_name, details.iban_last4) == ("Jenny Rosen", debit.sepa_debit.last4)
    assert (debit.type, debit.customer, debit.billing_details.name) == ("sepa_debit", customer.id, "Jenny Rosen")
    assert debit.sepa_debit.generated_from.setup_attempt == saved.latest_attempt.id
    assert (await shop.v1.payment_methods.retrieve_async(saved.payment_method)).customer is None
    paid = await shop.v1.payment_intents.create_async(
        {
            "amount": 2000,
            "currency": "eur",
            "customer": customer.id,
            "payment_method": debit.id,
            "payment_method_types": ["sepa_debit"],
            "confirm": True,
        }
    )
    assert paid.status == "processing"
    status = "succeeded" if ends == "succeeded" else "requires_payment_method"
    await shop.until(lambda: shop.v1.payment_intents.retrieve_async(paid.id), status=status)


IN_STATE: dict[str, dict[str, Any]] = {
    "requires_payment_method": BY_CARD,
    "requires_confirmation": BY_CARD | {"payment_method": "pm_card_visa"},
    "requires_action": CHALLENGED,
    "succeeded": SAVED,
    "canceled": BY_CARD | {"payment_method": "pm_card_visa"},
}
REFUSED = {
    ("confirm", "succeeded"): "You cannot confirm this SetupIntent because it has already succeeded.",
    ("confirm", "canceled"): "You cannot confirm this SetupIntent because it has been canceled.",
    ("cancel", "succeeded"): (
        "You cannot cancel this SetupIntent because it has a status of succeeded. Only a SetupIntent with one of the "
        "following statuses may be canceled: `requires_payment_method`, `requires_confirmation`, or `requires_action`."
    ),
    ("cancel", "canceled"): "You cannot cancel this SetupIntent because it is already canceled.",
    ("update", "succeeded"): "You cannot update this SetupIntent because it has already succeeded.",
    ("update", "canceled"): "You cannot update this SetupIntent because it has been canceled.",
}
SENT = {"confirm": "pm_card_visa", "update": "pm_card_visa"}


@pytest.mark.parametrize("state", list(IN_STATE))
async def test_every_operation_in_every_state(shop: Shop, state: str) -> None:
    for operation in ("confirm", "cancel", "update", "verify_microdeposits"):
        intent = await shop.v1.setup_intents.create_async(IN_STATE[state])
        if state == "canceled":
            intent = await shop.v1.setup_intents.cancel_async(intent.id, {"cancellation_reason": "duplicate"})
            assert (intent.cancellation_reason, intent.payment_method is not None) == ("duplicate", True)
        assert intent.status == state
        carry_out = getattr(shop.v1.setup_intents, f"{operation}_async")
        params: dict[str, Any] = {"payment_method": SENT[operation]} if operation in SENT else {}
        message = REFUSED.get((operation, state))
        code = "setup_intent_unexpected_state"
        if operation == "verify_microdeposits":
            message, code, params = None, "intent_invalid_state", {"amounts": [32, 45]}
        elif message is None:
            await carry_out(intent.id, params)
            continue
        with raises_stripe(code=code, message=message, status=400) as caught:
            await carry_out(intent.id, params)
        assert told(caught).setup_intent["id"] == intent.id
        # What it is filed under may always be changed.
        noted = await shop.v1.setup_intents.update_async(intent.id, {"description": "x", "metadata": {"a": "1"}})
        assert (noted.status, noted.description, noted.metadata.to_dict()) == (state, "x", {"a": "1"})


async def test_a_setup_is_given_up(shop: Shop) -> None:
    intent = await shop.v1.setup_intents.create_async(CHALLENGED)
    canceled = await shop.v1.setup_intents.cancel_async(intent.id, {"expand": ["latest_attempt"]})
    assert (canceled.status, canceled.next_action, canceled.cancellation_reason) == ("canceled", None, None)
    assert canceled.latest_attempt.status == "abandoned"
    assert (await shop.event_types())[-1] == "setup_intent.canceled"
    late = await shop.http.post(intent.next_action.redirect_to_url.url, json={"outcome": "complete"})
    assert late.status_code == 400
    empty = await shop.v1.setup_intents.cancel_async((await shop.v1.setup_intents.create_async(BY_CARD)).id)
    # That no method is there is said before anything else.
    with raises_stripe(code="setup_intent_unexpected_state") as caught:
        await shop.v1.setup_intents.confirm_async(empty.id)
    assert "missing a payment method" in told(caught).message


async def test_whose_the_payment_method_is(shop: Shop) -> None:
    owner, other = [await shop.v1.customers.create_async() for _ in range(2)]
    card = await shop.v1.payment_methods.attach_async("pm_card_visa", {"customer": owner.id})
    with raises_stripe(param="payment_method") as caught:
        await shop.v1.setup_intents.create_async(BY_CARD | {"customer": other.id, "payment_method": card.id})
    assert told(caught).message == (
        f"The PaymentMethod {card.id} does not belong to the Customer you supplied {other.id}. Please use this "
        "PaymentMethod with the Customer that it belongs to instead."
    )
    intent = await shop.v1.setup_intents.create_async(BY_CARD)
    for change in (shop.v1.setup_intents.update_async, shop.v1.setup_intents.confirm_async):
        with raises_stripe(param="payment_method") as caught:
            await change(intent.id, {"payment_method": card.id})
        assert told(caught).message == (
            f"The payment method supplied ({card.id}) belongs to the Customer {owner.id}. Please include the Customer "
            "in the `customer` parameter on the SetupIntent."
        )
        assert told(caught).setup_intent["id"] == intent.id
    given = await shop.v1.setup_intents.update_async(intent.id, {"customer": owner.id, "payment_method": card.id})
    assert (await shop.v1.setup_intents.confirm_async(given.id)).status == "succeeded"
    with raises_stripe(param="customer"):
        await shop.v1.setup_intents.update_async(intent.id, {"customer": other.id})
    with raises_stripe(param="attach_to_self"):
        await shop.v1.setup_intents.create_async({"customer": owner.id, "attach_to_self": True})


async def test_lists_are_filtered(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    first = await shop.v1.setup_intents.create_async(SAVED | {"customer": customer.id})
    own = await shop.v1.setup_intents.create_async(
        BY_CARD | {"attach_to_self": True, "flow_directions": ["inbound", "outbound"]}
    )
    assert (own.attach_to_self, own.flow_directions) == (True, ["inbound", "outbound"])
    for params, expected in (
        ({}, [own.id, first.id]),
        ({"customer": customer.id}, [first.id]),
        ({"payment_method": first.payment_method}, [first.id]),
        ({"attach_to_self": True}, [own.id]),
        ({"created": {"lt": first.created}}, []),
    ):
        assert [row.id for row in (await shop.v1.setup_intents.list_async(params)).data] == expected
    with raises_stripe(code="resource_missing", param="intent", message="No such setupintent: 'seti_none'"):
        await shop.v1.setup_intents.retrieve_async("seti_none")


async def test_which_types_can_be_set_up(shop: Shop) -> None:
    automatic = await shop.v1.setup_intents.create_async({"automatic_payment_methods": {"enabled": True}})
    assert automatic.automatic_payment_methods.allow_redirects == "always"
    assert {"card", "us_bank_account", "sepa_debit", "klarna"} <= set(automatic.payment_method_types)
    assert "eps" not in automatic.payment_method_types
    assert automatic.payment_method_configuration_details.id.startswith("pmc_")
    with raises_stripe(message=None) as caught:
        await shop.v1.setup_intents.confirm_async(automatic.id, {"payment_method": "pm_card_visa"})
    assert "This SetupIntent is configured to accept payment methods" in told(caught).message
    narrow = await shop.v1.setup_intents.create_async(
        {
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "excluded_payment_method_types": ["us_bank_account"],
        }
    )
    assert narrow.payment_method_types == ["card", "link", "sepa_debit"]
    assert narrow.excluded_payment_method_types == ["us_bank_account"]
    assert (await shop.v1.setup_intents.confirm_async(narrow.id, {"payment_method": "pm_card_visa"})).status
    for params, param in (
        ({"payment_method_types": ["eps"]}, "payment_method_types"),
        (BY_CARD | {"automatic_payment_methods": {"enabled": True}}, "payment_method_types"),
        (BY_CARD | {"payment_method": "pm_usBankAccount_success"}, "payment_method"),
        (SAVED | {"single_use": {"amount": 500, "currency": "usd"}}, "single_use"),
        (SAVED | with_card(network="mastercard"), "payment_method_options[card][network]"),
        (BY_CARD | {"return_url": BACK}, "return_url"),
        (SAVED | {"return_url": "javascript:alert(1)"}, "return_url"),
    ):
        with raises_stripe(param=param):
            await shop.v1.setup_intents.create_async(params)
    boleto = await shop.v1.setup_intents.create_async(
        {
            "payment_method_types": ["boleto"],
            "payment_method_data": {
                "type": "boleto",
                "boleto": {"tax_id": "00000000000"},
                "billing_details": {
                    "name": "J",
                    "email": "j@example.com",
                    "address": {"line1": "1", "city": "S", "state": "SP", "postal_code": "01227-200", "country": "BR"},
                },
            },
            "confirm": True,
        }
    )
    assert boleto.status == "succeeded"


HIDDEN = ("customer", "latest_attempt", "mandate", "metadata", "payment_method_options", "flow_directions")


@pytest_asyncio.fixture
async def client(shop: Shop, sdk_transport: HTTPXClient) -> Any:
    """The SDK with the shop's publishable key, as a browser would call."""
    key = shop.key.replace("sk_test_", "pk_test_")
    made = StripeClient(key, base_addresses={"api": shop.base_url}, http_client=sdk_transport, max_network_retries=0)
    return made.v1


async def test_a_client_sets_up_by_the_secret(shop: Shop, client: Any) -> None:
    customer = await shop.v1.customers.create_async()
    intent = await shop.v1.setup_intents.create_async(BY_CARD | {"customer": customer.id})
    right = {"client_secret": intent.client_secret}
    seen = await client.setup_intents.retrieve_async(intent.id, right)
    assert not set(HIDDEN) & set(seen.to_dict())
    for wrong in ({}, {"client_secret": f"{intent.id}_secret_x"}):
        with raises_stripe(param="client_secret"):
            await client.setup_intents.retrieve_async(intent.id, wrong)
    with raises_stripe("card_error", code="card_declined", status=402) as caught:
        await client.setup_intents.confirm_async(intent.id, right | {"payment_method": "pm_card_chargeDeclined"})
    assert not set(HIDDEN) & set(told(caught).setup_intent.to_dict())
    secret = with_card(request_three_d_secure="any")
    with raises_stripe(code="setup_intent_invalid_parameter"):
        await client.setup_intents.confirm_async(intent.id, right | {"payment_method": "pm_card_visa"} | secret)
    saved = await client.setup_intents.confirm_async(intent.id, right | {"payment_method": "pm_card_visa"})
    assert saved.status == "succeeded"
    assert not set(HIDDEN) & set(saved.to_dict())
    account = await shop.v1.setup_intents.create_async(UNVERIFIED)
    verified = await client.setup_intents.verify_microdeposits_async(
        account.id, {"client_secret": account.client_secret, "descriptor_code": "SM11AA"}
    )
    assert verified.status == "succeeded"
    for operation in ("cancel", "update"):
        with raises_stripe(status=403):
            await getattr(client.setup_intents, f"{operation}_async")(intent.id, {})


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


async def test_an_update_changes_only_what_is_sent(shop: Shop) -> None:
    intent = await shop.v1.setup_intents.create_async(
        BY_CARD | with_card(request_three_d_secure="any") | {"metadata": {"a": "1"}, "description": "Hat"}
    )
    for params, expected in (
        ({"metadata": {"b": "2"}}, {"metadata": {"a": "1", "b": "2"}, "description": "Hat"}),
        ({"metadata": {"a": ""}, "description": "Cap"}, {"metadata": {"b": "2"}, "description": "Cap"}),
        (
            {"payment_method_types": ["card", "us_bank_account"]},
            {
                "payment_method_types": ["card", "us_bank_account"],
                "payment_method_options": {
                    "card": {"mandate_options": None, "network": None, "request_three_d_secure": "any"},
                    "us_bank_account": {"verification_method": "automatic"},
                },
            },
        ),
        (
            {"payment_method_options": {"us_bank_account": {"verification_method": "microdeposits"}}},
            {
                "payment_method_options": {
                    "card": {"mandate_options": None, "network": None, "request_three_d_secure": "any"},
                    "us_bank_account": {"verification_method": "microdeposits"},
                }
            },
        ),
        ({"excluded_payment_method_types": ["card"]}, {"payment_method_types": ["us_bank_account"]}),
        ({"flow_directions": ["inbound"]}, {"flow_directions": ["inbound"]}),
    ):
        changed = (await shop.v1.setup_intents.update_async(intent.id, params)).to_dict()
        assert {name: changed[name] for name in expected} == expected
    configuration = await shop.v1.payment_method_configurations.create_async({"name": "Hats"})
    with raises_stripe(param="payment_method_configuration"):
        await shop.v1.setup_intents.update_async(intent.id, {"payment_method_configuration": configuration.id})
    automatic = await shop.v1.setup_intents.create_async({})
    changed = await shop.v1.setup_intents.update_async(automatic.id, {"payment_method_configuration": configuration.id})
    assert changed.payment_method_types == ["card"]
    assert changed.payment_method_configuration_details.id == configuration.id
    with raises_stripe(param="payment_method"):
        await shop.v1.setup_intents.update_async(automatic.id, {"payment_method": "pm_usBankAccount_success"})
    assert (await shop.event_types()).count("setup_intent.created") == 2


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
