"""What payers have to do first: 3-D Secure by test card, payments off session, micro-deposits."""

from typing import Any

import pytest

from tests.payments.intents import (
    BACK,
    BY_CARD,
    CHALLENGED,
    DEBIT,
    PAID,
    PAYER,
    UNVERIFIED_ACCOUNT,
    by_number,
    told,
    with_card,
)
from tests.shop import Shop, raises_stripe

ON_SESSION = PAID | {"return_url": BACK}


async def finish(shop: Shop, intent: Any, outcome: str = "complete") -> Any:
    """Do on our page what the payer has to do; gives the answer and the intent as it is then."""
    answer = await shop.http.post(intent.next_action.redirect_to_url.url, json={"outcome": outcome})
    assert answer.status_code == 200, answer.text
    found = await shop.v1.payment_intents.retrieve_async(intent.id, {"expand": ["latest_charge"]})
    return answer.json(), found


async def card_of(shop: Shop, number: str, **params: Any) -> str:
    method = await shop.v1.payment_methods.create_async(by_number(number) | params)
    return str(method.id)


@pytest.mark.parametrize("number", ["4000000000003220", "4000002760003184", "4000002500003155", "4000003800000446"])
async def test_a_challenge_is_passed(shop: Shop, number: str) -> None:
    intent = await shop.v1.payment_intents.create_async(ON_SESSION | {"payment_method": await card_of(shop, number)})
    assert (intent.status, intent.next_action.type) == ("requires_action", "redirect_to_url")
    answer, paid = await finish(shop, intent)
    assert answer["redirect_status"] == "succeeded"
    assert (paid.status, paid.next_action) == ("succeeded", None)
    secure = paid.latest_charge.payment_method_details.card.three_d_secure
    assert (secure.result, secure.authentication_flow) == ("authenticated", "challenge")
    assert await shop.event_types() == [
        "payment_intent.created",
        "payment_intent.requires_action",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]


