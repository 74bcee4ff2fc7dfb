"""Form and JSON bodies become trees, and hostile ones become a 400 within 50 ms."""

import json
import time
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_lite.core.errors import InvalidParameter
from stripe_lite.core.forms import DEPTH_MAX, PARAMETERS_MAX, decode_form, decode_json

WELL_FORMED: list[tuple[str, dict[str, Any]]] = [
    ("", {}),
    ("amount=1000&currency=usd", {"amount": "1000", "currency": "usd"}),
    ("shipping[address][line1]=Main+St+1", {"shipping": {"address": {"line1": "Main St 1"}}}),
    ("name=Jos%C3%A9%20%26%20Co%2B", {"name": "José & Co+"}),
    ("name=José", {"name": "José"}),
    ("expand[]=customer&expand[]=payment_method", {"expand": ["customer", "payment_method"]}),
    ("expand[1]=b&expand[0]=a", {"expand": {"1": "b", "0": "a"}}),
    ("items[0][price]=p&items[0][quantity]=2", {"items": {"0": {"price": "p", "quantity": "2"}}}),
    (
        "items[][price]=p&items[][quantity]=2&items[][price]=q",
        {"items": [{"price": "p", "quantity": "2"}, {"price": "q"}]},
    ),
    ("a[][b][c]=1&a[][b][d]=2&a[][b][c]=3", {"a": [{"b": {"c": "1", "d": "2"}}, {"b": {"c": "3"}}]}),
    ("a[][b][]=1&a[][b][]=2", {"a": [{"b": ["1", "2"]}]}),
    ("metadata[0]=x&metadata[order]=", {"metadata": {"0": "x", "order": ""}}),
    ("metadata%5Border%5D=1", {"metadata": {"order": "1"}}),
    ("name=first&name=last", {"name": "last"}),
    ("&a=1&&b=2&", {"a": "1", "b": "2"}),
    ("empty&also=", {"empty": "", "also": ""}),
    ("a=1=2", {"a": "1=2"}),
    ("quoted=%3D3D+%3d", {"quoted": "=3D ="}),
]


@pytest.mark.parametrize(("body", "tree"), WELL_FORMED)
def test_a_form_becomes_a_tree(body: str, tree: dict[str, Any]) -> None:
    assert decode_form(body) == tree
    assert decode_form(body.encode()) == tree


MALFORMED: list[tuple[str, bytes]] = [
    ("a value and a hash", b"a=1&a[b]=2"),
    ("a hash and a value", b"a[b]=2&a=1"),
    ("a value and a list", b"a=1&a[]=2"),
    ("a list and a value", b"a[]=2&a=1"),
    ("a list and a hash", b"a[]=1&a[b]=2"),
    ("a hash and a list", b"a[b]=1&a[]=2"),
    ("a list of values and of hashes", b"a[b]=1&a[b][c]=2"),
    ("no name", b"=1"),
    ("no name before the bracket", b"[a]=1"),
    ("an open bracket", b"a[b=1"),
    ("a closing bracket", b"a]b=1"),
    ("text after a bracket", b"a[b]c=1"),
    ("brackets in brackets", b"a[[b]]=1"),
    ("half an escape", b"a=%4"),
    ("no escape", b"a=100%"),
    ("NUL in a value", b"a=%00"),
    ("a raw NUL", b"a=\0"),
    ("NUL in a name", b"a%00=1"),
    ("a lone surrogate", b"a=%ED%A0%80"),
    ("invalid UTF-8", b"a=%FF"),
    ("invalid UTF-8 in a name", b"\xff=1"),
    ("nested too deep", b"a" + b"[b]" * DEPTH_MAX + b"=1"),
    ("too many parameters", b"&".join(b"a[%d]=1" % index for index in range(PARAMETERS_MAX + 1))),
    ("a MiB of separators", b"&" * (1 << 20)),
    ("a MiB of brackets", b"a" + b"[" * (1 << 20)),
    ("a MiB of pairs of brackets", b"a" + b"[]" * (1 << 19) + b"=1"),
    ("a MiB of equals signs", b"=" * (1 << 20)),
]


@pytest.mark.parametrize("body", [body for _, body in MALFORMED], ids=[name for name, _ in MALFORMED])
def test_a_malformed_form_is_refused_quickly(body: bytes) -> None:
    started = time.process_time()
    with pytest.raises(InvalidParameter) as refused:
        decode_form(body)
    assert time.process_time() - started < 0.05
    assert refused.value.status == 400
    assert len(refused.value.message) < 300


