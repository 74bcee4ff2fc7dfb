"""The life of a setup intent: what is allowed when, what is refused, and what who may see."""

from typing import Any

import pytest
import pytest_asyncio
from stripe import HTTPXClient, StripeClient

from stripe_lite.core.machine import IllegalTransition
from stripe_lite.payments.setup_attempts.machine import SETUP_ATTEMPT, AttemptFact, AttemptStatus
from stripe_lite.payments.setup_intents.machine import SETUP_INTENT, SetupFact, SetupStatus
from tests.payments.intents import BACK, told, with_card
from tests.payments.setups import BY_CARD, CHALLENGED, SAVED, SEPA, UNVERIFIED
from tests.shop import Shop, raises_stripe

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
# Fact → where it may happen, and where it leads.
TABLE: dict[str, tuple[tuple[str, ...], str]] = {
    "payment_method_given": (OPEN, "requires_confirmation"),
    "payment_method_taken": (OPEN, "requires_payment_method"),
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
    # One that is rolled back with the error is not named by it.
    with raises_stripe(code="setup_intent_unexpected_state") as caught:
        await shop.v1.setup_intents.create_async(BY_CARD | {"confirm": True})
    assert getattr(told(caught), "setup_intent", None) is None


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


async def test_what_a_client_agrees_to_is_known_by_what_can_be_seen_of_it(shop: Shop) -> None:
    by_debit = {"payment_method_types": ["sepa_debit"]}
    agreed = {
        "mandate_data[customer_acceptance][type]": "online",
        "mandate_data[customer_acceptance][online][infer_from_client]": "true",
    }
    setup = await shop.v1.setup_intents.create_async(by_debit)
    payment = await shop.v1.payment_intents.create_async(by_debit | {"amount": 900, "currency": "eur"})
    for path, intent in (("setup_intents", setup), ("payment_intents", payment)):
        method = await shop.v1.payment_methods.create_async(SEPA)
        answer = await shop.http.post(
            f"{shop.base_url}/v1/{path}/{intent.id}/confirm",
            data={"client_secret": intent.client_secret, "payment_method": method.id} | agreed,
            headers={"Authorization": f"Bearer pk_test_{shop.key.removeprefix('sk_test_')}", "User-Agent": "Browser/1"},
        )
        assert answer.status_code == 200, answer.text
    found = await shop.v1.setup_intents.retrieve_async(setup.id)
    charged = await shop.v1.payment_intents.retrieve_async(payment.id, {"expand": ["latest_charge"]})
    for id in (found.mandate, charged.latest_charge.payment_method_details.sepa_debit.mandate):
        online = (await shop.v1.mandates.retrieve_async(id)).customer_acceptance.online
        assert (online.ip_address, online.user_agent) == ("127.0.0.1", "Browser/1")


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
