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

# A new source may be sent by its details under the name `source`, too: by those that are described of these parameters,
# or, where an operation describes none, of another one's.
_KINDS = ("card", "bank_account")
SOURCES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "POST /v1/charges": ("POST /v1/charges", ("card",)),
    "POST /v1/customers": ("POST /v1/customers/{customer}", _KINDS),
    "POST /v1/customers/{customer}": ("POST /v1/customers/{customer}", _KINDS),
    "POST /v1/customers/{customer}/bank_accounts": ("POST /v1/customers/{customer}/bank_accounts", _KINDS),
    "POST /v1/customers/{customer}/cards": ("POST /v1/customers/{customer}/cards", _KINDS),
    "POST /v1/customers/{customer}/sources": ("POST /v1/customers/{customer}/sources", _KINDS),
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
    for key in roots.keys() & SOURCES.keys():
        lender, names = SOURCES[key]
        described: dict[str, int] = json.loads(extended[roots[lender]])["fields"]
        roots[key] = _by_details(extended, roots[key], [described[name] for name in names])
    extended[0] = json.dumps(roots).encode()
    return extended


def _by_details(lines: list[bytes], number: int, kinds: list[int]) -> int:
    """A copy of a root whose `source` is what any of these nodes is: details, or a text."""
    root: dict[str, Any] = json.loads(lines[number])
    of = dict.fromkeys(each for kind in kinds for each in json.loads(lines[kind])["of"])
    lines.append(json.dumps({"type": "any", "of": list(of)}).encode())
    root["fields"] = root["fields"] | {"source": len(lines) - 1}
    lines.append(json.dumps(root).encode())
    return len(lines) - 1


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