def test_the_limits_themselves_are_allowed() -> None:
    assert len(decode_form("&".join(f"a{index}=1" for index in range(PARAMETERS_MAX)))) == PARAMETERS_MAX
    deep: Any = decode_form("a" + "[b]" * (DEPTH_MAX - 1) + "=1")
    for _ in range(DEPTH_MAX):
        (deep,) = deep.values()
    assert deep == "1"


def test_a_mib_of_escapes_is_decoded_quickly() -> None:
    started = time.process_time()
    decoded = decode_form(b"a=" + b"%C3%A9" * 174_000)
    assert time.process_time() - started < 0.05
    assert decoded == {"a": "é" * 174_000}


def test_a_str_with_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(InvalidParameter):
        decode_form("a=\ud800")


plain_text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
plain_name = st.text(st.characters(exclude_characters="\0[]", exclude_categories=["Cs"]), min_size=1, max_size=20)
trees = st.recursive(
    plain_text, lambda below: st.dictionaries(plain_name, below, min_size=1, max_size=4), max_leaves=20
)


def _pairs(name: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, str):
        return [(name, value)]
    return [pair for key, below in value.items() for pair in _pairs(f"{name}[{key}]", below)]


@given(st.dictionaries(plain_name, trees, max_size=5))
def test_what_an_sdk_encodes_is_decoded_to_the_same(tree: dict[str, Any]) -> None:
    body = urlencode([pair for name, value in tree.items() for pair in _pairs(name, value)])
    assert decode_form(body) == tree


@given(st.binary())
def test_escapes_are_decoded_as_the_standard_library_does(raw: bytes) -> None:
    try:
        expected = unquote_to_bytes(quote(raw)).decode()
    except UnicodeDecodeError:
        expected = "\0"
    if "\0" in expected:
        with pytest.raises(InvalidParameter):
            decode_form("a=" + quote(raw))
    else:
        assert decode_form("a=" + quote(raw)) == {"a": expected}


@given(st.binary(max_size=200) | st.text(st.sampled_from("ab[]=&%0+é\0"), max_size=60).map(str.encode))
def test_no_form_raises_anything_but_a_refusal(body: bytes) -> None:
    try:
        decode_form(body)
    except InvalidParameter:
        return


def test_json_keeps_its_types() -> None:
    body = b'{"amount": 1000, "rate": 1.5, "off": false, "name": null, "items": [{"price": "p"}], "metadata": {"0": 1}}'
    assert decode_json(body) == {
        "amount": 1000,
        "rate": 1.5,
        "off": False,
        "name": None,
        "items": [{"price": "p"}],
        "metadata": {"0": 1},
    }
    assert decode_json(b" ") == {}


BAD_JSON: list[tuple[str, bytes]] = [
    ("half an object", b"{"),
    ("an array at the top", b"[]"),
    ("a word at the top", b'"a"'),
    ("NaN", b'{"a": NaN}'),
    ("infinity", b'{"a": -Infinity}'),
    ("a float beyond all floats", b'{"a": 1e400}'),
    ("an integer of 5000 digits", b'{"a": ' + b"9" * 5000 + b"}"),
    ("NUL", b'{"a": "\\u0000"}'),
    ("NUL in a name", b'{"\\u0000": 1}'),
    ("a lone surrogate", b'{"a": "\\ud800"}'),
    ("a lone surrogate in a list", b'{"a": [["\\udfff"]]}'),
    ("invalid UTF-8", b'{"a": "\xff"}'),
    ("UTF-16", '{"a": 1}'.encode("utf-16")),
    ("nested too deep", b'{"a": ' + b"[" * DEPTH_MAX + b"1" + b"]" * DEPTH_MAX + b"}"),
    ("nested beyond the parser", b'{"a":' * 170_000),
    ("too many values", b'{"a": [' + b"1," * PARAMETERS_MAX + b"1]}"),
    ("a MiB of values", b'{"a": [' + b"1," * 500_000 + b"1]}"),
]


@pytest.mark.parametrize("body", [body for _, body in BAD_JSON], ids=[name for name, _ in BAD_JSON])
def test_bad_json_is_refused_quickly(body: bytes) -> None:
    started = time.process_time()
    with pytest.raises(InvalidParameter) as refused:
        decode_json(body)
    assert time.process_time() - started < 0.05
    assert refused.value.status == 400


@given(st.dictionaries(st.text(), st.recursive(st.none() | st.booleans() | st.text(), st.lists), max_size=5))
def test_no_json_raises_anything_but_a_refusal(tree: dict[str, Any]) -> None:
    try:
        assert decode_json(json.dumps(tree).encode()) == tree
    except InvalidParameter:
        return
