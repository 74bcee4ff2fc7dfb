"""How requests are refused: statuses, codes and words, in Stripe's form on every path."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from stripe_lite.app import StripeLite, create_app
from stripe_lite.core.errors import CardError, InvalidParameter, ResourceMissing
from stripe_lite.core.objects import Params, StripeObject
from stripe_lite.db.work import Work
from stripe_lite.http import auth
from stripe_lite.http.answers import failure
from stripe_lite.http.auth import Authenticator
from stripe_lite.http.front import Front
from stripe_lite.http.route import Operation, Router
from stripe_lite.http.routes import Routes
from tests.conftest import serving, settings_for_tests
from tests.shop import Shop, raises_stripe

NOBODY = "postgresql://nobody@127.0.0.1:1/none"


def error_of(answer: httpx.Response) -> dict[str, str]:
    assert answer.headers["content-type"] == "application/json"
    error: dict[str, str] = answer.json()["error"]
    assert error["type"] in ("api_error", "card_error", "idempotency_error", "invalid_request_error")
    assert error["message"]
    return error


async def test_an_unknown_id_is_missing_by_the_name_of_its_parameter(shop: Shop) -> None:
    answer = await shop.get("/v1/customers/cus_unknown")
    assert answer.status_code == 404
    assert error_of(answer) == {
        "type": "invalid_request_error",
        "code": "resource_missing",
        "doc_url": "https://stripe.com/docs/error-codes/resource-missing",
        "message": "No such customer: 'cus_unknown'",
        "param": "id",
    }


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_an_unknown_url_is_unrecognized(shop: Shop, method: str) -> None:
    answer = await shop.http.request(method, shop.base_url + "/v1/castles", headers={"Authorization": shop.key})
    assert answer.status_code == 404
    assert error_of(answer)["message"] == f"Unrecognized request URL ({method}: /v1/castles)."


@pytest.mark.parametrize("method", ["PUT", "PATCH", "OPTIONS", "DELETE", "TRACE"])
async def test_a_method_that_a_path_lacks_is_unrecognized_too(shop: Shop, method: str) -> None:
    answer = await shop.http.request(method, shop.base_url + "/v1/customers")
    assert answer.status_code == 404
    assert error_of(answer)["message"].startswith(f"Unrecognized request URL ({method}: /v1/customers).")


async def test_a_trailing_slash_is_pointed_out(shop: Shop) -> None:
    answer = await shop.get("/v1/customers/")
    assert answer.status_code == 404
    assert "remove the trailing slash" in error_of(answer)["message"]


async def test_an_operation_that_only_stripe_has_is_named_so(shop: Shop) -> None:
    answer = await shop.get("/v1/terminal/readers")
    assert answer.status_code == 404
    assert "Stripe has this operation; stripe_lite does not serve it yet." in error_of(answer)["message"]


@pytest.mark.parametrize("path", ["/", "/v1", "/v2/core/accounts", "/v3/x", "/favicon", "/docs/passwd"])
async def test_other_paths_answer_in_the_same_form(shop: Shop, path: str) -> None:
    answer = await shop.http.post(shop.base_url + path)
    assert answer.status_code in (404, 405)
    error_of(answer)


async def test_head_is_get_without_the_body(shop: Shop) -> None:
    made = await shop.v1.customers.create_async()
    headers = {"Authorization": f"Bearer {shop.key}"}
    head = await shop.http.head(f"{shop.base_url}/v1/customers/{made.id}", headers=headers)
    get = await shop.get(f"/v1/customers/{made.id}")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == get.headers["content-length"]
    assert (await shop.http.head(shop.base_url + "/v1/customers/cus_x", headers=headers)).status_code == 404


async def test_unknown_parameters_are_refused_by_name(shop: Shop) -> None:
    with raises_stripe(code="parameter_unknown", param="foo", message="Received unknown parameter: foo", status=400):
        await shop.v1.customers.create_async({"foo": "1"})
    with raises_stripe(code="parameter_unknown", param="shipping[foo]"):
        await shop.v1.customers.create_async({"shipping": {"foo": "1"}})


async def test_bad_integers_and_enums_are_refused(shop: Shop) -> None:
    with raises_stripe(code="parameter_invalid_integer", message="Invalid integer: abc", param="limit"):
        await shop.v1.customers.list_async({"limit": "abc"})
    with raises_stripe(param="tax_exempt", status=400) as caught:
        await shop.v1.customers.create_async({"tax_exempt": "perhaps"})
    assert "Invalid tax_exempt: must be one of " in str(caught.value)


async def test_an_object_that_only_a_parameter_names_makes_the_request_invalid(shop: Shop) -> None:
    answer = await shop.get("/v1/customers?starting_after=cus_unknown")
    assert answer.status_code == 400
    assert error_of(answer)["code"] == "resource_missing"
    assert error_of(answer)["param"] == "starting_after"


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "text/plain", "application/xml", ""])
async def test_a_body_of_another_kind_is_refused(shop: Shop, kind: str) -> None:
    headers = {"Authorization": f"Bearer {shop.key}", "Content-Type": kind}
    answer = await shop.http.post(shop.base_url + "/v1/customers", content=b"name=Ann", headers=headers)
    assert answer.status_code == 400
    message = error_of(answer)["message"]
    assert message.startswith(f"Invalid request: unsupported Content-Type {kind}")
    assert "application/x-www-form-urlencoded" in message


async def test_json_and_forms_mean_the_same(shop: Shop) -> None:
    headers = {"Authorization": f"Bearer {shop.key}"}
    sent = {"name": "Ann", "metadata": {"a": "1"}, "preferred_locales": ["de", "en"], "balance": 5}
    answer = await shop.http.post(shop.base_url + "/v1/customers", json=sent, headers=headers)
    assert answer.status_code == 200
    made = answer.json()
    assert {name: made[name] for name in sent} == sent


async def test_a_get_may_carry_its_parameters_in_a_body(shop: Shop) -> None:
    for _ in range(3):
        await shop.v1.customers.create_async()
    headers = {"Authorization": f"Bearer {shop.key}"}
    answer = await shop.http.request("GET", shop.base_url + "/v1/customers", data={"limit": "2"}, headers=headers)
    assert len(answer.json()["data"]) == 2


async def test_a_connected_account_is_refused_and_not_ignored(shop: Shop) -> None:
    answer = await shop.get("/v1/customers", Stripe_Account="acct_123")
    assert answer.status_code == 400
    assert "Stripe-Account" in error_of(answer)["message"]


def test_a_card_number_is_not_repeated_in_a_message() -> None:
    missing = ResourceMissing("customer", "4242424242424242")
    assert json.loads(failure(missing).body)["error"]["message"] == "No such customer: '****4242'"
    declined = CardError("Your card was declined.", code="card_declined", decline_code="generic_decline")
    assert json.loads(failure(declined).body)["error"]["decline_code"] == "generic_decline"


class Thing(StripeObject):
    """What the operation below would answer with."""

    id: str


class ThingParams(Params):
    """How to break."""

    how: str


router = Router(tag="Things")


@router.post("/v1/things")
async def break_thing(work: Work, params: ThingParams) -> Thing:
    """Break in the way that is asked for."""
    match params.how:
        case "assert":
            raise AssertionError("the secret of /etc/stripe_lite: SELECT * FROM cards")
        case "refuse":
            raise InvalidParameter("No.", param="how")
        case _:
            await work.execute(params.how)
            return Thing(id="thing_1")


@pytest_asyncio.fixture(scope="module")
async def broken(dsn: str) -> AsyncIterator[str]:
    """A server with an operation that breaks."""
    app = create_app(settings_for_tests(), dsn)
    app._front = _front_of(app, router.operations)
    async with serving(app) as url:
        yield url


def _front_of(app: StripeLite, operations: list[Operation]) -> Front:
    return Front(app.pages, app.kit, Routes(operations), Authenticator(app.database, open_keys=True))


async def test_our_own_faults_tell_nothing_of_the_inside(shop: Shop, broken: str) -> None:
    headers = {"Authorization": f"Bearer {shop.key}"}
    for how in ("assert", "SELECT 1/0 /* secret */", "this is not SQL"):
        answer = await shop.http.post(broken + "/v1/things", data={"how": how}, headers=headers)
        assert answer.status_code == 500
        error = error_of(answer)
        assert error["type"] == "api_error"
        for inside in ("SELECT", "secret", "Traceback", "/etc", "not SQL", "division"):
            assert inside not in answer.text
        assert answer.headers["request-id"].startswith("req_")
        assert answer.headers["stripe-should-retry"] == "false"


async def test_without_a_database_every_request_may_be_sent_again(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "TRIES_MAX", 2)
    app = create_app(settings_for_tests(), NOBODY)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        answer = await client.post("/v1/customers", headers={"Authorization": "Bearer sk_test_nobody123"})
        assert answer.status_code == 503
        assert answer.headers["stripe-should-retry"] == "true"
        assert error_of(answer)["type"] == "api_error"
        ready = await client.get("/readyz")
        assert ready.status_code == 503
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/metrics")).status_code == 200
    await app.database.close()


async def test_a_full_pool_is_told_as_503_that_may_be_retried(
    shop: Shop, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stripe_lite.db.session.POOL_WAIT_SECONDS", 0.2)
    app = create_app(settings_for_tests(pool_size=1), dsn)
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": f"Bearer {shop.key}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        assert (await client.get("/v1/customers", headers=headers)).status_code == 200
        async with app.database.connection():
            answer = await client.post("/v1/customers", headers=headers)
    await app.database.close()
    assert answer.status_code == 503
    assert answer.headers["stripe-should-retry"] == "true"
