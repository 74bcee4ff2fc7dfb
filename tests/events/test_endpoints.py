"""Webhook endpoints as a resource."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from stripe_lite import contract, registry
from stripe_lite.app import create_app
from stripe_lite.core.errors import InvalidParameter
from stripe_lite.db.plan import RequestStamp
from stripe_lite.db.session import Database
from stripe_lite.db.work import Work
from stripe_lite.events.endpoints import service as endpoints
from stripe_lite.events.endpoints.model import WebhookEndpoint
from tests.conftest import serving, settings_for_tests
from tests.shop import Shop, raises_stripe

URL = "http://127.0.0.1:9/hook"


@pytest_asyncio.fixture
async def work(shop: Shop, dsn: str) -> AsyncIterator[Work]:
    """A unit of work of the shop's account, as the command line has one."""
    database = Database(dsn, pool_size=1)
    work = Work(database, registry.plan(), shop.account_id, False, RequestStamp(None, actor="cli"))
    yield work
    await work.rollback()
    work.close()
    await database.close()


async def endpoint_of(shop: Shop, **params: Any) -> Any:
    return await shop.v1.webhook_endpoints.create_async({"url": URL, "enabled_events": ["*"]} | params)


async def test_an_endpoint_lives_and_dies(shop: Shop) -> None:
    made = await endpoint_of(
        shop,
        enabled_events=["charge.failed", "customer.created", "charge.failed"],
        description="Ours",
        metadata={"a": "1"},
    )
    assert made.id.startswith("we_")
    assert made.secret.startswith("whsec_")
    assert len(made.secret) == len("whsec_") + 32
    assert made.enabled_events == ["charge.failed", "customer.created"]
    assert (made.status, made.url, made.application, made.api_version) == ("enabled", URL, None, None)
    seen = await shop.v1.webhook_endpoints.retrieve_async(made.id)
    assert seen.to_dict() == {name: value for name, value in made.to_dict().items() if name != "secret"}
    changed = await shop.v1.webhook_endpoints.update_async(
        made.id, {"url": URL + "2", "enabled_events": ["*"], "description": "", "metadata": {"a": "", "b": "2"}}
    )
    assert (changed.url, changed.enabled_events, changed.description) == (URL + "2", ["*"], None)
    assert changed.metadata.to_dict() == {"b": "2"}
    assert "secret" not in changed
    assert (await shop.v1.webhook_endpoints.delete_async(made.id)).deleted
    for call in (shop.v1.webhook_endpoints.retrieve_async, shop.v1.webhook_endpoints.delete_async):
        with raises_stripe(code="resource_missing", param="webhook_endpoint", status=404):
            await call(made.id)
    assert await shop.event_types() == []


async def test_an_endpoint_is_disabled_and_enabled(shop: Shop) -> None:
    made = await endpoint_of(shop)
    assert (await shop.v1.webhook_endpoints.update_async(made.id, {"disabled": True})).status == "disabled"
    await shop.v1.customers.create_async()
    assert (await shop.v1.webhook_endpoints.update_async(made.id, {"disabled": False})).status == "enabled"
    [event] = (await shop.v1.events.list_async()).data
    assert event.pending_webhooks == 0


async def test_every_official_event_and_ours_can_be_asked_for(shop: Shop) -> None:
    types = [*sorted(contract.EVENT_TYPES), "payment_intent.failed"]
    assert (await endpoint_of(shop, enabled_events=types)).enabled_events == types


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({"url": None}, "url", "parameter_missing"),
        ({"enabled_events": None}, "enabled_events", "parameter_missing"),
        ({"enabled_events": ["charge.paid"]}, "enabled_events[0]", None),
        ({"enabled_events": ["*", "payment_intent.*"]}, "enabled_events[1]", None),
        ({"enabled_events": ""}, "enabled_events", None),
        ({"url": "example.com/hook"}, "url", "url_invalid"),
        ({"url": "ftp://example.com"}, "url", "url_invalid"),
        ({"url": "http:///hook"}, "url", "url_invalid"),
        ({"api_version": "1999-01-01"}, "api_version", None),
        ({"connect": True}, "connect", "parameter_unsupported"),
        ({"secret": "whsec_mine"}, "secret", "parameter_unknown"),
        ({"disabled": True}, "disabled", "parameter_unknown"),
        ({"metadata": {"k" * 41: "v"}}, "metadata", None),
    ],
)
async def test_wrong_endpoints_are_refused(shop: Shop, params: dict[str, Any], param: str, code: str | None) -> None:
    given = {
        name: value for name, value in ({"url": URL, "enabled_events": ["*"]} | params).items() if value is not None
    }
    with raises_stripe(param=param, code=code, status=400):
        await shop.v1.webhook_endpoints.create_async(given)
    assert (await shop.v1.webhook_endpoints.list_async()).data == []


