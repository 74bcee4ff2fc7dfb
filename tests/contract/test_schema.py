"""The judge of all other tests is judged: it accepts what is documented and names whatever is not."""

import copy
import json
from typing import Any

import pytest

from stripe_lite import contract
from tests.contract import schema

REFUND: dict[str, Any] = {
    "id": "re_1",
    "object": "refund",
    "amount": 100,
    "balance_transaction": None,
    "charge": "ch_1",
    "created": 1700000000,
    "currency": "usd",
    "metadata": {"order": "1"},
    "payment_intent": None,
    "reason": "duplicate",
    "receipt_number": None,
    "source_transfer_reversal": None,
    "status": "succeeded",
    "transfer_reversal": None,
}


def _answer(method: str, path: str, body: object, status: int = 200) -> list[str]:
    return schema.validate_response(method, path, status, json.dumps(body).encode())


def test_a_documented_object_is_accepted() -> None:
    assert schema.validate_object("refund", REFUND) == []
    assert _answer("POST", "/v1/refunds", REFUND) == []
    assert _answer("GET", "/v1/refunds/re_1?expand[]=charge", REFUND) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"amount": 1.0}, ".amount: 1.0 is no integer"),
        ({"amount": True}, ".amount: true is no integer"),
        ({"amount": None}, ".amount: null is no integer"),
        ({"reason": "because"}, '.reason: "because" is not one of'),
        ({"colour": "red"}, ".colour: undocumented"),
        ({"charge": 1}, ".charge: 1 is no string"),
        ({"charge": {"object": "customer"}}, ".charge"),
        ({"metadata": {"a": 1}}, ".metadata.a: 1 is no string"),
        ({"metadata": []}, ".metadata: [] is no object"),
        ({"id": "x" * 5001}, ".id: 5001 characters"),
    ],
)
def test_what_is_not_documented_is_named(change: dict[str, Any], complaint: str) -> None:
    found = schema.validate_object("refund", REFUND | change)
    assert found
    assert found[0].startswith(complaint)


def test_a_missing_field_is_named() -> None:
    refund = copy.copy(REFUND)
    del refund["amount"]
    assert schema.validate_object("refund", refund) == [".amount: missing"]


def test_an_expanded_field_is_checked_as_the_object_that_it_is() -> None:
    found = schema.validate_object("refund", REFUND | {"charge": {"id": "ch_1", "object": "charge", "colour": 1}})
    assert ".charge.colour: undocumented" in found
    assert ".charge.amount: missing" in found


def test_lists_are_checked_item_by_item() -> None:
    page = {"object": "list", "data": [REFUND, REFUND | {"amount": "1"}], "has_more": False, "url": "/v1/refunds"}
    assert _answer("GET", "/v1/refunds", page) == ['.data[1].amount: "1" is no integer']
    assert _answer("GET", "/v1/refunds", page | {"data": [], "url": "/v1/charges"})[0].startswith(".url")
    assert _answer("GET", "/v1/refunds", {"object": "list", "data": [], "url": "/v1/refunds"}) == [".has_more: missing"]


def test_search_results_are_no_lists() -> None:
    page = {"object": "search_result", "data": [], "has_more": False, "url": "/v1/charges/search", "next_page": None}
    assert _answer("GET", "/v1/charges/search", page) == []
    assert _answer("GET", "/v1/charges/search", page | {"object": "list"})


def test_deleted_objects_have_their_own_form() -> None:
    gone = {"id": "cus_1", "object": "customer", "deleted": True}
    assert schema.validate_object("customer", gone) == []
    assert _answer("DELETE", "/v1/customers/cus_1", gone) == []
    assert _answer("GET", "/v1/customers/cus_1", gone) == []
    assert _answer("GET", "/v1/customers/cus_1", gone | {"deleted": False})


def test_errors_have_a_documented_type() -> None:
    error = {"error": {"type": "invalid_request_error", "message": "No", "code": "resource_missing", "param": "id"}}
    assert _answer("POST", "/v1/refunds", error, 404) == []
    assert _answer("POST", "/v1/nothing", error, 404) == []
    assert _answer("POST", "/v1/refunds", {"error": {"type": "wrong"}}, 400)
    assert _answer("POST", "/v1/refunds", {"detail": "Not Found"}, 404)
    assert schema.validate_response("POST", "/v1/refunds", 500, b"Internal Server Error") == ["the body is not JSON"]


def test_only_the_official_api_is_judged() -> None:
    assert _answer("GET", "/healthz", {"status": "ok"}) == []
    assert _answer("GET", "/v1/nothing", {}) == ["GET /v1/nothing is no official operation, yet it answers 200"]


def _event(kind: str, subject: dict[str, Any], **data: Any) -> dict[str, Any]:
    return {
        "id": "evt_1",
        "object": "event",
        "api_version": "2026-05-27.dahlia",
        "created": 1700000000,
        "data": {"object": subject, **data},
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }


def test_an_event_carries_the_object_that_its_type_promises() -> None:
    assert schema.validate_event(_event("refund.created", REFUND)) == []
    assert (
        schema.validate_event(_event("charge.refund.updated", REFUND, previous_attributes={"status": "pending"})) == []
    )
    assert schema.validate_event(_event("refund.vanished", REFUND))[0].startswith("type:")
    assert schema.validate_event(_event("charge.refunded", REFUND))[0].startswith("data.object:")
    assert schema.validate_event(_event("refund.updated", REFUND | {"amount": 1.5}))[0].startswith(
        "data.object..amount"
    )
    assert schema.validate_event(_event("refund.updated", REFUND, previous_attributes={"colour": 1})) == [
        "data.previous_attributes.colour: undocumented"
    ]
    assert schema.validate_event(_event("refund.created", REFUND) | {"pending_webhooks": None})


def test_every_event_type_has_an_object_unless_none_is_published() -> None:
    without = {kind for kind in contract.EVENT_TYPES if not schema.event_nouns(kind)}
    assert {kind.split(".")[0] for kind in without} == {"billing", "entitlements", "reserve"}
    assert schema.event_nouns("customer.subscription.updated") == ("subscription",)
    assert schema.event_nouns("checkout.session.completed") == ("checkout.session",)
    assert schema.event_nouns("issuing_card.created") == ("issuing.card",)


def test_every_response_schema_compiles() -> None:
    for name in contract.operations():
        schema._operation(name.method, name.path)(None)
    for name_of_schema in schema._facts()["schemas"]:
        schema._named(name_of_schema)({})
