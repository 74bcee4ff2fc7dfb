"""The OpenAPI description of what is served, put together from the operations' own types and docstrings."""

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias, get_args

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema
from pydantic_core import to_json

from stripe_lite.core.lists import ListObject, SearchResultObject
from stripe_lite.core.objects import StripeObject, Tree
from stripe_lite.http.answers import API_VERSION
from stripe_lite.http.examples import EXAMPLES
from stripe_lite.http.route import Operation

REFERENCE_START = "#/components/schemas/"
REFERENCE = REFERENCE_START + "{model}"
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
# Operations that must be told the version of the objects that they lead to.
VERSIONED = frozenset({"create_ephemeral_key"})
VERSION = {
    "name": "Stripe-Version",
    "in": "header",
    "required": True,
    "description": "The API version that the app uses.",
    "schema": {"type": "string"},
    "example": API_VERSION,
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

VALIDATION: JsonSchemaMode = "validation"
SERIALIZATION: JsonSchemaMode = "serialization"
Models: TypeAlias = dict[type[BaseModel], Tree]

_reference_pattern = re.compile(rf'"{REFERENCE_START}(\w+)"')
_generic_pattern = re.compile(r"(ListObject|SearchResultObject)_(\w+)_")
_path_name_pattern = re.compile(r"\{(\w+)\}")


def document(operations: Sequence[Operation]) -> Tree:
    """The whole description; takes a moment, so it is made once, when it is first asked for."""
    models, schemas = _schemas(operations)
    paths: dict[str, Tree] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, models, schemas)
    whole: Tree = {
        "openapi": "3.1.0",
        "info": {"title": "stripe_lite", "version": API_VERSION, "description": INTRODUCTION.strip()},
        "servers": [{"url": "/"}],
        "tags": _tags(operations),
        "security": [{"bearer": []}, {"basic": []}],
        "paths": paths,
        "components": {"schemas": _used(paths, schemas | {"Error": ERROR}), "securitySchemes": SECURITY},
    }
    renamed: Tree = _renamed(whole)
    return renamed


def _used(paths: Tree, schemas: Mapping[str, Tree]) -> dict[str, Tree]:
    """The schemas that something refers to; those of query parameters were taken apart."""
    used: set[str] = set()
    new = set(_reference_pattern.findall(to_json(paths).decode()))
    while new:
        used |= new
        new = {name for found in new for name in _reference_pattern.findall(to_json(schemas[found]).decode())} - used
    return {name: schemas[name] for name in sorted(used)}


def _renamed(value: Any) -> Any:
    """The same with names for lists that are fit to be read."""
    match value:
        case dict():
            return {_name(name): _renamed(item) for name, item in value.items()}
        case list():
            return [_renamed(item) for item in value]
        case str() if value.startswith(REFERENCE_START):
            return REFERENCE_START + _name(value.removeprefix(REFERENCE_START))
    return value


def _name(name: str) -> str:
    """`CustomerObjectList` instead of Pydantic's `ListObject_CustomerObject_`."""
    found = _generic_pattern.fullmatch(name)
    if found is None:
        return name
    kind, items = found.groups()
    return items.strip("_").removeprefix("Union_").replace("__", "Or") + ("List" if kind == "ListObject" else "Results")


def _schemas(operations: Sequence[Operation]) -> tuple[Models, dict[str, Tree]]:
    params = {operation.params: None for operation in operations if operation.params is not None}
    answers = {answer: None for operation in operations for answer in _answers(operation)}
    models: Models = {}
    schemas: dict[str, Tree] = {}
    for wanted, mode in ((params, VALIDATION), (answers, SERIALIZATION)):
        found, definitions = models_json_schema([(model, mode) for model in wanted], ref_template=REFERENCE)
        models |= {model: reference for (model, _), reference in found.items() if issubclass(model, BaseModel)}
        some: dict[str, Tree] = definitions.get("$defs", {})
        for schema in some.values():
            _tidy(schema, sent=mode == VALIDATION)
        schemas |= some
    for operation in operations:
        if operation.params is not None and _expands(operation):
            _schema_of(models[operation.params], schemas)["properties"]["expand"] = EXPAND
    return models, schemas


def _schema_of(reference: Tree, schemas: Mapping[str, Tree]) -> Tree:
    return schemas[reference["$ref"].rpartition("/")[2]]


def _expands(operation: Operation) -> bool:
    return operation.official is not None and "expand" in operation.official.names


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
    if operation.id in VERSIONED:
        described["parameters"].append(VERSION)
    return described


def _fields(operation: Operation, models: Models, schemas: Mapping[str, Tree]) -> tuple[dict[str, Tree], list[str]]:
    """The parameters of an operation by name, and the names of those that must be sent."""
    fields: dict[str, Tree] = {}
    required: list[str] = []
    if operation.params is not None:
        schema = _schema_of(models[operation.params], schemas)
        fields |= schema.get("properties", {})
        required += schema.get("required", [])
    elif _expands(operation):
        fields["expand"] = EXPAND
    if operation.official is not None:
        required += [name for name in operation.official.required if name in fields and name not in required]
    return fields, required


def _answer(operation: Operation, models: Models) -> Tree:
    references = [models[answer] for answer in _answers(operation)]
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
        parameter |= HASH_AS_BRACKETS | {"example": {}}
    return parameter


def _body(operation: Operation, models: Models, fields: Mapping[str, Tree], required: list[str]) -> Tree:
    """The body as JSON, which Swagger UI offers first because an example can be run as it is, and as a form."""
    example = EXAMPLES.get(operation.id) or {name: _sample(fields[name]) for name in required}
    whole: Tree = {"type": "object", "properties": dict(fields)}
    return {
        "required": bool(required),
        "content": {
            JSON: {"schema": whole if operation.params is None else models[operation.params], "example": example},
            FORM: _form(fields, required, example),
        },
    }


def _form(fields: Mapping[str, Tree], required: list[str], example: Tree) -> Tree:
    """A form: lists are `name[]`, hashes `name[part]`.

    Empty examples keep Swagger UI from sending invented values; defaults, which it prefers to examples, are left out.
    """
    names = {name: f"{name}[]" if schema.get("type") == "array" else name for name, schema in fields.items()}
    properties = {
        names[name]: {key: value for key, value in schema.items() if key != "default"}
        | {"example": example.get(name, _empty(schema))}
        for name, schema in fields.items()
    }
    form: Tree = {"schema": {"type": "object", "properties": properties}}
    if required:
        form["schema"]["required"] = [names[name] for name in required]
    nested = [name for name, schema in fields.items() if _is_nested(schema) and names[name] == name]
    if nested:
        form["encoding"] = dict.fromkeys(nested, HASH_AS_BRACKETS)
    return form


def _sample(schema: Tree) -> object:
    """Some value of a parameter's kind."""
    kinds: Mapping[str, object] = {"integer": 1, "number": 1.5, "boolean": True, "array": [], "object": {}}
    enum = schema.get("enum")
    return enum[0] if enum else kinds.get(schema.get("type", "object" if "$ref" in schema else ""), "…")


def _empty(schema: Tree) -> object:
    """What Swagger UI shows for a parameter and does not send."""
    if schema.get("type") == "array":
        return []
    return {} if _is_nested(schema) else ""


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