async def test_a_wrong_event_name_is_answered_with_the_right_ones(shop: Shop) -> None:
    with raises_stripe(param="enabled_events[0]") as caught:
        await endpoint_of(shop, enabled_events=["charge.paid"])
    assert str(caught.value.user_message).startswith("Invalid enabled_events[0]: must be one of ")


async def test_an_empty_list_of_events_is_refused(shop: Shop) -> None:
    body = {"url": URL, "enabled_events": []}
    headers = {"Authorization": f"Bearer {shop.key}"}
    refused = await shop.http.post(f"{shop.base_url}/v1/webhook_endpoints", json=body, headers=headers)
    assert refused.status_code == 400
    assert refused.json()["error"]["param"] == "enabled_events"


async def test_what_a_known_version_or_no_connect_says_is_accepted(shop: Shop) -> None:
    version = max(contract.API_VERSIONS)
    made = await endpoint_of(shop, api_version=version, connect=False)
    assert made.api_version == version
    with raises_stripe(code="parameter_unknown", param="api_version"):
        await shop.v1.webhook_endpoints.update_async(made.id, {"api_version": version})


async def test_sixteen_endpoints_are_enough(shop: Shop) -> None:
    racers = [shop.post("/v1/webhook_endpoints", {"url": URL, "enabled_events[]": "*"}) for _ in range(20)]
    answers = await asyncio.gather(*racers)
    assert sorted(answer.status_code for answer in answers) == [200] * 16 + [400] * 4
    refused = next(answer for answer in answers if answer.status_code == 400)
    assert refused.json()["error"]["message"] == "You have reached the maximum of 16 test webhook endpoints."
    listed = (await shop.v1.webhook_endpoints.list_async({"limit": 100})).data
    await shop.v1.webhook_endpoints.delete_async(listed[0].id)
    await endpoint_of(shop)


async def test_endpoints_are_listed_in_pages(shop: Shop) -> None:
    ids = [(await endpoint_of(shop)).id for _ in range(3)][::-1]
    first = await shop.v1.webhook_endpoints.list_async({"limit": 2})
    assert ([one.id for one in first.data], first.has_more) == (ids[:2], True)
    assert all("secret" not in one for one in first.data)
    rest = await shop.v1.webhook_endpoints.list_async({"starting_after": ids[1]})
    assert ([one.id for one in rest.data], rest.url) == (ids[2:], "/v1/webhook_endpoints")
    before = await shop.v1.webhook_endpoints.list_async({"ending_before": ids[1]})
    assert [one.id for one in before.data] == ids[:1]


async def test_private_targets_can_be_forbidden(shop: Shop, dsn: str) -> None:
    app = create_app(settings_for_tests(private_targets="deny"), dsn)
    headers = {"Authorization": f"Bearer {shop.key}"}
    async with serving(app) as url:
        for target, status in (("http://127.0.0.1/", 400), ("http://localhost/", 400), ("https://example.com/", 200)):
            data = {"url": target, "enabled_events[]": "*"}
            answer = await shop.http.post(f"{url}/v1/webhook_endpoints", data=data, headers=headers)
            assert answer.status_code == status, answer.text


async def test_a_rolled_secret_keeps_the_old_one_for_a_while(shop: Shop, work: Work) -> None:
    made = await endpoint_of(shop)
    fresh = (await endpoints.roll_secret(work, made.id, timedelta(hours=24))).secret
    assert fresh.startswith("whsec_")
    row = await work.get(WebhookEndpoint, made.id)
    assert row is not None
    assert (row.secret, row.previous_secret) == (fresh, made.secret)
    assert row.previous_secret_until is not None
    assert (row.previous_secret_until - work.now).total_seconds() == 24 * 3600
    await endpoints.roll_secret(work, made.id, timedelta())
    assert {row.previous_secret, row.previous_secret_until} == {None}
    with pytest.raises(InvalidParameter):
        await endpoints.roll_secret(work, made.id, timedelta(hours=25))
