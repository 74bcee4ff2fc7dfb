"""Keys that are rolled, what restricted and publishable ones may do at every operation, and what attackers try."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from stripe import HTTPXClient, StripeClient

from stripe_lite import registry
from stripe_lite.app import create_app
from stripe_lite.core.clock import utc_now
from stripe_lite.core.errors import IdempotencyMismatch, PermissionDenied
from stripe_lite.core.ids import new_secret
from stripe_lite.http import auth, permissions
from stripe_lite.http.keys import (
    KeyProblem,
    create_account,
    create_key,
    list_keys,
    overlap_of,
    revoke_key,
    roll_key,
)
from stripe_lite.http.route import Operation
from stripe_lite.http.sealing import Seal
from tests.conftest import serving, settings_for_tests
from tests.kernel.test_auth import Strict
from tests.payments.intents import BY_CARD, PAID
from tests.shop import Shop, raises_stripe

OPERATIONS = registry.operations()
GUEST = "pk_test_"


@pytest_asyncio.fixture(scope="module")
async def vault(dsn: str, http: httpx.AsyncClient) -> AsyncIterator[Strict]:
    """A server on which only created keys work."""
    app = create_app(settings_for_tests(keys="strict"), dsn)
    async with serving(app) as url:
        yield Strict(app, http, url)


@pytest.fixture
def client(shop: Shop, sdk_transport: HTTPXClient) -> Any:
    """The SDK with the shop's publishable key."""
    key = shop.key.replace("sk_test_", GUEST)
    return StripeClient(key, base_addresses={"api": shop.base_url}, http_client=sdk_transport, max_network_retries=0).v1


async def test_a_rolled_key_works_beside_its_successor_until_the_overlap_ends(
    vault: Strict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "REMEMBERED_SECONDS", 0)
    account_id = await create_account(vault.database)
    granted = {"customer": "write"}
    old = await create_key(
        vault.database, account_id=account_id, kind="restricted", livemode=True, permissions=granted, name="till"
    )
    new, expiring = await roll_key(vault.database, old.masked, timedelta(seconds=1.5))
    assert new.key.startswith("rk_live_")
    assert expiring.expires_at is not None
    made = await vault.ask(old.key, "POST")
    seen = await vault.ask(new.key, path=f"/v1/customers/{made.json()['id']}")
    assert (made.status_code, seen.status_code, seen.json()["livemode"]) == (200, 200, True)
    assert (await vault.ask(new.key, path="/v1/charges")).status_code == 403
    known = await list_keys(vault.database, account_id)
    assert [(key.name, key.permissions, key.livemode) for key in known] == [("till", granted, True)] * 2
    with pytest.raises(KeyProblem, match="rolled already"):
        await roll_key(vault.database, old.key)
    while utc_now() < expiring.expires_at:
        assert (await vault.ask(old.key)).status_code in (200, 401)
    refused = await vault.ask(old.key)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "api_key_expired")
    assert (await vault.ask(new.key)).status_code == 200


async def test_a_key_that_is_being_replaced_can_be_revoked_at_once(
    vault: Strict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "REMEMBERED_SECONDS", 0)
    old = await create_key(vault.database)
    new, _ = await roll_key(vault.database, old.key, timedelta(days=7))
    await revoke_key(vault.database, old.masked)
    assert (await vault.ask(old.key)).status_code == 401
    assert (await vault.ask(new.key)).status_code == 200
    with pytest.raises(KeyProblem, match="no living key"):
        await revoke_key(vault.database, old.key)
    with pytest.raises(KeyProblem, match="7 days"):
        await roll_key(vault.database, new.key, timedelta(days=8))


@pytest.mark.parametrize(
    ("text", "length"),
    [("24h", timedelta(days=1)), ("90m", timedelta(minutes=90)), ("7d", timedelta(days=7)), ("0", timedelta())],
)
def test_an_overlap_is_a_length_of_time(text: str, length: timedelta) -> None:
    assert overlap_of(text) == length


