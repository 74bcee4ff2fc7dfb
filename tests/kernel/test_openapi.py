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
            assert taken is not None or name == "retry_event"
            if taken is not None:
                taken.coerce(example)


def leaves(example: Any) -> list[Any]:
    """Every single value of an example."""
    if isinstance(example, dict):
        return [leaf for value in example.values() for leaf in leaves(value)]
    if isinstance(example, list):
        return [leaf for value in example for leaf in leaves(value)]
    return [example]


def test_examples_leave_nothing_but_ids_to_be_filled_in(description: dict[str, Any]) -> None:
    for operation in registry.operations():
        body = description["paths"][operation.path][operation.method.lower()].get("requestBody")
        if body is not None:
            example = body["content"]["application/json"]["example"]
            unsaid = [leaf for leaf in leaves(example) if "…" in str(leaf)]
            assert all(re.fullmatch(r"[a-z]+_…", leaf) for leaf in unsaid), operation.id


# What can be tried in an account that has a customer, an endpoint and a payment, in an order that works.
TRIED = """
update_balance_settings update_cash_balance create_funding_instructions fund_cash_balance create_charge
create_test_confirmation_token create_customer_balance_transaction create_customer_session create_customer
update_customer create_ephemeral_key create_external_account update_external_account create_account_bank_account
create_payment_method attach_payment_method create_payment_intent confirm_payment_intent create_refund
create_payment_method_configuration create_payment_method_domain create_card create_bank_account create_setup_intent
create_source_object create_source create_tax_id create_customer_tax_id create_token create_topup
create_webhook_endpoint retry_event
"""


def test_a_form_starts_as_the_example_says(description: dict[str, Any]) -> None:
    """Swagger UI fills a form's fields with their defaults, else with their examples, and sends what is not empty."""
    for operations in description["paths"].values():
        content = operations.get("post", {}).get("requestBody", {}).get("content", {})
        if "application/x-www-form-urlencoded" not in content:
            continue
        fields = content["application/x-www-form-urlencoded"]["schema"]["properties"]
        begins = {name.removesuffix("[]"): field.get("default", field["example"]) for name, field in fields.items()}
        sent = {name: value for name, value in begins.items() if value not in ("", [], {})}
        assert sent == content["application/json"]["example"]


async def test_examples_run_as_they_are(shop: Shop, description: dict[str, Any]) -> None:
    described = {
        each["operationId"]: (path, each) for path, item in description["paths"].items() for each in item.values()
    }
    paid = await shop.v1.payment_intents.create_async(
        {"amount": 2000, "currency": "usd", "payment_method_types": ["card"]}
        | {"payment_method": "pm_card_visa", "confirm": True}
    )
    unpaid = await shop.v1.payment_intents.create_async({"amount": 2000, "currency": "usd"})
    customer = await shop.v1.customers.create_async({"name": "Ann"})
    # Nothing listens there: what was sent before would soon have it disabled.
    endpoint = await shop.v1.webhook_endpoints.create_async(
        {"url": "http://127.0.0.1:9/", "enabled_events": ["payout.failed"]}
    )
    [event] = (await shop.v1.events.list_async({"type": "customer.created"})).data
    ids = {"customer": customer.id, "account": shop.account_id, "intent": unpaid.id}
    own = {"cus_…": customer.id, "we_…": endpoint.id, "pi_…": paid.id}
    headers = shop._headers({})
    for name in TRIED.split():
        path, operation = described[name]
        example = json.dumps(operation["requestBody"]["content"]["application/json"]["example"], ensure_ascii=False)
        for placeholder, id in own.items():
            example = example.replace(placeholder, id)
        needed = {each["name"]: each["example"] for each in operation["parameters"] if "example" in each}
        address = shop.base_url + path.format_map(ids | ({"id": event.id} if name == "retry_event" else {}))
        answer = await shop.http.post(address, json=json.loads(example), headers=headers | needed)
        assert answer.status_code == 200, (name, answer.text)
        made = answer.json()
        ids |= {"id": made["id"]} if name == "create_external_account" else {}
        ids |= {"payment_method": made["id"]} if name == "create_payment_method" else {}


async def test_the_address_that_the_banner_prints_leads_to_the_page(shop: Shop) -> None:
    answer = await shop.http.get(shop.base_url + "/", follow_redirects=True)
    assert (answer.status_code, answer.url.path) == (200, "/docs")


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
