"""A request is held against its official operation: what is refused, in which words, and what is converted to what."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_lite import contract
from stripe_lite.contract import nodes
from stripe_lite.core.errors import InvalidParameter
from stripe_lite.core.forms import decode_form

PAY = ("POST", "/v1/payment_intents")
CUSTOMER = ("POST", "/v1/customers")
CHARGES = ("GET", "/v1/charges")
SUBSCRIBE = ("POST", "/v1/subscriptions")
PRICE = ("POST", "/v1/prices")


def coerce(operation: tuple[str, str], form: str) -> dict[str, Any]:
    return contract.operation(*operation).coerce(decode_form(form))


def refused(operation: tuple[str, str], tree: str | dict[str, Any]) -> InvalidParameter:
    with pytest.raises(InvalidParameter) as refusal:
        contract.operation(*operation).coerce(decode_form(tree) if isinstance(tree, str) else tree)
    assert refusal.value.status == 400
    return refusal.value


READ: list[tuple[tuple[str, str], str, dict[str, Any]]] = [
    (PAY, "amount=1000&currency=usd", {"amount": 1000, "currency": "usd"}),
    (PAY, "amount=1&currency=USD&confirm=true", {"amount": 1, "currency": "usd", "confirm": True}),
    (PAY, "amount=-1&currency=usd", {"amount": -1, "currency": "usd"}),
    (
        PAY,
        "amount=1&currency=usd&payment_method_types[]=card&payment_method_types[]=link",
        {"amount": 1, "currency": "usd", "payment_method_types": ["card", "link"]},
    ),
    (PAY, "amount=1&currency=usd&expand[5]=b&expand[1]=a", {"amount": 1, "currency": "usd", "expand": ["a", "b"]}),
    (
        PAY,
        "amount=1&currency=usd&metadata[0]=x&metadata[1]=&shipping[name]=N&shipping[address][city]=C",
        {
            "amount": 1,
            "currency": "usd",
            "metadata": {"0": "x", "1": ""},
            "shipping": {"name": "N", "address": {"city": "C"}},
        },
    ),
    (CUSTOMER, "address=&metadata=&tax_exempt=none", {"address": None, "metadata": None, "tax_exempt": "none"}),
    (CUSTOMER, "tax_exempt=", {"tax_exempt": None}),
    (CHARGES, "created=17&limit=3", {"created": 17, "limit": 3}),
    (CHARGES, "created[gte]=17&created[lt]=18", {"created": {"gte": 17, "lt": 18}}),
    (CHARGES, "created[gt]=1700000000000&created[lt]=-5", {"created": {"gt": 253402300799, "lt": 0}}),
    (SUBSCRIBE, "customer=c&trial_end=now", {"customer": "c", "trial_end": "now"}),
    (SUBSCRIBE, "customer=c&trial_end=1800000000", {"customer": "c", "trial_end": 1800000000}),
    (
        SUBSCRIBE,
        "customer=c&items[0][price]=p&items[0][quantity]=2&items[1][price]=q",
        {"customer": "c", "items": [{"price": "p", "quantity": 2}, {"price": "q"}]},
    ),
    (
        PRICE,
        "currency=usd&unit_amount_decimal=0.000000000001&tiers[0][up_to]=inf&tiers[1][up_to]=5",
        {"currency": "usd", "unit_amount_decimal": "0.000000000001", "tiers": [{"up_to": "inf"}, {"up_to": 5}]},
    ),
    (("POST", "/v1/coupons"), "percent_off=12.5", {"percent_off": 12.5}),
    (
        ("POST", "/v1/payment_methods"),
        "type=card&card[number]=4242424242424242&card[exp_month]=1&card[exp_year]=2040",
        {"type": "card", "card": {"number": "4242424242424242", "exp_month": 1, "exp_year": 2040}},
    ),
    (
        ("POST", "/v1/payment_methods"),
        "type=card&card[token]=tok_visa",
        {"type": "card", "card": {"token": "tok_visa"}},
    ),
]


@pytest.mark.parametrize(("operation", "form", "typed"), READ)
def test_values_get_the_types_of_the_operation(operation: tuple[str, str], form: str, typed: dict[str, Any]) -> None:
    assert coerce(operation, form) == typed


REFUSED: list[tuple[tuple[str, str], str, str | None, str, str]] = [
    (PAY, "amount=1&currency=usd&foo=1", "parameter_unknown", "foo", "Received unknown parameter: foo"),
    (
        PAY,
        "foo=1&currency=usd&shipping[bar]=1&amount=x&amount_details[line_items][2][zip]=1",
        "parameter_unknown",
        "foo",
        "Received unknown parameters: foo, shipping[bar], amount_details[line_items][2][zip]",
    ),
    (PAY, "currency=usd", "parameter_missing", "amount", "Missing required param: amount."),
    (
        PAY,
        "amount=1&currency=usd&shipping[name]=N",
        "parameter_missing",
        "shipping[address]",
        "Missing required param: shipping[address].",
    ),
    (PAY, "amount=abc&currency=usd", "parameter_invalid_integer", "amount", "Invalid integer: abc"),
    (PAY, "amount=1.5&currency=usd", "parameter_invalid_integer", "amount", "Invalid integer: 1.5"),
    (PAY, "amount=1e3&currency=usd", "parameter_invalid_integer", "amount", "Invalid integer: 1e3"),
    (PAY, "amount=1_000&currency=usd", "parameter_invalid_integer", "amount", "Invalid integer: 1_000"),
    (PAY, "amount=+1&currency=usd", "parameter_invalid_integer", "amount", "Invalid integer:  1"),
    (PAY, "amount=٣&currency=usd", "parameter_invalid_integer", "amount", "Invalid integer: ٣"),
    (PAY, "amount[a]=3&currency=usd", "parameter_invalid_integer", "amount", 'Invalid integer: {"a": "3"}'),
    (
        PAY,
        "amount=9223372036854775808&currency=usd",
        "parameter_invalid_integer",
        "amount",
        "Invalid integer: 9223372036854775808",
    ),
    (PAY, "amount=1&currency=usd&confirm=1", None, "confirm", "Invalid boolean: 1"),
    (
        PAY,
        "amount=1&currency=usd&capture_method=later",
        None,
        "capture_method",
        "Invalid capture_method: must be one of automatic, automatic_async, or manual",
    ),
    (
        PAY,
        "amount=1&currency=usd&confirmation_method=x",
        None,
        "confirmation_method",
        "Invalid confirmation_method: must be one of automatic or manual",
    ),
    (PAY, "amount=1&currency=usd&shipping=x", None, "shipping", "Invalid object"),
    (PAY, "amount=1&currency=usd&metadata=x", None, "metadata", "Invalid object"),
    (PAY, "amount=1&currency=usd&expand=x", None, "expand", "Invalid array"),
    (PAY, "amount=1&currency=usd&expand[a]=x", None, "expand", "Invalid array"),
    (
        PAY,
        "amount=1&currency=usd&expand[999999999]=x",
        None,
        "expand",
        "Invalid array: an index can be at most 999",
    ),
    (SUBSCRIBE, "customer=c&trial_end=then", "parameter_invalid_integer", "trial_end", "Invalid timestamp"),
    (SUBSCRIBE, "customer=c&trial_end=1800000000000", "parameter_invalid_integer", "trial_end", "Invalid timestamp"),
    (SUBSCRIBE, "customer=c&items[3][quantity]=x", "parameter_invalid_integer", "items[3][quantity]", "Invalid int"),
    (SUBSCRIBE, "customer=c&items[][quantity]=x", "parameter_invalid_integer", "items[0][quantity]", "Invalid int"),
    (CHARGES, "created[gt]=x", "parameter_invalid_integer", "created[gt]", "Invalid integer: x"),
    (CHARGES, "created[since]=1", "parameter_unknown", "created[since]", "Received unknown parameter: created[since]"),
    (PRICE, "currency=usd&unit_amount_decimal=1e3", None, "unit_amount_decimal", "Invalid decimal: 1e3"),
    (PRICE, "currency=usd&unit_amount_decimal=0.0000000000001", None, "unit_amount_decimal", "Invalid decimal: 0.0"),
    (("POST", "/v1/coupons"), "percent_off=nan", None, "percent_off", "Invalid decimal: nan"),
    (CUSTOMER, "name=" + "x" * 257, None, "name", "Invalid string: x"),
    (
        ("POST", "/v1/payment_methods"),
        "type=card&card[number]=4242&card[exp_month]=x&card[exp_year]=1",
        "parameter_invalid_integer",
        "card[exp_month]",
        "Invalid integer: x",
    ),
    (
        ("POST", "/v1/payment_methods"),
        "type=card&card[token]=tok&card[zip]=x",
        "parameter_unknown",
        "card[zip]",
        "Received unknown parameter: card[zip]",
    ),
    (
        PAY,
        "amount=1&currency=usd&confirm=4242424242424242",
        None,
        "confirm",
        "Invalid boolean: ****4242",
    ),
]


@pytest.mark.parametrize(("operation", "form", "code", "param", "message"), REFUSED)
def test_what_does_not_fit_is_refused_in_stripes_words(
    operation: tuple[str, str], form: str, code: str | None, param: str, message: str
) -> None:
    error = refused(operation, form)
    assert (error.type, error.code, error.param) == ("invalid_request_error", code, param)
    assert error.message.startswith(message)
    assert len(error.message) < 600


def test_an_empty_string_cannot_unset_what_must_stay() -> None:
    error = refused(PAY, "amount=&currency=usd")
    assert (error.code, error.param) == ("parameter_invalid_empty", "amount")
    assert error.message.startswith("You passed an empty string for 'amount'.")
    assert refused(PAY, "amount=1&currency=usd&expand[]=").param == "expand[0]"
    assert refused(PAY, "amount=1&currency=usd&shipping=").code == "parameter_invalid_empty"


def test_json_values_come_in_their_own_types() -> None:
    pay = contract.operation(*PAY)
    tree = {"amount": 1, "currency": "usd", "confirm": False, "expand": ["a"], "metadata": {"a": 1, "b": True}}
    assert pay.coerce(tree) == tree | {"metadata": {"a": "1", "b": "true"}}
    assert contract.operation(*CUSTOMER).coerce({"address": None}) == {"address": None}


@pytest.mark.parametrize("amount", [True, 1.0, 1.5, None, [], {}, [1], 2**63, "", "1 "])
def test_json_values_that_are_no_integers_are_refused(amount: object) -> None:
    assert refused(PAY, {"amount": amount, "currency": "usd"}).param == "amount"


@pytest.mark.parametrize(("name", "value"), [("confirm", 1), ("confirm", "yes"), ("currency", 1), ("description", [])])
def test_json_values_of_another_type_are_refused(name: str, value: object) -> None:
    assert refused(PAY, {"amount": 1, "currency": "usd", name: value}).param == name


def test_metadata_limits_hold_wherever_metadata_is_sent() -> None:
    error = refused(PAY, f"amount=1&currency=usd&metadata[{'k' * 41}]=v")
    assert error.param == "metadata"
    assert "41 characters" in error.message
    form = f"line_items[0][price]=p&mode=payment&payment_intent_data[metadata][a{{b}}]={'v' * 501}"
    error = refused(("POST", "/v1/checkout/sessions"), form)
    assert error.param == "payment_intent_data[metadata]"
    assert "501 characters" in error.message
    assert refused(PAY, {"amount": 1, "currency": "usd", "metadata": {"a": []}}).param == "metadata[a]"


def test_braces_in_a_value_are_only_text() -> None:
    assert refused(PAY, "amount={param}{0}&currency=usd").message == "Invalid integer: {param}{0}"
    assert refused(PAY, "amount=1&currency=usd&{x}=1").param == "{x}"


def test_a_hot_request_is_checked_in_microseconds() -> None:
    tree = decode_form(
        "amount=1000&currency=usd&payment_method=pm_card_visa&confirm=true&payment_method_types[0]=card&metadata[a]=b"
    )
    check = contract.operation(*PAY).coerce
    check(tree)
    best = min(_seconds(check, tree) for _ in range(10))
    assert best < 0.000015


def _seconds(check: Any, tree: dict[str, Any]) -> float:
    started = time.process_time()
    for _ in range(200):
        check(tree)
    return (time.process_time() - started) / 200


@pytest.mark.parametrize("name", contract.operations(), ids=lambda name: name.operation_id)
def test_every_operation_reads_and_refuses(name: Any) -> None:
    operation = contract.operation(name.method, name.path)
    assert operation.path_params == tuple(part[1:-1] for part in name.path.split("/") if part.startswith("{"))
    assert set(operation.required) <= set(operation.names)
    with pytest.raises(InvalidParameter, match="Received unknown parameter: nonsense"):
        operation.coerce({"nonsense": "1"})
    _compile_all(operation._root)


def _compile_all(node: object) -> None:
    match node:
        case nodes.Object():
            for name in node.names:
                _compile_all(node.child(name))
        case nodes.Array() | nodes.Map() | nodes.Emptyable():
            _compile_all(node._node)
        case nodes.Choice():
            for one in [*node._arrays, *node._objects, *node._scalars]:
                _compile_all(one)


leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
trees = st.recursive(
    leaves, lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below, max_size=3)
)


@given(st.sampled_from(contract.operations()), st.data())
def test_no_tree_raises_anything_but_a_refusal(name: Any, data: st.DataObject) -> None:
    operation = contract.operation(name.method, name.path)
    names = st.sampled_from(operation.names) if operation.names else st.text(max_size=5)
    try:
        operation.coerce(data.draw(st.dictionaries(names, trees, max_size=4)))
    except InvalidParameter as error:
        assert error.message