@pytest.mark.parametrize("text", ["", "24", "-1h", "1.5h", "h", "1w", "٣h", "1h30m", "9999999h"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(KeyProblem, match="not a length of time"):
        overlap_of(text)


@pytest.mark.parametrize("operation", OPERATIONS, ids=[f"{each.method} {each.path}" for each in OPERATIONS])
def test_a_restricted_key_needs_the_permission_of_each_operation(operation: Operation) -> None:
    """The front asks `admit` before anything else: nothing is looked up for a key that may not do it."""
    others = dict.fromkeys(registry.permissions(), "write") | {operation.permission: "none"}
    caller = auth.Caller("acct_x", False, "restricted", "rk_test_****abcd", others)
    needed = "read" if operation.method == "GET" else "write"
    with pytest.raises(PermissionDenied, match=f"'rak_{operation.permission}_{needed}' permission"):
        auth.admit(caller, operation)
    allowed = auth.Caller("acct_x", False, "restricted", "rk_test_****abcd", {operation.permission: needed})
    auth.admit(allowed, operation)


def test_every_object_that_can_be_expanded_has_the_permission_of_its_operations() -> None:
    known = registry.permissions()
    for served in registry.RESOURCES:
        for name in (f"{served.name}s", *(field for field in served.includes if "." not in field)):
            assert permissions.name_of(name) in known, name


async def test_the_table_is_asked_before_existence_over_http(vault: Strict) -> None:
    nobody = await create_key(vault.database, kind="restricted", permissions={"*": "none"})
    for operation in OPERATIONS:
        path = re.sub(r"\{\w+\}", "unknown", operation.path)
        refused = await vault.ask(nobody.key, operation.method, path)
        assert refused.status_code == 403, operation.path
        assert f"'rak_{operation.permission}_" in refused.json()["error"]["message"]


async def test_what_belongs_to_a_customer_needs_the_customers_permission(vault: Strict) -> None:
    writer = await create_key(vault.database, kind="restricted", permissions={"customer": "write"})
    headers = {"Authorization": f"Bearer {writer.key}"}
    customer = (await vault.ask(writer.key, "POST")).json()["id"]
    made = await vault.http.post(
        f"{vault.url}/v1/customers/{customer}/tax_ids",
        data={"type": "eu_vat", "value": "DE123456789"},
        headers=headers,
    )
    assert made.status_code == 200
    shown = await vault.ask(writer.key, path=f"/v1/customers/{customer}?expand[]=tax_ids&expand[]=cash_balance")
    assert shown.json()["tax_ids"]["data"][0]["id"] == made.json()["id"]
    refused = await vault.ask(writer.key, path=f"/v1/customers/{customer}?expand[]=sources")
    assert (refused.status_code, "'rak_source_read'" in refused.text) == (403, True)


async def test_a_payment_is_not_made_when_its_answer_may_not_be_shown(vault: Strict) -> None:
    account_id = await create_account(vault.database)
    owner = await create_key(vault.database, account_id=account_id)
    granted = {"payment_intent": "write"}
    till = await create_key(vault.database, account_id=account_id, kind="restricted", permissions=granted)
    paid = {"amount": "2000", "currency": "usd", "payment_method_types[]": "card", "confirm": "true",
            "payment_method": "pm_card_visa", "expand[]": "latest_charge.customer"}  # fmt: skip
    headers = {"Authorization": f"Bearer {till.key}"}
    refused = await vault.http.post(vault.url + "/v1/payment_intents", data=paid, headers=headers)
    assert (refused.status_code, "'rak_charge_read'" in refused.text) == (403, True)
    assert (await vault.ask(owner.key, path="/v1/charges")).json()["data"] == []


async def test_an_answer_is_not_replayed_to_who_sees_less(vault: Strict) -> None:
    account_id = await create_account(vault.database)
    owner = await create_key(vault.database, account_id=account_id)
    granted = {"payment_intent": "write"}
    till = await create_key(vault.database, account_id=account_id, kind="restricted", permissions=granted)
    customer = (await vault.ask(owner.key, "POST")).json()["id"]
    sent = {"amount": "2000", "currency": "usd", "customer": customer, "expand[]": "customer"}

    async def create(key: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "order 7"}
        return await vault.http.post(vault.url + "/v1/payment_intents", data=sent, headers=headers)

    first = await create(owner.key)
    assert first.json()["customer"]["id"] == customer
    assert (await create(owner.key)).content == first.content
    refused = await create(till.key)
    assert customer not in refused.text
    assert refused.status_code in (400, 403)


async def test_a_browser_cannot_use_up_the_keys_of_a_server(shop: Shop, client: Any) -> None:
    await client.tokens.create_async({"pii": {"id_number": "000000000"}}, {"idempotency_key": "order 7"})
    paid = await shop.v1.payment_intents.create_async(PAID, {"idempotency_key": "order 7"})
    assert paid.status == "succeeded"
    again = await shop.v1.payment_intents.create_async(PAID, {"idempotency_key": "order 7"})
    assert again.id == paid.id
    secret = {"client_secret": paid.client_secret}
    with raises_stripe("idempotency_error"):
        await client.payment_intents.confirm_async(paid.id, secret, {"idempotency_key": "order 7"})


# What a client reads by a name that only it was told.
BEARERS = {"/v1/tokens/{token}"}
OF_CLIENTS = [each for each in OPERATIONS if each.publishable and each.names and each.path not in BEARERS]


@pytest.mark.parametrize("operation", OF_CLIENTS, ids=[f"{each.method} {each.path}" for each in OF_CLIENTS])
async def test_a_publishable_key_is_nothing_without_a_secret(shop: Shop, operation: Operation) -> None:
    path = re.sub(r"\{\w+\}", "unknown", operation.path)
    guest = {"Authorization": f"Bearer {shop.key.replace('sk_test_', GUEST)}"}
    refused = await shop.http.request(operation.method, shop.base_url + path, headers=guest)
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "client_secret")


async def test_a_publishable_key_expands_the_payment_method_and_nothing_behind_it(shop: Shop, client: Any) -> None:
    customer = await shop.v1.customers.create_async({"email": "ann@example.com"})
    card = await shop.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id})
    product = {"product_name": "Tea", "quantity": 1, "unit_cost": 2000}
    intent = await shop.v1.payment_intents.create_async(
        BY_CARD | {"customer": customer.id, "payment_method": card.id, "amount_details": {"line_items": [product]}}
    )

    async def look(path: str) -> Any:
        secret = {"client_secret": intent.client_secret, "expand": [path]}
        return await client.payment_intents.retrieve_async(intent.id, secret)

    assert (await look("payment_method")).payment_method.card.last4 == "4242"
    for path in ("payment_method.customer", "amount_details.line_items"):
        with raises_stripe(code="secret_key_required", status=403) as caught:
            await look(path)
        assert "ann@example.com" not in str(caught.value.http_body)
    with raises_stripe(code="secret_key_required", status=403):
        await client.payment_intents.confirm_async(
            intent.id, {"client_secret": intent.client_secret, "expand": ["payment_method.customer"]}
        )
    assert (await shop.v1.payment_intents.retrieve_async(intent.id)).status == "requires_confirmation"


