"""Ephemeral keys: what an app on a customer's device may do with one, and what it may not."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from stripe_lite.contract import API_VERSIONS
from stripe_lite.core.clock import utc_now
from stripe_lite.db.session import Database
from stripe_lite.workers.upkeep import UpkeepWorker
from tests.shop import Shop, raises_stripe

HOUR_SECONDS = 3600
LOGGED = "SELECT response, parameters::text FROM request_logs WHERE account_id = $1 AND path = $2"


class App:
    """An app with the ephemeral key of one customer."""

    def __init__(self, shop: Shop, customer: str, key: Any) -> None:
        self.shop, self.customer, self.key = shop, customer, key

    async def ask(self, method: str, path: str, data: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.shop.http.request(
            method,
            self.shop.base_url + path.format(customer=self.customer),
            data=data,
            headers={"Authorization": f"Bearer {self.key.secret}"} | named,
        )


async def an_app(shop: Shop) -> App:
    customer = await shop.v1.customers.create_async({"email": "ann@example.com", "source": "tok_visa"})
    return App(shop, customer.id, await shop.v1.ephemeral_keys.create_async({"customer": customer.id}))


async def test_it_is_made_for_an_hour_and_shown_once(shop: Shop, dsn: str) -> None:
    app = await an_app(shop)
    assert re.fullmatch(r"ephkey_\w+", app.key.id)
    assert re.fullmatch(r"ek_test_[\w-]+", app.key.secret)
    assert app.key.expires - app.key.created == HOUR_SECONDS
    assert [each.to_dict() for each in app.key.associated_objects] == [{"id": app.customer, "type": "customer"}]
    connection = await asyncpg.connect(dsn)
    row = await connection.fetchrow("SELECT * FROM ephemeral_keys WHERE id = $1", app.key.id)
    await connection.close()
    assert app.customer in str(row)
    assert app.key.secret.removeprefix("ek_test_") not in str(row)


async def test_it_reads_and_changes_its_customer(shop: Shop) -> None:
    app = await an_app(shop)
    seen = (await app.ask("GET", "/v1/customers/{customer}?expand[]=sources&expand[]=default_source")).json()
    assert (seen["id"], seen["sources"]["data"][0]["last4"], seen["default_source"]["object"]) == (
        app.customer,
        "4242",
        "card",
    )
    other = (await app.ask("POST", "/v1/customers/{customer}/sources", {"source": "tok_mastercard"})).json()
    changed = await app.ask("POST", "/v1/customers/{customer}", {"default_source": other["id"], "name": "Ann"})
    assert (changed.json()["default_source"], changed.json()["name"]) == (other["id"], "Ann")
    listed = await app.ask("GET", "/v1/customers/{customer}/sources?object=card&limit=5")
    assert len(listed.json()["data"]) == 2
    assert (await app.ask("GET", f"/v1/customers/{{customer}}/sources/{other['id']}")).status_code == 200
    assert (await app.ask("DELETE", f"/v1/customers/{{customer}}/sources/{other['id']}")).json()["deleted"]
    events = await shop.v1.events.list_async({"type": "customer.updated"})
    assert events.data[-1].data.previous_attributes is not None


async def test_it_keeps_its_customers_payment_methods(shop: Shop) -> None:
    app = await an_app(shop)
    attached = await app.ask("POST", "/v1/payment_methods/pm_card_visa/attach", {"customer": app.customer})
    id = attached.json()["id"]
    assert attached.json()["customer"] == app.customer
    for path in (
        "/v1/payment_methods?customer={customer}&type=card",
        "/v1/customers/{customer}/payment_methods?limit=3",
    ):
        assert id in [each["id"] for each in (await app.ask("GET", path)).json()["data"]]
    billing = {"billing_details[name]": "Ann"}
    assert (await app.ask("POST", f"/v1/payment_methods/{id}", billing)).json()["billing_details"]["name"] == "Ann"
    seen = await app.ask("GET", f"/v1/payment_methods/{id}?expand[]=customer")
    assert seen.json()["customer"]["email"] == "ann@example.com"
    assert (await app.ask("GET", f"/v1/customers/{{customer}}/payment_methods/{id}")).status_code == 200
    assert (await app.ask("POST", f"/v1/payment_methods/{id}/detach")).json()["customer"] is None
    assert (await app.ask("GET", f"/v1/payment_methods/{id}")).status_code == 404


async def test_nothing_of_anybody_else_is_there_for_it(shop: Shop) -> None:
    app = await an_app(shop)
    bob = await shop.v1.customers.create_async({"name": "Bob"})
    card = await shop.v1.payment_methods.attach_async("pm_card_visa", {"customer": bob.id})
    refused = []
    for id in (bob.id, "cus_unknown"):
        for method, path in (
            ("GET", f"/v1/customers/{id}"),
            ("POST", f"/v1/customers/{id}"),
            ("GET", f"/v1/customers/{id}/sources"),
            ("GET", f"/v1/customers/{id}/payment_methods"),
            ("GET", f"/v1/payment_methods?customer={id}"),
        ):
            answer = await app.ask(method, path)
            assert answer.status_code == 403, path
            refused.append(answer.text.replace(id, "…"))
    assert len(set(refused)) == 1, "nobody learns which customers there are"
    foreign = await app.ask("POST", f"/v1/payment_methods/{card.id}/attach", {"customer": bob.id})
    assert foreign.status_code == 403
    for method, path, data in (
        ("GET", f"/v1/payment_methods/{card.id}", None),
        ("POST", f"/v1/payment_methods/{card.id}", {"billing_details[name]": "Eve"}),
        ("POST", f"/v1/payment_methods/{card.id}/detach", None),
        ("POST", f"/v1/payment_methods/{card.id}/attach", {"customer": app.customer}),
        ("GET", f"/v1/customers/{{customer}}/payment_methods/{card.id}", None),
    ):
        answer = await app.ask(method, path, data)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "resource_missing"), path
    loose = await shop.v1.payment_methods.create_async({"type": "card", "card": {"token": "tok_visa"}})
    assert (await app.ask("GET", f"/v1/payment_methods/{loose.id}")).status_code == 404
    assert (await app.ask("GET", "/v1/payment_methods")).json()["error"]["code"] == "parameter_missing"


@pytest.mark.parametrize(
    ("method", "path", "data"),
    [
        ("GET", "/v1/customers", None),
        ("DELETE", "/v1/customers/{customer}", None),
        ("GET", "/v1/customers/search?query=name:'a'", None),
        ("POST", "/v1/customers/{customer}", {"balance": "-100000"}),
        ("POST", "/v1/customers/{customer}", {"metadata[vip]": "yes"}),
        ("POST", "/v1/customers/{customer}", {"invoice_settings[default_payment_method]": "pm_card_visa"}),
        ("POST", "/v1/customers/{customer}/balance_transactions", {"amount": "-5", "currency": "usd"}),
        ("GET", "/v1/charges", None),
        ("POST", "/v1/payment_intents", {"amount": "100", "currency": "usd"}),
        ("POST", "/v1/ephemeral_keys", {"customer": "{customer}"}),
        ("POST", "/v1/customer_sessions", {"customer": "{customer}"}),
        ("GET", "/v1/events", None),
        ("POST", "/v1/webhook_endpoints", {"url": "https://example.com", "enabled_events[]": "*"}),
        ("GET", "/v1/customers/{customer}?expand[]=tax_ids", None),
        ("GET", "/v1/customers/{customer}?expand[]=invoice_credit_balance", None),
    ],
)
async def test_it_can_do_nothing_else(shop: Shop, method: str, path: str, data: dict[str, str] | None) -> None:
    app = await an_app(shop)
    assert (await app.ask(method, path, data)).status_code == 403


async def test_it_ends_when_it_is_deleted_and_when_its_time_is_over(shop: Shop, dsn: str) -> None:
    app = await an_app(shop)
    assert (await app.ask("GET", "/v1/customers/{customer}")).status_code == 200
    ended = await shop.v1.ephemeral_keys.delete_async(app.key.id)
    assert ended.expires <= int(utc_now().timestamp())
    assert "secret" not in ended
    refused = await app.ask("GET", "/v1/customers/{customer}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "api_key_expired")
    again = await an_app(shop)
    connection = await asyncpg.connect(dsn)
    past = "UPDATE ephemeral_keys SET expires_at = $2, created_at = $3 WHERE id = $1"
    await connection.execute(past, again.key.id, utc_now(), utc_now() - timedelta(days=2))
    assert (await again.ask("GET", "/v1/customers/{customer}")).json()["error"]["code"] == "api_key_expired"
    database = Database(dsn, pool_size=4)
    while await UpkeepWorker(database, idempotency_ttl_seconds=90_000).tick():
        pass
    await database.close()
    assert await connection.fetchval("SELECT count(*) FROM ephemeral_keys WHERE id = $1", again.key.id) == 0
    await connection.close()
    assert (await again.ask("GET", "/v1/customers/{customer}")).status_code == 401
    with raises_stripe(code="resource_missing", param="key", status=404):
        await shop.v1.ephemeral_keys.delete_async("ephkey_unknown")


@pytest.mark.parametrize(
    "key",
    ["ek_test_", "ek_test_x", "ek_test_AAAA", "ek_test_YWNjdF94LHNlY3JldA", "ek_live_YWNjdF94LHNlY3JldA",
     "ek_test_" + "A" * 240],
)  # fmt: skip
async def test_what_is_no_ephemeral_key_is_unknown(shop: Shop, key: str) -> None:
    answer = await shop.http.get(shop.base_url + "/v1/customers/cus_x", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 401
    assert answer.json()["error"]["message"].startswith("Invalid API Key provided: ek_")


async def test_a_key_of_the_other_mode_is_unknown(shop: Shop) -> None:
    app = await an_app(shop)
    live = app.key.secret.replace("ek_test_", "ek_live_")
    answer = await shop.http.get(shop.base_url + "/v1/customers/cus_x", headers={"Authorization": f"Bearer {live}"})
    assert answer.status_code == 401


async def test_the_version_of_the_app_is_named_and_kept(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    unnamed = await shop.post("/v1/ephemeral_keys", {"customer": customer.id})
    assert (unnamed.status_code, "Stripe-Version" in unnamed.json()["error"]["message"]) == (400, True)
    version = next(iter(API_VERSIONS))
    made = await shop.post("/v1/ephemeral_keys", {"customer": customer.id}, Stripe_Version=version)
    headers = {"Authorization": f"Bearer {made.json()['secret']}"}
    answer = await shop.http.get(f"{shop.base_url}/v1/customers/{customer.id}", headers=headers)
    assert answer.headers["stripe-version"] == version
    for params, code, param in (
        ({}, "parameter_missing", "customer"),
        ({"customer": "cus_x"}, "resource_missing", "customer"),
        ({"issuing_card": "ic_x"}, "parameter_unsupported", "issuing_card"),
    ):
        with raises_stripe(code=code, param=param):
            await shop.v1.ephemeral_keys.create_async(params)


@pytest.mark.parametrize("path", ["/v1/ephemeral_keys", "/v1/customer_sessions"])
async def test_a_saved_answer_is_replayed_to_its_key_and_tells_nobody_else(shop: Shop, dsn: str, path: str) -> None:
    customer = await shop.v1.customers.create_async()
    sent = {"customer": customer.id}
    if path == "/v1/customer_sessions":
        sent["components[buy_button][enabled]"] = "true"
    named = {"Stripe_Version": next(iter(API_VERSIONS)), "Idempotency_Key": f"once {path}"}
    first = await shop.post(path, sent, **named)
    secret = first.json().get("secret") or first.json()["client_secret"]
    again = await shop.post(path, sent, **named)
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch("SELECT * FROM idempotency_keys WHERE account_id = $1", shop.account_id)
    logged: list[asyncpg.Record] = []
    async with asyncio.timeout(30):
        while len(logged) < 2:
            logged = await connection.fetch(LOGGED, shop.account_id, path)
            await asyncio.sleep(0.05)
    await connection.close()
    assert secret not in str(logged)
    assert "[redacted]" in str(logged)
    bodies = [row["body"] for row in rows if row["id"].endswith(path)]
    assert len(bodies) == 1
    assert secret.encode() not in bodies[0]
    assert b"object" not in bodies[0]
