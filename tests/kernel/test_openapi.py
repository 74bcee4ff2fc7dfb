"""The description of the API: valid, complete, and true; the page that shows it needs nobody else."""

import json
import re
from typing import Any

import httpx
import pytest_asyncio
from openapi_spec_validator import validate

from stripe_lite import registry
from stripe_lite.http.examples import EXAMPLES
from stripe_lite.http.openapi import document
from tests.shop import Shop

METHODS = ("get", "post", "delete")


@pytest_asyncio.fixture(scope="module")
async def description(server: Any, http: httpx.AsyncClient) -> dict[str, Any]:
    answer = await http.get(server[0] + "/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found


def test_it_is_valid(description: dict[str, Any]) -> None:
    validate(description)


def test_every_operation_that_is_served_is_described(description: dict[str, Any]) -> None:
    for operation in registry.operations():
        described = description["paths"][operation.path][operation.method.lower()]
        assert described["operationId"] == operation.id
        assert described["summary"].endswith("."), operation.id
        assert described["tags"] == [operation.tag]
        assert described["responses"]["200"]["content"]["application/json"]["schema"]
        assert described["responses"]["default"]["content"]["application/json"]["schema"]
        for name in re.findall(r"\{(\w+)\}", operation.path):
            assert any(parameter["name"] == name for parameter in described["parameters"])


def test_operations_have_unique_ids() -> None:
    ids = [operation.id for operation in registry.operations()]
    assert len(ids) == len(set(ids))


def test_every_resource_is_told_in_a_sentence(description: dict[str, Any]) -> None:
    tags = {tag["name"]: tag.get("description", "") for tag in description["tags"]}
    for operation in registry.operations():
        assert tags[operation.tag].endswith("."), operation.tag


def test_parameters_are_the_real_ones(description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    create = description["paths"]["/v1/customers"]["post"]
    content = create["requestBody"]["content"]
    assert set(content) == {"application/json", "application/x-www-form-urlencoded"}
    assert content["application/json"]["schema"] == {"$ref": "#/components/schemas/CustomerCreateParams"}
    fields = schemas["CustomerCreateParams"]["properties"]
    assert {"name", "email", "metadata", "expand"} <= set(fields)
    assert fields["balance"]["type"] == "integer"
    form = content["application/x-www-form-urlencoded"]
    assert {"name", "metadata", "expand[]"} <= set(form["schema"]["properties"])
    assert form["encoding"]["shipping"] == {"style": "deepObject", "explode": True}
    listed = {parameter["name"]: parameter for parameter in description["paths"]["/v1/customers"]["get"]["parameters"]}
    assert {"limit", "starting_after", "ending_before", "email", "created", "expand[]"} <= set(listed)
    assert listed["created"]["style"] == "deepObject"


def test_answers_are_the_real_objects(description: dict[str, Any]) -> None:
    answer = description["paths"]["/v1/customers/{customer}"]["get"]["responses"]["200"]
    references = {kind["$ref"] for kind in answer["content"]["application/json"]["schema"]["anyOf"]}
    assert references == {"#/components/schemas/CustomerObject", "#/components/schemas/DeletedCustomerObject"}
    customer = description["components"]["schemas"]["CustomerObject"]
    assert {"id", "object", "created", "livemode"} <= set(customer["properties"])
    listed = description["paths"]["/v1/customers"]["get"]["responses"]["200"]
    assert listed["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/CustomerObjectList"}


def test_keys_are_given_as_bearer_or_as_basic(description: dict[str, Any]) -> None:
    schemes = description["components"]["securitySchemes"]
    assert {scheme["scheme"] for scheme in schemes.values()} == {"bearer", "basic"}
    assert description["security"] == [{"bearer": []}, {"basic": []}]


def test_pages_are_described_too(description: dict[str, Any]) -> None:
    assert {"/healthz", "/readyz", "/metrics"} <= set(description["paths"])


def test_examples_are_of_operations_by_their_real_names() -> None:
    official = {operation.id: operation for operation in registry.operations()}
    for name, example in EXAMPLES.items():
        if name in official and official[name].params is not None:
            taken = official[name].official
            assert taken is not None
            taken.coerce(example)


async def test_an_example_runs_as_it_is(shop: Shop, description: dict[str, Any]) -> None:
    for path in ("/v1/customers", "/v1/payment_intents"):
        content = description["paths"][path]["post"]["requestBody"]["content"]
        example = content["application/json"]["example"]
        headers = shop._headers({})
        answer = await shop.http.post(shop.base_url + path, json=example, headers=headers)
        assert answer.status_code == 200, answer.text


async def test_the_page_and_all_it_needs_come_from_the_server(shop: Shop) -> None:
    page = await shop.http.get(shop.base_url + "/docs")
    assert page.status_code == 200
    assert "default-src 'self'" in page.headers["content-security-policy"]
    wanted = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(wanted) == 4
    for address in wanted:
        assert address.startswith("/docs/")
        asset = await shop.http.get(shop.base_url + address)
        assert asset.status_code == 200
        assert asset.headers["content-type"].split(";")[0] in ("text/css", "text/javascript", "image/png")
    assert (await shop.http.get(shop.base_url + "/docs/..%2fpages.py")).status_code == 404


def test_nothing_is_said_twice() -> None:
    text = json.dumps(document(registry.operations()))
    assert '"title": "' not in text.replace('"title": "stripe_lite"', "")
    assert 'additionalProperties": false' not in text