@pytest.mark.parametrize(
    "settings",
    [
        {"capture_method": "manual"},
        {"request_three_d_secure": "automatic"},
        {"require_cvc_recollection": False},
        {"three_d_secure": {"version": "2.1.0", "cryptogram": "AAAA", "transaction_id": "x"}},
    ],
    ids=lambda settings: next(iter(settings)),
)
async def test_the_payer_does_not_decide_how_the_card_is_checked(
    shop: Shop, client: Any, settings: dict[str, Any]
) -> None:
    intent = await shop.v1.payment_intents.create_async(BY_CARD)
    name = f"payment_method_options[card][{next(iter(settings))}]"
    with raises_stripe(code="payment_intent_invalid_parameter", param=name):
        await client.payment_intents.confirm_async(
            intent.id,
            {
                "client_secret": intent.client_secret,
                "payment_method": "pm_card_visa",
                "payment_method_options": {"card": settings},
            },
        )


async def test_a_secret_opens_its_own_intent_in_its_own_account_only(shop: Shop, client: Any) -> None:
    mine = await shop.v1.payment_intents.create_async(BY_CARD)
    other = await shop.v1.payment_intents.create_async(BY_CARD)
    with raises_stripe(param="client_secret") as caught:
        await client.payment_intents.retrieve_async(other.id, {"client_secret": mine.client_secret})
    assert "amount" not in str(caught.value.http_body)
    stranger = {"Authorization": f"Bearer {GUEST}{new_secret()}"}
    path = f"/v1/payment_intents/{mine.id}?client_secret={mine.client_secret}"
    assert (await shop.http.get(shop.base_url + path, headers=stranger)).status_code == 404
    texts = []
    for id in (mine.id, "pi_unknown"):
        with raises_stripe(code="parameter_missing", param="client_secret") as caught:
            await client.payment_intents.retrieve_async(id)
        texts.append(str(caught.value.http_body))
    assert texts[0] == texts[1], "without the secret nobody learns what exists"


async def test_another_accounts_objects_are_missing_everywhere(shop: Shop) -> None:
    paid = await shop.v1.payment_intents.create_async(PAID)
    customer = await shop.v1.customers.create_async()
    foreign = {"Authorization": f"Bearer sk_test_{new_secret()}"}
    ids = {"payment_intents": paid.id, "charges": paid.latest_charge, "customers": customer.id,
           "payment_methods": paid.payment_method}  # fmt: skip
    for resource, id in ids.items():
        for method, path in (("GET", id), ("POST", id), ("GET", f"?starting_after={id}")):
            url = f"{shop.base_url}/v1/{resource}/{path}".replace("/?", "?")
            refused = await shop.http.request(method, url, headers=foreign)
            assert refused.status_code in (400, 404), (method, path)
            assert refused.json()["error"]["code"] == "resource_missing"
    refund = await shop.http.post(f"{shop.base_url}/v1/refunds", data={"charge": paid.latest_charge}, headers=foreign)
    assert refund.json()["error"]["code"] == "resource_missing"
    intent = {"amount": "2000", "currency": "usd", "customer": customer.id}
    made = await shop.http.post(f"{shop.base_url}/v1/payment_intents", data=intent, headers=foreign)
    assert made.json()["error"]["code"] == "resource_missing"


