"""The OpenAPI description of what is served, put together from the operations' own types and docstrings."""

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from pydantic.json_schema import JsonSchemaMode, models_json_schema

from stripe_lite.core.lists import ListObject, SearchResultObject
from stripe_lite.core.objects import Params, StripeObject, Tree
from stripe_lite.http.answers import API_VERSION
from stripe_lite.http.examples import EXAMPLES
from stripe_lite.http.route import Operation

REFERENCE = "#/components/schemas/{model}"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
HASH_AS_BRACKETS = {"style": "deepObject", "explode": True}

INTRODUCTION = """
A payment processor of your own that speaks Stripe's API. **Authorize** with any key that begins with `sk_test_`: where
the server runs in open mode, each such key is an empty sandbox of its own.

Amounts are integers in the currency's minor unit, times are seconds since 1970. Parameters travel as forms, with
brackets for what is nested (`metadata[order]=6735`), or as JSON. A POST may carry an `Idempotency-Key`.
"""

SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A secret key: `sk_test_…`."},
    "basic": {"type": "http", "scheme": "basic", "description": "The key as the user name, and no password."},
}
PATH_PARAMETER = "The object's id."
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Up to 255 characters of your own: the same request with the same key has one effect.",
    "schema": {"type": "string", "maxLength": 255},
}
EXPAND = {
    "type": "array",
    "items": {"type": "string"},
    "description": "Fields whose ids are to be replaced by the objects they name.",
}
ERROR = {
    "type": "object",
    "description": "Why a request was refused.",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["type", "message"],
            "properties": {
                "type": {
                    "type": "string",
                    "enum": ["api_error", "card_error", "idempotency_error", "invalid_request_error"],
                },
                "message": {"type": "string", "description": "What is wrong, for the integrator."},
                "code": {"type": "string", "description": "The same for programs."},
                "param": {"type": "string", "description": "The parameter that is to blame."},
                "decline_code": {"type": "string", "description": "Why the bank declined."},
                "doc_url": {"type": "string", "description": "Where the code is explained."},
            },
        }
    },
}
REFUSED = {
    "description": "The request was refused; the status says on what ground.",
    "content": {JSON: {"schema": {"$ref": REFERENCE.format(model="Error")}}},
}

Models = dict[tuple[type[Any], JsonSchemaMode], Tree]

_path_name_pattern = re.compile(r"\{(\w+)\}")


def document(operations: Sequence[Operation]) -> Tree:
    """The whole description; takes a moment, so it is made once, when it is first asked for."""
    models, schemas = _schemas(operations)
    paths: dict[str, Tree] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, models, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "stripe_lite", "version": API_VERSION, "description": INTRODUCTION.strip()},
        "servers": [{"url": "/"}],
        "tags": _tags(operations),
        "security": [{"bearer": []}, {"basic": []}],
        "paths": paths,
        "components": {"schemas": schemas | {"Error": ERROR}, "securitySchemes": SECURITY},
    }


def _schemas(operations: Iterable[Operation]) -> tuple[Models, dict[str, Tree]]:
    wanted: dict[tuple[type[Params] | type[StripeObject], JsonSchemaMode], None] = {}
    for operation in operations:
        if operation.params is not None:
            wanted[operation.params, "validation"] = None
        for answer in _answers(operation):
            wanted[answer, "serialization"] = None
    models, definitions = models_json_schema(list(wanted), ref_template=REFERENCE)
    schemas: dict[str, Tree] = definitions.get("$defs", {})
    by_name = {model.__name__: mode for model, mode in wanted}
    for name, schema in schemas.items():
        _tidy(schema, sent=by_name.get(name) == "validation" or name.endswith("Params"))
    return models, dict(sorted(schemas.items()))


def _answers(operation: Operation) -> tuple[type[StripeObject], ...]:
    """The objects an operation may answer with: of a union, all of them."""
    return tuple(get_args(operation.answer)) or (operation.answer,)


def _tidy(schema: Any, *, sent: bool) -> None:
    """Drop what says nothing; of parameters also null, which cannot be sent in a form."""
    if isinstance(schema, list):
        for item in schema:
            _tidy(item, sent=sent)
        return
    if not isinstance(schema, dict):
        return
    if isinstance(schema.get("title"), str):
        del schema["title"]
    if "default" in schema and schema["default"] is None:
        del schema["default"]
        _drop_null(schema)
    if sent:
        _drop_null(schema)
    if schema.get("additionalProperties") is False:
        del schema["additionalProperties"]
    for value in schema.values():
        _tidy(value, sent=sent)


