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


def joined(lines: list[bytes]) -> list[bytes]:
    """A room's lines with what is undescribed in it: new nodes at the end, and new roots that name them."""
    roots: dict[str, int] = json.loads(lines[0])
    extended = list(lines)
    for key in roots.keys() & UNDESCRIBED.keys():
        root: dict[str, Any] = json.loads(extended[roots[key]])
        more = {name: _append(extended, leaf) for name, leaf in UNDESCRIBED[key].items()}
        extended.append(json.dumps(root | {"fields": root["fields"] | more}).encode())
        roots[key] = len(extended) - 1
    extended[0] = json.dumps(roots).encode()
    return extended


def _append(lines: list[bytes], leaf: Leaf) -> int:
    if isinstance(leaf, str):
        entry: dict[str, Any] = {"type": leaf}
    else:
        fields = {name.rstrip("*"): _append(lines, below) for name, below in leaf.items()}
        entry = {"type": "object", "fields": fields, "required": [name[:-1] for name in leaf if name.endswith("*")]}
    lines.append(json.dumps(entry).encode())
    return len(lines) - 1
