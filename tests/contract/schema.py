"""Holds responses, objects and events against the official description, every field of them.

A check is a function that returns nothing for a good value and a list of complaints for a bad one; paths are put in
front on the way up, so a good response costs no more than the walk. What is checked: required fields, no undocumented
fields, types (no float where an integer is documented), nullability, enums, lengths, patterns, alternatives.
"""

import gzip
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from stripe_lite import contract

Schema = Mapping[str, Any]
Complaints = list[str]
Check = Callable[[object], Complaints | None]

# Fields that the description leaves out, although the official SDKs of this version declare them and Stripe sends them.
# They may be in an answer, and need not be.
UNDESCRIBED_FIELDS: dict[tuple[str, str], dict[str, Any]] = {
    ("charge", "source"): {"$ref": "payment_source", "nullable": True},
    ("ephemeral_key", "associated_objects"): {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"id": {"type": "string"}, "type": {"type": "string", "enum": ["customer"]}},
            "required": ["id", "type"],
        },
    },
    ("payment_intent", "source"): {
        "anyOf": [{"type": "string"}, {"$ref": "payment_source"}, {"$ref": "deleted_payment_source"}],
        "nullable": True,
    },
    ("product", "type"): {"type": "string", "enum": ["good", "service"]},
    ("recurring", "trial_period_days"): {"type": "integer", "nullable": True},
    ("subscription_item", "plan"): {"$ref": "plan"},
}

# Events whose object is not the one that their name begins with. An empty tuple: the object has no published schema.
EVENT_NOUNS: dict[str, tuple[str, ...]] = {
    "account.application.": ("application",),
    "account.external_account.": ("bank_account", "card"),
    "application_fee.refund.": ("fee_refund",),
    "billing.alert.triggered": (),
    "charge.dispute.": ("dispute",),
    "charge.refund.": ("refund",),
    "customer.discount.": ("discount",),
    "customer.source.": ("bank_account", "card", "source", "account"),
    "customer.subscription.": ("subscription",),
    "customer.tax_id.": ("tax_id",),
    "entitlements.active_entitlement_summary.": (),
    "reserve.": (),
    "sigma.scheduled_query_run.": ("scheduled_query_run",),
    "source.mandate_notification": ("source_mandate_notification",),
    "source.transaction.": ("source_transaction",),
}

# Event types of our own, beside the official ones: the classic API's name for a failed payment.
OWN_EVENT_TYPES = frozenset({"payment_intent.failed"})


def validate_response(method: str, path: str, status: int, body: bytes) -> list[str]:
    """Return what is wrong with a response; `path` is a template (`/v1/refunds/{refund}`) or a concrete path.

    Only the official API is judged: other paths (`/healthz`, the classic API) give no complaint.
    """
    path = path.partition("?")[0]
    if not path.startswith(("/v1/", "/v2/")):
        return []
    operation = path if "{" in path else contract.template(method, path)
    try:
        answer = json.loads(body)
    except ValueError:
        return [] if _answers_no_json(method, operation) else ["the body is not JSON"]
    if status != 200:
        return _named("error")(answer) or []
    if operation is None:
        return [f"{method} {path} is no official operation, yet it answers 200"]
    return _operation(method, operation)(answer) or []


def validate_object(name: str, value: object) -> list[str]:
    """Return what is wrong with an object; `name` is what its `object` field says, or a schema's name."""
    deleted = isinstance(value, dict) and value.get("deleted") is True and f"deleted_{name}" in _facts()["schemas"]
    return _named(f"deleted_{name}" if deleted else name)(value) or []


def validate_event(event: dict[str, Any]) -> list[str]:
    """Return what is wrong with an event: itself, its type, the object that its type promises, what was before."""
    complaints = _named("event")(event) or []
    if complaints:
        return complaints
    kind: str = event["type"]
    if kind not in contract.EVENT_TYPES | OWN_EVENT_TYPES:
        complaints.append(f"type: {kind} is no official event type")
    subject = event["data"]["object"]
    nouns = event_nouns(kind)
    noun = subject.get("object")
    if nouns and noun not in nouns:
        complaints.append(f"data.object: {kind} is about {' or '.join(nouns)}, not about {noun}")
    if noun in _facts()["schemas"]:
        complaints += [f"data.object.{complaint}" for complaint in validate_object(noun, subject)]
        known = _facts()["schemas"][noun]["properties"]
        before = event["data"].get("previous_attributes", {})
        complaints += [f"data.previous_attributes.{name}: undocumented" for name in before if name not in known]
    return complaints


def event_nouns(kind: str) -> tuple[str, ...]:
    """Return which objects an event of this type carries; nothing where that is not published."""
    for start, nouns in EVENT_NOUNS.items():
        if kind.startswith(start):
            return nouns
    parts = kind.replace("issuing_", "issuing.").split(".")
    for length in range(len(parts) - 1, 0, -1):
        noun = ".".join(parts[:length])
        if noun in _facts()["schemas"]:
            return (noun,)
    return ()


@cache
def _facts() -> dict[str, dict[str, Any]]:
    packed = (Path(__file__).parent / "responses.json.gz").read_bytes()
    facts: dict[str, dict[str, Any]] = json.loads(gzip.decompress(packed))
    for (name, field), described in UNDESCRIBED_FIELDS.items():
        facts["schemas"][name]["properties"][field] = described
    return facts


