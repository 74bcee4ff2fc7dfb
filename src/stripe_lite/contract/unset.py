"""Strings that an update unsets by an empty value, though Stripe's description does not say so of strings.

A point stands for the hash that follows it. What is named here is optional, and null in the object when it is unset.
"""

import json
from collections.abc import Mapping
from typing import Any

_ADDRESS = tuple(f"address.{part}" for part in ("city", "country", "line1", "line2", "postal_code", "state"))
_SHIPPED = ("phone", *_ADDRESS)
_CARD = ("name", *(f"address_{part}" for part in ("city", "country", "line1", "line2", "state", "zip")))
_EVIDENCE = tuple(
    f"evidence.{name}"
    for name in (
        "access_activity_log",
        "billing_address",
        "cancellation_policy_disclosure",
        "cancellation_rebuttal",
        "customer_email_address",
        "customer_name",
        "customer_purchase_ip",
        "duplicate_charge_explanation",
        "duplicate_charge_id",
        "product_description",
        "refund_policy_disclosure",
        "refund_refusal_explanation",
        "service_date",
        "shipping_address",
        "shipping_carrier",
        "shipping_date",
        "shipping_tracking_number",
        "uncategorized_text",
    )
)

UNSET_BY_EMPTY: Mapping[str, tuple[str, ...]] = {
    "POST /v1/charges/{charge}": (
        "description",
        "receipt_email",
        "shipping.carrier",
        "shipping.tracking_number",
        *(f"shipping.{part}" for part in _SHIPPED),
    ),
    "POST /v1/charges/{charge}/dispute": _EVIDENCE,
    "POST /v1/customers/{customer}": (
        "description",
        "email",
        "invoice_settings.default_payment_method",
        "invoice_settings.footer",
        "name",
        "phone",
        *_ADDRESS,
        *(f"shipping.{part}" for part in _SHIPPED),
    ),
    "POST /v1/customers/{customer}/balance_transactions/{transaction}": ("description",),
    "POST /v1/customers/{customer}/cards/{id}": _CARD,
    "POST /v1/customers/{customer}/sources/{id}": _CARD,
    "POST /v1/disputes/{dispute}": _EVIDENCE,
    "POST /v1/payment_intents/{intent}": (
        "description",
        "payment_method",
        "statement_descriptor",
        "statement_descriptor_suffix",
        "shipping.carrier",
        "shipping.tracking_number",
        *(f"shipping.{part}" for part in _SHIPPED),
    ),
    "POST /v1/payment_methods/{payment_method}": tuple(f"billing_details.{part}" for part in ("tax_id", *_ADDRESS)),
    "POST /v1/setup_intents/{intent}": ("description", "payment_method"),
}


def marked(lines: list[bytes]) -> list[bytes]:
    """A room's lines in which these strings may be empty: nodes are shared by operations, so new ones are added."""
    roots: dict[str, int] = json.loads(lines[0])
    extended = list(lines)
    for key in roots.keys() & UNSET_BY_EMPTY.keys():
        for path in UNSET_BY_EMPTY[key]:
            roots[key] = _mark(extended, roots[key], path.split("."))
    extended[0] = json.dumps(roots).encode()
    return extended


def _mark(lines: list[bytes], number: int, path: list[str]) -> int:
    """Add a copy of a node in which what stands at the path may be empty."""
    entry: dict[str, Any] = json.loads(lines[number])
    if not path:
        entry["empty"] = True
    elif entry["type"] == "any":
        entry["of"] = [_mark(lines, each, path) if _holds(lines, each, path[0]) else each for each in entry["of"]]
    else:
        below = _mark(lines, entry["fields"][path[0]], path[1:])
        entry["fields"] = entry["fields"] | {path[0]: below}
    lines.append(json.dumps(entry).encode())
    return len(lines) - 1


def _holds(lines: list[bytes], number: int, name: str) -> bool:
    return name in json.loads(lines[number]).get("fields", {})
