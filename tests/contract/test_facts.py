"""The official lists: operations, event types, versions and what can be expanded."""

import pytest
import stripe

from stripe_lite import contract
from stripe_lite.contract import Expansion


def test_every_official_operation_is_known() -> None:
    assert len(contract.operations()) == 619
    assert ("POST", "/v1/payment_intents/{intent}/confirm", "PostPaymentIntentsIntentConfirm") in contract.operations()


@pytest.mark.parametrize(
    ("method", "path", "template"),
    [
        ("POST", "/v1/payment_intents", "/v1/payment_intents"),
        ("POST", "/v1/payment_intents/pi_1/confirm", "/v1/payment_intents/{intent}/confirm"),
        ("GET", "/v1/charges/search", "/v1/charges/search"),
        ("GET", "/v1/charges/ch_1", "/v1/charges/{charge}"),
        ("GET", "/v1/accounts/acct_1/persons/person_1", "/v1/accounts/{account}/persons/{person}"),
        ("DELETE", "/v1/customers/cus_1", "/v1/customers/{customer}"),
        ("POST", "/v2/core/event_destinations/ed_1/ping", "/v2/core/event_destinations/{id}/ping"),
        ("DELETE", "/v1/payment_intents/pi_1", None),
        ("PATCH", "/v1/customers/cus_1", None),
        ("GET", "/v1/charges/", None),
        ("GET", "/v1//ch_1", None),
        ("GET", "/v1/charges/ch_1/nothing", None),
        ("GET", "/v1/nothing", None),
        ("GET", "/", None),
        ("GET", "", None),
    ],
)
def test_a_concrete_path_finds_its_operation(method: str, path: str, template: str | None) -> None:
    assert contract.template(method, path) == template
    assert contract.is_official(method, path) is (template is not None)


def test_the_version_is_that_of_the_sdk() -> None:
    assert stripe.api_version in contract.API_VERSIONS


def test_event_types_are_the_ones_that_endpoints_may_ask_for() -> None:
    assert {"payment_intent.succeeded", "charge.dispute.created", "invoice.paid"} <= contract.EVENT_TYPES
    assert "*" not in contract.EVENT_TYPES


def test_expansions_tell_references_from_what_is_left_out_and_what_is_there() -> None:
    charge = contract.expandable("charge")
    assert charge["customer"] == Expansion("reference", ("customer",))
    assert charge["refunds"] == Expansion("on_demand", ("refund",))
    assert charge["transfer_data.destination"] == Expansion("reference", ("account",))
    assert "amount" not in charge
    subscription = contract.expandable("subscription")
    assert subscription["items.data"] == Expansion("inline", ("subscription_item",))
    assert subscription["discounts"] == Expansion("reference", ("discount",))
    assert contract.expandable("price")["tiers"].kind == "on_demand"
    assert contract.expandable("nothing") == {}
