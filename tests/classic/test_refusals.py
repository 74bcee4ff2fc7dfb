"""What both tutorial APIs refuse, and how: one form, a sentence, the right status."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from stripe_lite.app import StripeLite, create_app
from stripe_lite.http.keys import create_account, create_key
from tests.classic.client import Classic, good, refused
from tests.conftest import serving, settings_for_tests
from tests.shop import new_key

CHARGE = {"customerId": "cus_x", "amount": 2000, "paymentMethod": "pm_card_visa"}
INTENTS, CHARGES, REFUNDS = "/payment_intents/", "/payments/charge", "/payments/refund"

WRONG: list[tuple[str, str, Any, int, str | None, str | None]] = [
    ("GET", "/customers/cus_x/", None, 404, "resource_missing", "id"),
    ("GET", "/customers/?limit=0", None, 422, "parameter_invalid", "limit"),
    ("GET", "/customers/?limit=101", None, 422, "parameter_invalid", "limit"),
    ("GET", "/customers/?page=2", None, 422, "parameter_unknown", "page"),
    ("GET", "/customers/?starting_after=cus_x", None, 404, "resource_missing", "starting_after"),
    ("GET", "/customers/?starting_after=%00", None, 400, None, None),
    ("GET", "/customers/%00/", None, 400, None, None),
    ("POST", "/customers/", {"name": "x" * 600}, 400, None, "name"),
    ("POST", "/customers/", {"name": 5}, 422, "parameter_invalid", "name"),
    ("POST", "/customers/", {"nickname": "Ada"}, 422, "parameter_unknown", "nickname"),
    ("POST", "/customers/", [], 400, None, None),
    ("POST", "/customers/", {"name": "a\0b"}, 400, None, None),
    ("POST", INTENTS, {}, 422, "parameter_missing", "amount"),
    ("POST", INTENTS, {"amount": 0}, 422, "parameter_invalid", "amount"),
    ("POST", INTENTS, {"amount": -5}, 422, "parameter_invalid", "amount"),
    ("POST", INTENTS, {"amount": 20.5}, 422, "parameter_invalid", "amount"),
    ("POST", INTENTS, {"amount": "2000"}, 422, "parameter_invalid", "amount"),
    ("POST", INTENTS, {"amount": True}, 422, "parameter_invalid", "amount"),
    ("POST", INTENTS, {"amount": 10**30}, 400, None, "amount"),
    ("POST", INTENTS, {"amount": 100_000_000}, 400, "amount_too_large", "amount"),
    ("POST", INTENTS, {"amount": 49}, 400, "amount_too_small", "amount"),
    ("POST", INTENTS, {"amount": 2000, "currency": "xxx"}, 400, None, "currency"),
    ("POST", INTENTS, {"amount": 2000, "customer_id": "cus_x"}, 404, "resource_missing", "customer_id"),
    ("POST", INTENTS, {"amount": 2000, "payment_method": "pm_x"}, 404, "resource_missing", "payment_method"),
    ("POST", INTENTS, {"amount": 2000, "payment_method": "pm_usBankAccount_success"}, 400, None, "payment_method"),
    ("GET", "/payment_intents/pi_x/", None, 404, "resource_missing", "id"),
    ("POST", "/payment_intents/pi_x/confirm/", None, 404, "resource_missing", "id"),
    ("POST", "/payment_intents/pi_x/confirm/", {"amount": 1}, 422, "parameter_unknown", "amount"),
    ("POST", CHARGES, CHARGE, 404, "resource_missing", "customerId"),
    ("POST", CHARGES, {"amount": 2000}, 422, "parameter_missing", "customerId"),
    ("POST", CHARGES, CHARGE | {"customer_id": "cus_x"}, 422, "parameter_unknown", "customer_id"),
    ("POST", REFUNDS, {}, 422, "parameter_missing", "chargeId"),
    ("POST", REFUNDS, {"chargeId": "ch_x"}, 404, "resource_missing", "chargeId"),
    ("POST", "/webhooks/", {"url": "not a url"}, 400, None, "url"),
    ("POST", "/webhooks/", {"url": "http://127.0.0.1:9/", "events": ["payment.done"]}, 400, None, "events[0]"),
    ("POST", "/webhooks/", {"url": "http://127.0.0.1:9/", "events": []}, 400, None, "events"),
    (
        "POST",
        "/webhooks/",
        {"url": "http://127.0.0.1:9/", "enabled_events": []},
        422,
        "parameter_unknown",
        "enabled_events",
    ),
    ("DELETE", "/webhooks/we_x/", None, 404, "resource_missing", "id"),
    ("PUT", "/customers/", None, 405, None, None),
]


@pytest.mark.parametrize(("method", "path", "sent", "status", "code", "param"), WRONG)
async def test_what_is_wrong_is_named(
    classic: Classic, method: str, path: str, sent: Any, status: int, code: str | None, param: str | None
) -> None:
    response = await classic.call(method, path, sent)
    error = refused(response, status)
    assert (error.get("code"), error.get("param")) == (code or error.get("code"), param), error


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"name": "\\ud800"}', "application/json", 400),
        (b'{"name": "' + b"x" * 1_100_000 + b'"}', "application/json", 413),
        (b"name=Ada", "application/x-www-form-urlencoded", 422),
        (b"", "application/json", 422),
    ],
)
async def test_bodies_that_are_no_json_object_are_refused(
    classic: Classic, content: bytes, kind: str, status: int
) -> None:
    headers = {"Authorization": f"Bearer {classic.key}", "Content-Type": kind}
    response = await classic.http.post(classic.base_url + "/customers/", content=content, headers=headers)
    refused(response, status)


async def test_another_merchants_payment_reads_like_none(classic: Classic) -> None:
    intent = await classic.post("/payment_intents/", amount=2000)
    stranger = Classic(classic.http, classic.base_url, new_key())
    error = refused(await stranger.call("GET", f"/payment_intents/{intent['id']}/"), 404)
    assert error["message"] == f"No such payment_intent: '{intent['id']}'"


async def test_every_answer_names_its_request(classic: Classic) -> None:
    for response in (await classic.call("GET", "/customers/"), await classic.call("GET", "/customers/cus_x/")):
        assert response.headers["Request-Id"].startswith("req_")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "no-cache, no-store"


async def test_slashes_at_the_end_make_no_difference(classic: Classic) -> None:
    id = (await classic.post("/customers", name="Ada"))["id"]
    assert await classic.get(f"/customers/{id}") == await classic.get(f"/customers/{id}/")
    assert await classic.get("/customers") == await classic.get("/customers/")


async def test_connected_accounts_are_not_ignored_in_silence(classic: Classic) -> None:
    response = await classic.call("GET", "/customers/", Stripe_Account="acct_1")
    assert response.status_code >= 400
    refused(response, response.status_code)


async def test_both_apis_are_described(classic: Classic) -> None:
    description = (await classic.http.get(classic.base_url + "/openapi.json")).json()
    tags = {
        (tag, method.upper(), path)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
        for tag in operation.get("tags", [])
    }
    mini, mvp = "Mini Stripe", "Stripe_lite MVP"
    assert {
        (mini, "POST", "/customers/"),
        (mini, "GET", "/customers/"),
        (mini, "GET", "/customers/{id}/"),
        (mini, "POST", "/payment_intents/"),
        (mini, "GET", "/payment_intents/{id}/"),
        (mini, "POST", "/payment_intents/{id}/confirm/"),
        (mvp, "POST", "/payments/charge"),
        (mvp, "POST", "/payments/refund"),
        (mvp, "POST", "/webhooks/"),
        (mvp, "GET", "/webhooks/"),
        (mvp, "DELETE", "/webhooks/{id}/"),
        (mvp, "GET", "/subscriptions/"),
        (mvp, "POST", "/subscriptions/"),
        (mvp, "GET", "/dashboard"),
    } <= tags
    charge = description["components"]["schemas"]["NewCharge"]
    assert set(charge["required"]) == {"customerId", "amount", "paymentMethod"}


class TestStrictKeys:
    """Where only created keys are let in."""

    @pytest_asyncio.fixture
    async def strict(self, dsn: str) -> AsyncIterator[tuple[StripeLite, str]]:
        app = create_app(settings_for_tests(keys="strict"), dsn)
        async with serving(app) as url:
            yield app, url

    async def test_a_key_is_needed(self, strict: tuple[StripeLite, str], http: httpx.AsyncClient) -> None:
        _, url = strict
        nobody = await Classic(http, url, None).call("GET", "/customers/")
        assert nobody.headers["WWW-Authenticate"] == 'Basic realm="Stripe"'
        assert "did not provide an API key" in refused(nobody, 401)["message"]
        unknown = await Classic(http, url, "sk_test_nobodys_key").call("POST", "/customers/", {"nonsense": 1})
        assert refused(unknown, 401)["message"] == "Invalid API Key provided: sk_test_****_key"

    async def test_created_keys_do_what_they_may(self, strict: tuple[StripeLite, str], http: httpx.AsyncClient) -> None:
        app, url = strict
        account = await create_account(app.database)
        secret = await create_key(app.database, account_id=account)
        reader = await create_key(app.database, account_id=account, kind="restricted", permissions={"customer": "read"})
        publishable = await create_key(app.database, account_id=account, kind="publishable")

        id = await Classic(http, url, secret.key).customer()
        reading = Classic(http, url, reader.key)
        assert good(await reading.call("GET", f"/customers/{id}/"))["id"] == id
        error = refused(await reading.call("POST", "/customers/", {"name": "Ada"}), 403)
        assert "rak_customer_write" in error["message"]
        refused(await reading.call("GET", "/payment_intents/pi_x/"), 403)
        error = refused(await Classic(http, url, publishable.key).call("GET", "/customers/"), 403)
        assert error["code"] == "secret_key_required"
