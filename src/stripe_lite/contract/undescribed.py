"""Parameters that Stripe's guides document and its description leaves out, as trees: a leaf is a scalar's type.

A name that ends in `*` must be given. They join the generated parameters of their operation.
"""

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

Leaf: TypeAlias = "str | Mapping[str, Leaf]"

# Each type of source takes a hash that is named like it.
UNDESCRIBED: Mapping[str, Mapping[str, Leaf]] = {
    "POST /v1/sources": {
        "ach_debit": {"account_number*": "string", "country*": "string", "routing_number*": "string", "type": "string"},
        "au_becs_debit": {"account_number*": "string", "bsb_number*": "string"},
        "bancontact": {"preferred_language": "string"},
        "card": {"cvc": "string", "exp_month*": "integer", "exp_year*": "integer", "number*": "string"},
        "ideal": {"bank": "string"},
        "sepa_debit": {"iban*": "string"},
        "sofort": {"country*": "string", "preferred_language": "string"},
        "three_d_secure": {"card*": "string", "customer": "string"},
    }
}

# What Stripe's SDKs for browsers and apps send within a parameter that is described.
_AGREED: Mapping[str, Leaf] = {"mandate_data.customer_acceptance.online.infer_from_client": "boolean"}
WITHIN: Mapping[str, Mapping[str, Leaf]] = {
    "POST /v1/payment_intents/{intent}/confirm": _AGREED,
    "POST /v1/setup_intents/{intent}/confirm": _AGREED,
}


def joined(lines: list[bytes]) -> list[bytes]:
    """A room's lines with what is undescribed in it: new nodes at the end, and new roots that name them."""
    roots: dict[str, int] = json.loads(lines[0])
    extended = list(lines)
    for key in roots.keys() & UNDESCRIBED.keys():
        root: dict[str, Any] = json.loads(extended[roots[key]])
        more = {name: _append(extended, leaf) for name, leaf in UNDESCRIBED[key].items()}
        extended.append(json.dumps(root | {"fields": root["fields"] | more}).encode())
        roots[key] = len(extended) - 1
    for key in roots.keys() & WITHIN.keys():
        for path, leaf in WITHIN[key].items():
            roots[key] = _within(extended, roots[key], path.split("."), leaf)
    extended[0] = json.dumps(roots).encode()
    return extended


def _within(lines: list[bytes], number: int, steps: list[str], leaf: Leaf) -> int:
    """A copy of a node in which the path leads to the leaf; the node itself where it does not lead on."""
    entry: dict[str, Any] = json.loads(lines[number])
    name, rest = steps[0], steps[1:]
    if entry["type"] == "any":
        entry["of"] = [_within(lines, each, steps, leaf) for each in entry["of"]]
    elif entry["type"] == "object" and (not rest or name in entry["fields"]):
        below = _within(lines, entry["fields"][name], rest, leaf) if rest else _append(lines, leaf)
        entry["fields"] = entry["fields"] | {name: below}
    else:
        return number
    lines.append(json.dumps(entry).encode())
    return len(lines) - 1


def _append(lines: list[bytes], leaf: Leaf) -> int:
    if isinstance(leaf, str):
        entry: dict[str, Any] = {"type": leaf}
    else:
        fields = {name.rstrip("*"): _append(lines, below) for name, below in leaf.items()}
        entry = {"type": "object", "fields": fields, "required": [name[:-1] for name in leaf if name.endswith("*")]}
    lines.append(json.dumps(entry).encode())
    return len(lines) - 1
