"""The headers of every response, and those of a request that mean something."""

import httpx
import pytest

from stripe_lite.http.answers import API_VERSION
from tests.shop import Shop, raises_stripe


def assert_common(answer: httpx.Response) -> None:
    assert answer.headers["request-id"].startswith("req_")
    assert answer.headers["stripe-version"]
    assert answer.headers["cache-control"] == "no-cache, no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-type"] == "application/json"


async def test_every_response_has_the_common_headers(shop: Shop) -> None:
    made = await shop.post("/v1/customers")
    answers = [
        made,
        await shop.get(f"/v1/customers/{made.json()['id']}"),
        await shop.post("/v1/customers", {"foo": "1"}),
        await shop.get("/v1/customers/cus_unknown"),
        await shop.get("/v1/nothing"),
        await shop.http.get(shop.base_url + "/v1/customers"),
        await shop.http.delete(f"{shop.base_url}/v1/customers/{made.json()['id']}", headers=shop._headers({})),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 400, 404, 404, 401, 200]
    for answer in answers:
        assert_common(answer)
        assert answer.headers["stripe-version"] == API_VERSION
    assert len({answer.headers["request-id"] for answer in answers}) == len(answers)


async def test_a_post_says_whether_to_try_again(shop: Shop) -> None:
    assert (await shop.post("/v1/customers")).headers["stripe-should-retry"] == "false"
    assert (await shop.post("/v1/customers", {"foo": "1"})).headers["stripe-should-retry"] == "false"
    assert "stripe-should-retry" not in (await shop.get("/v1/customers")).headers


@pytest.mark.parametrize("version", [API_VERSION, "2020-08-27", "2024-09-30.acacia", "2031-01-01.emerald"])
async def test_versions_of_stripe_are_accepted_and_echoed(shop: Shop, version: str) -> None:
    answer = await shop.get("/v1/customers", Stripe_Version=version)
    assert answer.status_code == 200
    assert answer.headers["stripe-version"] == version


@pytest.mark.parametrize("version", ["2019-2-19", "2022-08-02", "latest", "2020-08-27;link_beta=v1", "2031-13-01", ""])
async def test_what_is_no_version_is_refused(shop: Shop, version: str) -> None:
    answer = await shop.get("/v1/customers", Stripe_Version=version)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == f"Invalid Stripe API version: {version}"
    assert answer.headers["stripe-version"] == API_VERSION


async def test_the_sdk_names_the_request(shop: Shop) -> None:
    with raises_stripe(code="parameter_unknown") as caught:
        await shop.v1.customers.create_async({"foo": "1"})
    assert str(caught.value.request_id).startswith("req_")
    made = await shop.v1.customers.create_async({})
    assert made.last_response.request_id.startswith("req_")