def _answers_no_json(method: str, operation: str | None) -> bool:
    return operation is not None and _facts()["operations"].get(f"{method} {operation}") == {}


@cache
def _operation(method: str, operation: str) -> Check:
    return _compiled(_facts()["operations"][f"{method} {operation}"])


@cache
def _named(name: str) -> Check:
    """The check of a schema by name; schemas refer to each other in circles, so it is compiled at first use."""
    compiled: list[Check] = []

    def check(value: object) -> Complaints | None:
        if not compiled:
            compiled.append(_compiled(_facts()["schemas"][name]))
        return compiled[0](value)

    return check


def _compiled(schema: Schema) -> Check:
    check = _kind(schema)
    if not schema.get("nullable"):
        return check

    def nullable(value: object) -> Complaints | None:
        return None if value is None else check(value)

    return nullable


def _kind(schema: Schema) -> Check:
    if "$ref" in schema:
        return _named(schema["$ref"])
    if "anyOf" in schema:
        return _any_of(schema["anyOf"])
    match schema.get("type"):
        case "object":
            return _object(schema)
        case "array":
            return _array(_compiled(schema["items"]))
        case "string":
            return _string(schema)
        case "boolean" | "integer" | "number" as kind:
            return _scalar(kind, schema.get("enum"))
        case _:
            return _anything


def _anything(value: object) -> Complaints | None:
    return None


def _scalar(kind: str, values: list[object] | None) -> Check:
    kinds = {"boolean": (bool,), "integer": (int,), "number": (int, float)}[kind]

    def check(value: object) -> Complaints | None:
        if type(value) not in kinds:
            return [f": {_shown(value)} is no {kind}"]
        if values is not None and value not in values:
            return [f": {_shown(value)} is not one of {values}"]
        return None

    return check


def _string(schema: Schema) -> Check:
    values = frozenset(schema["enum"]) if "enum" in schema else None
    longest: int | None = schema.get("maxLength")
    pattern = re.compile(schema["pattern"]) if "pattern" in schema else None

    def check(value: object) -> Complaints | None:
        if not isinstance(value, str):
            return [f": {_shown(value)} is no string"]
        if values is not None and value not in values:
            return [f": {_shown(value)} is not one of {sorted(values)}"]
        if longest is not None and len(value) > longest:
            return [f": {len(value)} characters, at most {longest} are documented"]
        if pattern is not None and not pattern.search(value):
            return [f": {_shown(value)} does not match {pattern.pattern}"]
        return None

    return check


def _array(item: Check) -> Check:
    def check(value: object) -> Complaints | None:
        if not isinstance(value, list):
            return [f": {_shown(value)} is no array"]
        complaints: Complaints = []
        for index, element in enumerate(value):
            found = item(element)
            if found:
                complaints += _under(f"[{index}]", found)
        return complaints or None

    return check


def _object(schema: Schema) -> Check:
    values = schema.get("additionalProperties")
    if isinstance(values, dict):
        return _map(_compiled(values))
    if "properties" not in schema:
        return _mapping
    checks = {name: _compiled(field) for name, field in schema["properties"].items()}
    required = frozenset(schema.get("required", ()))

    def check(value: object) -> Complaints | None:
        if not isinstance(value, dict):
            return [f": {_shown(value)} is no object"]
        complaints: Complaints = []
        for name, field in value.items():
            one = checks.get(name)
            if one is None:
                complaints.append(f".{name}: undocumented")
                continue
            found = one(field)
            if found:
                complaints += _under(f".{name}", found)
        if not required <= value.keys():
            complaints += [f".{name}: missing" for name in sorted(required - value.keys())]
        return complaints or None

    return check


def _map(check_value: Check) -> Check:
    def check(value: object) -> Complaints | None:
        if not isinstance(value, dict):
            return [f": {_shown(value)} is no object"]
        complaints: Complaints = []
        for key, field in value.items():
            found = check_value(field)
            if found:
                complaints += _under(f".{key}", found)
        return complaints or None

    return check


def _mapping(value: object) -> Complaints | None:
    return None if isinstance(value, dict) else [f": {_shown(value)} is no object"]


def _any_of(variants: list[Schema]) -> Check:
    """Objects are held against those of the same noun; else the alternative with the fewest complaints speaks."""
    checks = [(_noun(variant), _compiled(variant)) for variant in variants]

    def check(value: object) -> Complaints | None:
        wanted = _noun_of(value)
        fitting = [one for noun, one in checks if noun == wanted] if wanted is not None else []
        complaints: list[Complaints] = []
        for one in fitting or [one for _, one in checks]:
            found = one(value)
            if not found:
                return None
            complaints.append(found)
        return min(complaints, key=len)

    return check


def _noun(variant: Schema) -> tuple[str, bool] | None:
    """What the `object` field of a variant says, and whether the object is a deleted one."""
    schema = _facts()["schemas"][variant["$ref"]] if "$ref" in variant else variant
    properties = schema.get("properties", {})
    nouns = properties.get("object", {}).get("enum", [])
    return (nouns[0], properties.get("deleted", {}).get("enum") == [True]) if len(nouns) == 1 else None


def _noun_of(value: object) -> tuple[str, bool] | None:
    if isinstance(value, dict) and isinstance(value.get("object"), str):
        return value["object"], value.get("deleted") is True
    return None


def _under(place: str, complaints: Complaints) -> Complaints:
    return [place + complaint for complaint in complaints]


def _shown(value: object) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else f"{text[:60]}…"
