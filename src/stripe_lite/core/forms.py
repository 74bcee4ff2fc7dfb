"""Request bodies become trees: Stripe's form encoding (`a[b]=1`, `a[]=1`, `a[0][b]=1`) and JSON, strict and bounded.

Forms carry no types, so the split is this: here every name in brackets opens a mapping, `items[0]` as well as
`metadata[0]`, and only `[]` makes a list. The contract, which knows where the API has an array, reads a mapping of
indexes as a list. Leaves are strings in forms and native values in JSON.
"""

import json
import math
import re
from binascii import a2b_qp
from typing import Any, NoReturn

from stripe_lite.core.card_numbers import redact
from stripe_lite.core.errors import InvalidParameter

Tree = dict[str, Any]

DEPTH_MAX = 32
PARAMETERS_MAX = 1000
NAME_BYTES_MAX = 2000

_name_pattern = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])+)")
_bad_escape_pattern = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def decode_form(body: bytes | str) -> Tree:
    """Decode a form body or a query string; of a name given twice the last value counts.

    Raises InvalidParameter for what is not well-formed, contradicts itself or exceeds a limit.
    """
    raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    if raw.count(b"&") >= PARAMETERS_MAX:
        _refuse(f"Too many parameters: a request can have up to {PARAMETERS_MAX}.")
    if _bad_escape_pattern.search(raw):
        _refuse("Invalid form encoding: a percent sign must be followed by two hexadecimal digits.")
    tree: Tree = {}
    for pair in raw.split(b"&"):
        if pair:
            name, _, value = pair.partition(b"=")
            if len(name) > NAME_BYTES_MAX:
                _refuse(f"Invalid parameter name: names can have up to {NAME_BYTES_MAX} bytes.")
            _put(tree, _text(name), _text(value))
    return tree


def decode_json(body: bytes) -> Tree:
    """Decode a JSON body, whose top must be an object; an empty body is an empty object.

    Raises InvalidParameter for what is not JSON or exceeds a limit.
    """
    if not body.strip():
        return {}
    try:
        tree = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        _refuse("Invalid request body: it is not valid JSON in UTF-8.")
    if not isinstance(tree, dict):
        _refuse("Invalid request body: the top of a JSON body must be an object.")
    _check_json(tree)
    return tree


def _refuse(message: str, param: str | None = None) -> NoReturn:
    raise InvalidParameter(redact(message), param=param and redact(param))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _text(raw: bytes) -> str:
    if b"+" in raw:
        raw = raw.replace(b"+", b" ")
    if b"%" in raw:
        # Once each percent sign is known to be followed by two digits, this is quoted-printable with another sign, and
        # that decoder is written in C: 1 MiB of escapes takes 8 ms, where urllib would block the loop for 80.
        raw = a2b_qp(raw.replace(b"=", b"=3D").replace(b"%", b"="))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        _refuse("Invalid form encoding: names and values must be UTF-8.")
    if "\0" in text:
        _refuse("Invalid form encoding: names and values cannot contain NUL.")
    return text


def _put(tree: Tree, name: str, value: str) -> None:
    if name and "[" not in name and "]" not in name:
        _leave(tree, name, value, name)
        return
    found = _name_pattern.fullmatch(name)
    if found is None:
        _refuse(f"Invalid parameter name: {_shown(name)}")
    segments = [found[1], *found[2][1:-1].split("][")]
    if len(segments) > DEPTH_MAX:
        _refuse(f"Invalid parameter name: parameters can be nested up to {DEPTH_MAX} levels deep.")
    node: Any = tree
    for place, segment in enumerate(segments):
        rest = segments[place + 1 :]
        if isinstance(node, list) != (segment == "") or isinstance(node, str):
            _refuse(f"Invalid parameter: {_shown(name)} contradicts another parameter's form.", _shown(name))
        if not rest:
            _leave(node, segment, value, name)
        elif isinstance(node, list):
            node = _last_element(node, rest)
        else:
            node = node.setdefault(segment, [] if rest[0] == "" else {})


def _leave(node: Any, segment: str, value: str, name: str) -> None:
    if isinstance(node, list):
        node.append(value)
    elif isinstance(node.get(segment, ""), str):
        node[segment] = value
    else:
        _refuse(f"Invalid parameter: {_shown(name)} contradicts another parameter's form.", _shown(name))


def _last_element(items: list[Any], rest: list[str]) -> Any:
    """The element that `items[][rest]` speaks of: the last one, or a new one where the last has that name already."""
    if not items or rest[0] == "" or isinstance(items[-1], str) or _holds(items[-1], rest):
        items.append([] if rest[0] == "" else {})
    return items[-1]


def _holds(node: Any, segments: list[str]) -> bool:
    for segment in segments:
        if segment == "" or not isinstance(node, dict) or segment not in node:
            return False
        node = node[segment]
    return True


def _shown(name: str) -> str:
    return name if len(name) <= 100 else f"{name[:100]}…"


def _check_json(tree: Tree) -> None:
    count = 0
    level: list[Any] = [tree]
    for _ in range(DEPTH_MAX):
        below: list[Any] = []
        for node in level:
            for name, value in node.items() if isinstance(node, dict) else ((None, value) for value in node):
                count += 1
                if count > PARAMETERS_MAX:
                    _refuse(f"Too many parameters: a request can have up to {PARAMETERS_MAX}.")
                if name is not None:
                    _check_json_leaf(name)
                if isinstance(value, dict | list):
                    below.append(value)
                else:
                    _check_json_leaf(value)
        if not below:
            return
        level = below
    _refuse(f"Invalid request body: parameters can be nested up to {DEPTH_MAX} levels deep.")


def _check_json_leaf(value: object) -> None:
    if isinstance(value, str):
        if "\0" in value:
            _refuse("Invalid request body: names and values cannot contain NUL.")
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            _refuse("Invalid request body: names and values must be whole Unicode characters.")
    elif isinstance(value, float) and not math.isfinite(value):
        _refuse("Invalid request body: a number is too large.")