async def test_the_modes_of_an_account_do_not_meet(vault: Strict) -> None:
    account_id = await create_account(vault.database)
    test = await create_key(vault.database, account_id=account_id)
    live = await create_key(vault.database, account_id=account_id, livemode=True)

    async def post(key: str, path: str, data: dict[str, str]) -> Any:
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"same {path}"}
        return (await vault.http.post(vault.url + path, data=data, headers=headers)).json()

    made = {}
    for key in (test.key, live.key):
        customer = await post(key, "/v1/customers", {"name": "Ann"})
        intent = {"amount": "2000", "currency": "usd", "payment_method_types[]": "card", "confirm": "true",
                  "payment_method_data[type]": "card", "payment_method_data[card][token]": "tok_visa"}  # fmt: skip
        paid = await post(key, "/v1/payment_intents", intent if key == test.key else intent | {"confirm": "false"})
        domain = await post(key, "/v1/payment_method_domains", {"domain_name": "example.com"})
        endpoint = {"url": "https://example.com/hook", "enabled_events[]": "charge.succeeded"}
        hook = await post(key, "/v1/webhook_endpoints", endpoint)
        made[key] = {"customers": customer, "payment_intents": paid, "payment_method_domains": domain,
                     "webhook_endpoints": hook}  # fmt: skip
    default = (await vault.ask(test.key, path="/v1/payment_method_configurations")).json()["data"][0]
    made[test.key]["payment_method_configurations"] = default
    for resource, mine in made[test.key].items():
        assert mine["livemode"] is False
        assert (await vault.ask(test.key, path=f"/v1/{resource}/{mine['id']}")).status_code == 200
        for method in ("GET", "POST"):
            foreign = await vault.ask(live.key, method, f"/v1/{resource}/{mine['id']}")
            assert (foreign.status_code, foreign.json()["error"]["code"]) == (404, "resource_missing"), resource
        listed = (await vault.ask(live.key, path=f"/v1/{resource}")).json()["data"]
        assert mine["id"] not in [each["id"] for each in listed]
        assert {each["livemode"] for each in listed} == {True}
    events = (await vault.ask(live.key, path="/v1/events?limit=100")).json()["data"]
    assert {event["livemode"] for event in events} == {True}
    assert {event["type"] for event in events} == {"customer.created", "payment_intent.created"}
    found = await vault.ask(live.key, path="/v1/customers/search?query=name:'Ann'")
    assert [each["id"] for each in found.json()["data"]] == [made[live.key]["customers"]["id"]]


async def test_the_publishable_key_of_a_created_key_belongs_to_its_account(
    shop: Shop, vault: Strict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "REMEMBERED_SECONDS", 0)
    created = await create_key(vault.database)
    guest = {"Authorization": f"Bearer {created.key.replace('sk_', 'pk_')}"}
    owner = {"Authorization": f"Bearer {created.key}"}
    url = shop.base_url + "/v1/tokens"
    pii = {"pii[id_number]": "000000000"}
    made = await shop.http.post(url, data=pii, headers=guest)
    assert made.status_code == 200, made.text
    assert (await shop.http.get(f"{url}/{made.json()['id']}", headers=owner)).status_code == 200
    other = await create_key(vault.database)
    await revoke_key(vault.database, other.key)
    late = {"Authorization": f"Bearer {other.key.replace('sk_', 'pk_')}"}
    assert (await shop.http.post(url, data=pii, headers=late)).status_code == 401


@pytest.mark.parametrize("header", ["Stripe-Account", "Stripe-Context"])
async def test_a_request_for_another_account_is_not_carried_out_on_ones_own(shop: Shop, header: str) -> None:
    refused = await shop.http.post(
        shop.base_url + "/v1/customers",
        headers={"Authorization": f"Bearer {shop.key}", header: "acct_other"},
    )
    assert refused.status_code == 400
    assert header in refused.json()["error"]["message"]


def test_a_sealed_answer_opens_for_its_own_key_only() -> None:
    seal = Seal.of("sk_test_a")
    sealed = seal.close(b'{"secret": "ek_test_x"}')
    assert b"ek_test" not in sealed
    assert sealed != seal.close(b'{"secret": "ek_test_x"}')
    assert Seal.of("sk_test_a").open(sealed) == b'{"secret": "ek_test_x"}'
    for strange, bytes_ in (("sk_test_b", sealed), ("sk_test_a", sealed[:-1] + b"x"), ("sk_test_a", b"")):
        with pytest.raises(IdempotencyMismatch):
            Seal.of(strange).open(bytes_)
