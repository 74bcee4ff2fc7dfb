"""What payers have to do before a payment method is saved: 3-D Secure, deposits, pages elsewhere."""

import pytest

from tests.payments.intents import BACK, PAYER, told, with_card
from tests.payments.setups import CHALLENGED, OFFLINE, SAVED, UNVERIFIED, finish
from tests.shop import Shop, raises_stripe


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
        "version": "2.1.0",
    }
    with raises_stripe("card_error", code="authentication_required", status=402):
        await shop.v1.setup_intents.create_async(
            CHALLENGED | with_card(three_d_secure=imported | {"ares_trans_status": "N"})
        )
    passed = await shop.v1.setup_intents.create_async(
        CHALLENGED | {"expand": ["latest_attempt"]} | with_card(three_d_secure=imported)
    )
    assert passed.status == "succeeded"
    secure = passed.latest_attempt.payment_method_details.card.three_d_secure
    assert (secure.result, secure.version) == ("authenticated", "2.1.0")
    assert secure.transaction_id == imported["transaction_id"]
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
            "payment_method_data": {"type": type, "billing_details": PAYER},
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