async def test_a_failed_challenge_needs_another_card(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(CHALLENGED)
    answer, failed = await finish(shop, intent, "fail")
    assert answer["redirect_status"] == "failed"
    assert (failed.status, failed.payment_method, failed.next_action) == ("requires_payment_method", None, None)
    error = failed.last_payment_error
    assert (error.type, error.code) == ("invalid_request_error", "payment_intent_authentication_failure")
    assert error.payment_method.card.last4 == "3220"
    assert failed.latest_charge is None
    assert (await shop.event_types())[-1] == "payment_intent.payment_failed"
    paid = await shop.v1.payment_intents.confirm_async(intent.id, {"payment_method": "pm_card_visa"})
    assert (paid.status, paid.last_payment_error) == ("succeeded", None)


async def test_a_card_may_be_declined_after_the_challenge(shop: Shop) -> None:
    number = "4000008400001629"
    intent = await shop.v1.payment_intents.create_async(ON_SESSION | {"payment_method": await card_of(shop, number)})
    answer, failed = await finish(shop, intent)
    assert answer["redirect_status"] == "failed"
    assert (failed.status, failed.last_payment_error.code) == ("requires_payment_method", "card_declined")
    assert failed.latest_charge.status == "failed"


async def test_where_the_lookup_fails_a_required_challenge_declines(shop: Shop) -> None:
    with raises_stripe("card_error", code="card_declined"):
        await shop.v1.payment_intents.create_async(
            ON_SESSION | {"payment_method": await card_of(shop, "4000008400001280")}
        )


ASKED_FOR = {
    "4000000000003055": "requires_action",  # Supported, and challenged where it is asked for.
    "4000000000003097": "processing_error",
    "4242424242424242": "attempt_acknowledged",  # Not enrolled.
    "378282246310005": "not_supported",
}


@pytest.mark.parametrize("wish", ["any", "challenge", "automatic"])
@pytest.mark.parametrize("number", list(ASKED_FOR))
async def test_three_d_secure_can_be_asked_for(shop: Shop, number: str, wish: str) -> None:
    card = by_number(number)
    if number.startswith("37"):
        card["card"]["cvc"] = "1234"
    method = await shop.v1.payment_methods.create_async(card)
    intent = await shop.v1.payment_intents.create_async(
        ON_SESSION | {"payment_method": method.id, "expand": ["latest_charge"]} | with_card(request_three_d_secure=wish)
    )
    assert intent.payment_method_options.card.request_three_d_secure == wish
    expected = None if wish == "automatic" else ASKED_FOR[number]
    if expected == "requires_action":
        assert intent.status == "requires_action"
        _, intent = await finish(shop, intent)
        expected = "authenticated"
    assert intent.status == "succeeded"
    secure = intent.latest_charge.payment_method_details.card.three_d_secure
    assert (None if secure is None else secure.result) == expected


@pytest.mark.parametrize(("status", "result"), [("Y", "authenticated"), ("A", "attempt_acknowledged")])
async def test_three_d_secure_may_be_passed_elsewhere(shop: Shop, status: str, result: str) -> None:
    imported = {
        "ares_trans_status": status,
        "cryptogram": "4BQwsg4yuKt0S1LI1nDZTcO9vUM=",
        "electronic_commerce_indicator": "05",
        "transaction_id": "f879ea1c-aa2c-4441-806d-e30406466d79",
        "version": "2.1.0",
    }
    intent = await shop.v1.payment_intents.create_async(
        CHALLENGED | {"expand": ["latest_charge"]} | with_card(three_d_secure=imported)
    )
    assert intent.status == "succeeded"
    secure = intent.latest_charge.payment_method_details.card.three_d_secure
    assert (secure.result, secure.version, secure.electronic_commerce_indicator) == (result, "2.1.0", "05")
    assert secure.transaction_id == imported["transaction_id"]
    assert "three_d_secure" not in intent.payment_method_options.card


async def test_without_a_return_url_the_client_library_shows_the_challenge(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(CHALLENGED | {"use_stripe_sdk": True, "return_url": BACK})
    assert intent.next_action.type == "use_stripe_sdk"
    answer = await shop.http.post(intent.next_action.use_stripe_sdk["stripe_js"], json={"outcome": "complete"})
    assert answer.json()["payment_intent"]["status"] == "succeeded"


async def test_an_action_can_be_refused_instead(shop: Shop) -> None:
    with raises_stripe("card_error", code="authentication_required", status=402) as caught:
        await shop.v1.payment_intents.create_async(CHALLENGED | {"error_on_requires_action": True})
    intent = told(caught).payment_intent
    assert intent["status"] == "requires_payment_method"
    assert intent["last_payment_error"]["code"] == "authentication_required"
    assert await shop.event_types() == ["payment_intent.created", "payment_intent.payment_failed"]


@pytest.mark.parametrize("absent", [True, "recurring", "one_off"])
async def test_an_absent_payer_cannot_be_challenged(shop: Shop, absent: bool | str) -> None:
    params = PAID | {"payment_method": "pm_card_authenticationRequired", "off_session": absent}
    with raises_stripe("card_error", code="authentication_required", status=402) as caught:
        await shop.v1.payment_intents.create_async(params)
    error = told(caught)
    assert error.decline_code == "authentication_required"
    assert error.payment_intent["status"] == "requires_payment_method"
    assert error.payment_method["card"]["last4"] == "3184"
    # The payer comes back, and passes the challenge.
    intent = await shop.v1.payment_intents.confirm_async(
        error.payment_intent["id"], {"payment_method": "pm_card_authenticationRequired", "return_url": BACK}
    )
    _, paid = await finish(shop, intent)
    assert paid.status == "succeeded"


async def test_a_card_that_was_set_up_pays_off_session(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    first = await shop.v1.payment_intents.create_async(
        ON_SESSION
        | {
            "customer": customer.id,
            "payment_method": await card_of(shop, "4000002500003155"),
            "setup_future_usage": "off_session",
        }
    )
    _, paid = await finish(shop, first)
    assert paid.status == "succeeded"
    types = await shop.event_types()
    assert types[types.index("payment_intent.requires_action") + 1 :] == [
        "payment_method.attached",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]
    saved = await shop.v1.payment_methods.retrieve_async(paid.payment_method)
    assert saved.customer == customer.id
    later = await shop.v1.payment_intents.create_async(
        PAID | {"customer": customer.id, "payment_method": saved.id, "off_session": True}
    )
    assert later.status == "succeeded"


async def test_without_being_set_up_the_same_card_is_declined_off_session(shop: Shop) -> None:
    with raises_stripe("card_error", code="authentication_required"):
        await shop.v1.payment_intents.create_async(
            PAID | {"payment_method": await card_of(shop, "4000002500003155"), "off_session": True}
        )


async def test_a_card_kept_for_later_may_be_attached_later(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(PAID | {"setup_future_usage": "on_session"})
    customer = await shop.v1.customers.create_async()
    attached = await shop.v1.payment_methods.attach_async(intent.payment_method, {"customer": customer.id})
    assert attached.customer == customer.id


async def test_keeping_a_card_can_be_set_for_cards_alone(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    kept = await shop.v1.payment_intents.create_async(
        PAID | {"customer": customer.id} | with_card(setup_future_usage="off_session")
    )
    assert (await shop.v1.payment_methods.retrieve_async(kept.payment_method)).customer == customer.id
    spent = await shop.v1.payment_intents.create_async(
        PAID | {"customer": customer.id, "setup_future_usage": "off_session"} | with_card(setup_future_usage="none")
    )
    assert (await shop.v1.payment_methods.retrieve_async(spent.payment_method)).customer is None


async def test_keeping_and_being_absent_exclude_each_other(shop: Shop) -> None:
    with raises_stripe(param="off_session"):
        await shop.v1.payment_intents.create_async(PAID | {"setup_future_usage": "off_session", "off_session": True})


async def test_another_customers_card_is_refused(shop: Shop) -> None:
    owner, other = [await shop.v1.customers.create_async() for _ in range(2)]
    card = await shop.v1.payment_methods.attach_async("pm_card_visa", {"customer": owner.id})
    for params in ({"customer": other.id}, {}):
        with raises_stripe(param="payment_method"):
            await shop.v1.payment_intents.create_async(PAID | {"payment_method": card.id} | params)


async def test_the_server_confirms_again_where_it_wants_to(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(CHALLENGED | {"confirmation_method": "manual"})
    _, waiting = await finish(shop, intent)
    assert (waiting.status, waiting.next_action) == ("requires_confirmation", None)
    paid = await shop.v1.payment_intents.confirm_async(intent.id, {"expand": ["latest_charge"]})
    assert paid.status == "succeeded"
    assert paid.latest_charge.payment_method_details.card.three_d_secure.result == "authenticated"


async def test_an_update_leaves_an_action_alone_unless_it_matters(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(CHALLENGED)
    noted = await shop.v1.payment_intents.update_async(intent.id, {"description": "Hat"})
    assert (noted.status, noted.next_action.type) == ("requires_action", "redirect_to_url")
    changed = await shop.v1.payment_intents.update_async(intent.id, {"amount": 2100})
    assert (changed.status, changed.next_action) == ("requires_confirmation", None)


async def unverified(shop: Shop) -> Any:
    intent = await shop.v1.payment_intents.create_async(
        {name: value for name, value in DEBIT.items() if name != "payment_method"}
        | {"payment_method_data": UNVERIFIED_ACCOUNT}
    )
    assert (intent.status, intent.next_action.type) == ("requires_action", "verify_with_microdeposits")
    assert intent.next_action.verify_with_microdeposits.microdeposit_type == "descriptor_code"
    return intent


@pytest.mark.parametrize("values", [{"amounts": [32, 45]}, {"descriptor_code": "SM11AA"}])
async def test_micro_deposits_prove_an_account(shop: Shop, values: dict[str, Any]) -> None:
    intent = await unverified(shop)
    verified = await shop.v1.payment_intents.verify_microdeposits_async(intent.id, values)
    assert (verified.status, verified.next_action) == ("processing", None)
    await shop.until(lambda: shop.v1.payment_intents.retrieve_async(intent.id), status="succeeded")


WRONG = [
    ({"amounts": [1, 2]}, "amounts_mismatch", "requires_action"),
    ({"descriptor_code": "SM99ZZ"}, "descriptor_code_mismatch", "requires_action"),
    ({"amounts": [1]}, "amounts_invalid", "requires_action"),
    ({"amounts": [0, -5]}, "amounts_invalid", "requires_action"),
    ({"amounts": [10, 11]}, "attempts_exceeded", "requires_payment_method"),
    ({"descriptor_code": "SM33CC"}, "attempts_exceeded", "requires_payment_method"),
    ({"amounts": [40, 41]}, "timeout", "requires_payment_method"),
    ({"descriptor_code": "SM44DD"}, "timeout", "requires_payment_method"),
]


@pytest.mark.parametrize(("values", "code", "status"), WRONG)
async def test_wrong_values_prove_nothing(shop: Shop, values: dict[str, Any], code: str, status: str) -> None:
    code = f"payment_method_microdeposit_verification_{code}"
    intent = await unverified(shop)
    with raises_stripe(code=code, status=400):
        await shop.v1.payment_intents.verify_microdeposits_async(intent.id, values)
    intent = await shop.v1.payment_intents.retrieve_async(intent.id)
    assert intent.status == status
    if status == "requires_payment_method":
        assert intent.last_payment_error.code == code


async def test_three_wrong_pairs_are_too_many(shop: Shop) -> None:
    intent = await unverified(shop)
    for code in ("amounts_mismatch", "amounts_mismatch", "attempts_exceeded"):
        with raises_stripe(code=f"payment_method_microdeposit_verification_{code}"):
            await shop.v1.payment_intents.verify_microdeposits_async(intent.id, {"amounts": [1, 2]})
    assert (await shop.v1.payment_intents.retrieve_async(intent.id)).status == "requires_payment_method"


async def test_an_account_that_no_deposit_reaches_is_refused(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(
        DEBIT | {"payment_method": "pm_usBankAccount_failMicrodeposits"}
    )
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error.code == "payment_method_microdeposit_failed"


async def test_only_what_waits_for_deposits_can_be_verified(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(BY_CARD)
    with raises_stripe(code="payment_intent_unexpected_state"):
        await shop.v1.payment_intents.verify_microdeposits_async(intent.id, {"amounts": [32, 45]})


async def test_a_debit_needs_a_mandate(shop: Shop) -> None:
    params = {name: value for name, value in DEBIT.items() if name != "mandate_data"}
    with raises_stripe(param="mandate_data"):
        await shop.v1.payment_intents.create_async(params)
    online = {"customer_acceptance": {"type": "online"}}
    with raises_stripe(param="mandate_data[customer_acceptance][online]"):
        await shop.v1.payment_intents.create_async(params | {"mandate_data": online})


@pytest.mark.parametrize(("type", "currency"), [("klarna", "usd"), ("bancontact", "eur"), ("paypal", "gbp")])
async def test_a_payment_elsewhere_is_authorised_there(shop: Shop, type: str, currency: str) -> None:
    intent = await shop.v1.payment_intents.create_async(
        {
            "amount": 2000,
            "currency": currency,
            "payment_method_types": [type],
            "payment_method_data": {"type": type, "billing_details": PAYER},
            "confirm": True,
            "return_url": BACK,
        }
    )
    assert intent.next_action.redirect_to_url.return_url == BACK
    _, paid = await finish(shop, intent)
    assert (paid.status, paid.latest_charge.payment_method_details.type) == ("succeeded", type)


OWN_ACTIONS = {
    "alipay": ("alipay_handle_redirect", "url"),
    "cashapp": ("cashapp_handle_redirect_or_display_qr_code", "mobile_auth_url"),
    "wechat_pay": ("wechat_pay_display_qr_code", "hosted_instructions_url"),
}


@pytest.mark.parametrize("type", list(OWN_ACTIONS))
async def test_some_methods_have_actions_of_their_own(shop: Shop, type: str) -> None:
    intent = await shop.v1.payment_intents.create_async(
        {
            "amount": 2000,
            "currency": "usd",
            "payment_method_types": [type],
            "payment_method_data": {"type": type},
            "confirm": True,
            "return_url": BACK,
        }
        | ({"payment_method_options": {"wechat_pay": {"client": "web"}}} if type == "wechat_pay" else {})
    )
    kind, field = OWN_ACTIONS[type]
    assert intent.next_action.type == kind
    action = intent.next_action.to_dict()[kind]
    code = action.get("qr_code", action)
    if type != "alipay":
        png, svg = [await shop.http.get(code[f"image_url_{image}"]) for image in ("png", "svg")]
        assert png.content.startswith(b"\x89PNG")
        assert svg.headers["content-type"] == "image/svg+xml"
    await shop.http.post(action[field], json={"outcome": "complete"})
    assert (await shop.v1.payment_intents.retrieve_async(intent.id)).status == "succeeded"


async def test_a_payment_elsewhere_is_turned_down_there(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(
        {
            "amount": 2000,
            "currency": "usd",
            "payment_method_types": ["klarna"],
            "payment_method_data": {"type": "klarna", "billing_details": PAYER},
            "confirm": True,
            "return_url": BACK,
        }
    )
    _, failed = await finish(shop, intent, "fail")
    assert failed.last_payment_error.code == "payment_intent_payment_attempt_failed"