def _drop_null(schema: Tree) -> None:
    kinds = schema.get("anyOf")
    if not isinstance(kinds, list):
        return
    rest = [kind for kind in kinds if kind != {"type": "null"}]
    if len(rest) == 1:
        del schema["anyOf"]
        schema.update(rest[0] | {name: schema[name] for name in schema if name != "$ref"})
    else:
        schema["anyOf"] = rest


def _operation(operation: Operation, models: Models, schemas: Mapping[str, Tree]) -> Tree:
    reading = operation.method == "GET"
    fields, required = _fields(operation, models, schemas)
    described: Tree = {
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": [_path_parameter(name) for name in _path_name_pattern.findall(operation.path)],
        "responses": {
            "200": {
                "description": "What was asked for." if reading else "What came of it.",
                "content": {JSON: {"schema": _answer(operation, models)}},
            },
            "default": REFUSED,
        },
    }
    if reading:
        described["parameters"] += [_query(name, schema, name in required) for name, schema in fields.items()]
    elif fields:
        described["requestBody"] = _body(operation, models, fields, required)
    if operation.method == "POST":
        described["parameters"].append(IDEMPOTENCY_KEY)
    return described


def _fields(operation: Operation, models: Models, schemas: Mapping[str, Tree]) -> tuple[dict[str, Tree], list[str]]:
    """The parameters of an operation by name, and the names of those that must be sent."""
    fields: dict[str, Tree] = {}
    required: list[str] = []
    if operation.params is not None:
        schema = schemas[models[operation.params, "validation"]["$ref"].rpartition("/")[2]]
        fields |= schema.get("properties", {})
        required += schema.get("required", [])
    if operation.official is not None and "expand" in operation.official.names:
        fields["expand"] = EXPAND
        required += [name for name in operation.official.required if name in fields and name not in required]
    return fields, required


def _answer(operation: Operation, models: Models) -> Tree:
    references = [models[answer, "serialization"] for answer in _answers(operation)]
    return references[0] if len(references) == 1 else {"anyOf": references}


def _path_parameter(name: str) -> Tree:
    return {"name": name, "in": "path", "required": True, "description": PATH_PARAMETER, "schema": {"type": "string"}}


def _query(name: str, schema: Tree, required: bool) -> Tree:
    """A parameter in the query: lists are `name[]=…`, hashes `name[part]=…`."""
    parameter: Tree = {"name": name, "in": "query", "required": required, "schema": schema}
    if "description" in schema:
        parameter["description"] = schema["description"]
    if schema.get("type") == "array":
        parameter |= {"name": f"{name}[]", "style": "form", "explode": True}
    elif _is_nested(schema):
        parameter |= HASH_AS_BRACKETS
    return parameter


def _body(operation: Operation, models: Models, fields: Mapping[str, Tree], required: list[str]) -> Tree:
    schema: Tree = {"type": "object", "properties": dict(fields)}
    if required:
        schema["required"] = required
    form: Tree = {"schema": schema}
    encoding = {name: HASH_AS_BRACKETS for name, field in fields.items() if _is_nested(field)}
    if encoding:
        form["encoding"] = encoding
    json: Tree = {"schema": schema}
    example = EXAMPLES.get(operation.id, {} if not required else None)
    if example is not None:
        form["example"] = json["example"] = example
    return {"required": bool(required), "content": {FORM: form, JSON: json}}


def _is_nested(schema: Tree) -> bool:
    kinds = schema.get("anyOf", [schema])
    return any("$ref" in kind or kind.get("type") in ("object", "array") for kind in kinds)


def _tags(operations: Iterable[Operation]) -> list[Tree]:
    """Every resource, told by the docstring of its object."""
    tags: dict[str, Tree] = {}
    for operation in operations:
        tag = tags.setdefault(operation.tag, {"name": operation.tag})
        first = _answers(operation)[0]
        if "description" not in tag and not issubclass(first, ListObject | SearchResultObject):
            tag["description"] = (inspect.getdoc(first) or "").partition("\n\n")[0].replace("\n", " ")
    return list(tags.values())
