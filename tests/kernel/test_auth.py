"""Keys: which are let in, as whom, what they may do, and how the others are refused."""

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import httpx
import pytest
import pytest_asyncio

from stripe_lite.app import StripeLite, create_app
from stripe_lite.core.ids import new_secret
from stripe_lite.db.session import Database
from stripe_lite.http import auth, permissions
from stripe_lite.http.keys import KeyProblem, create_account, create_key, list_keys, masked, revoke_key
from tests.conftest import serving, settings_for_tests
from tests.shop import Shop, new_key


@dataclass(slots=True)
class Strict:
    """A server on which only created keys work."""

    app: StripeLite
    http: httpx.AsyncClient
    url: str

    @property
    def database(self) -> Database:
        return self.app.database

    async def ask(self, key: str | None, method: str = "GET", path: str = "/v1/customers") -> httpx.Response:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        return await self.http.request(method, self.url + path, headers=headers)


@pytest_asyncio.fixture(scope="module")
async def strict(dsn: str, http: httpx.AsyncClient) -> AsyncIterator[Strict]:
    app = create_app(settings_for_tests(keys="strict"), dsn)
    async with serving(app) as url:
        yield Strict(app, http, url)


async def test_without_a_key_nobody_is_let_in(strict: Strict) -> None:
    answer = await strict.ask(None)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Basic realm="Stripe"'
    error = answer.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert error["message"].startswith("You did not provide an API key. You need to provide your API key")
    assert "code" not in error
    assert answer.headers["request-id"].startswith("req_")


@pytest.mark.parametrize("header", ["null", "Bearer", "Basic !!!", "Digest abc", "sk_test_abc123456"])
async def test_a_header_without_a_key_says_what_it_should_look_like(strict: Strict, header: str) -> None:
    answer = await strict.http.get(strict.url + "/v1/customers", headers={"Authorization": header})
    assert answer.status_code == 401
    assert "you did set your Authorization header" in answer.json()["error"]["message"]
    assert "abc123456" not in answer.text


async def test_an_unknown_key_is_shown_masked(strict: Strict) -> None:
    answer = await strict.ask("sk_test_thisisnotakey_abcd")
    assert answer.status_code == 401
    error = answer.json()["error"]
    assert error == {"type": "invalid_request_error", "message": "Invalid API Key provided: sk_test_****abcd"}
    assert answer.headers["www-authenticate"] == 'Basic realm="Stripe"'


@pytest.mark.parametrize("key", ["sk_test_", "sk_prod_abcdefgh", "whatever", "sk_test_ü", "sk_test_a b", "s" * 300])
async def test_what_is_no_key_is_unknown(shop: Shop, key: str) -> None:
    headers = [(b"Authorization", f"Bearer {key}".encode())]
    answer = await shop.http.get(shop.base_url + "/v1/customers", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["message"].startswith("Invalid API Key provided: ")


async def test_a_created_key_works_as_bearer_and_as_basic(strict: Strict) -> None:
    created = await create_key(strict.database)
    assert created.key.startswith("sk_test_")
    assert (await strict.ask(created.key)).status_code == 200
    for userinfo in (f"{created.key}:", created.key, f"{created.key}:ignored"):
        encoded = base64.b64encode(userinfo.encode()).decode()
        answer = await strict.http.get(strict.url + "/v1/customers", headers={"Authorization": f"basic {encoded}"})
        assert answer.status_code == 200


async def test_a_live_key_sees_live_objects_only(strict: Strict) -> None:
    account_id = await create_account(strict.database)
    test = await create_key(strict.database, account_id=account_id)
    live = await create_key(strict.database, account_id=account_id, livemode=True)
    made = (await strict.ask(live.key, "POST")).json()
    assert made["livemode"] is True
    assert (await strict.ask(live.key, path=f"/v1/customers/{made['id']}")).status_code == 200
    assert (await strict.ask(test.key, path=f"/v1/customers/{made['id']}")).status_code == 404


async def test_an_object_of_the_other_mode_is_missing_with_a_hint(strict: Strict) -> None:
    account_id = await create_account(strict.database)
    keys = {
        mode: (await create_key(strict.database, account_id=account_id, livemode=mode == "live")).key
        for mode in ("test", "live")
    }
    for here, there in (("test", "live"), ("live", "test")):
        made = (await strict.ask(keys[there], "POST")).json()["id"]
        hint = (
            f"No such customer: '{made}'; a similar object exists in {there} mode, but a {here} mode key was used to "
            "make this request."
        )
        for path, status in ((f"/v1/customers/{made}", 404), (f"/v1/customers?starting_after={made}", 400)):
            refused = await strict.ask(keys[here], path=path)
            assert (refused.status_code, refused.json()["error"]["message"]) == (status, hint)
            assert refused.json()["error"]["code"] == "resource_missing"


async def test_another_accounts_object_reads_like_an_unknown_one(strict: Strict) -> None:
    one, other = await create_key(strict.database), await create_key(strict.database)
    made = (await strict.ask(one.key, "POST")).json()["id"]
    foreign = (await strict.ask(other.key, path=f"/v1/customers/{made}")).json()
    unknown = (await strict.ask(other.key, path="/v1/customers/cus_unknown")).json()
    assert foreign["error"] == unknown["error"] | {"message": f"No such customer: '{made}'"}


async def test_only_a_digest_of_a_key_is_stored(strict: Strict, dsn: str) -> None:
    created = await create_key(strict.database, name="deploy")
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch("SELECT k::text AS all FROM api_keys k")
    finally:
        await connection.close()
    assert not any(created.key in row["all"] for row in rows)


async def test_keys_are_listed_without_the_keys(strict: Strict) -> None:
    created = await create_key(strict.database, kind="restricted", permissions={"customer": "read"}, name="reports")
    (known,) = await list_keys(strict.database, created.account_id)
    assert (known.kind, known.livemode, known.masked, known.name) == ("restricted", False, created.masked, "reports")
    assert known.permissions == {"customer": "read"}
    assert known.expires_at is None
    assert known.id.startswith("key_")


async def test_a_revoked_key_is_refused_within_five_seconds(
    strict: Strict, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert auth.REMEMBERED_SECONDS < 5
    monkeypatch.setattr(auth, "REMEMBERED_SECONDS", 0.3)
    created = await create_key(strict.database)
    elsewhere = create_app(settings_for_tests(keys="strict"), dsn)
    async with serving(elsewhere) as url:
        other = Strict(elsewhere, strict.http, url)
        assert (await strict.ask(created.key)).status_code == (await other.ask(created.key)).status_code == 200
        await revoke_key(strict.database, created.masked)
        await asyncio.sleep(0.35)
        for server in (strict, other):
            answer = await server.ask(created.key)
            assert answer.status_code == 401
            error = answer.json()["error"]
            assert error["code"] == "api_key_expired"
            assert error["message"] == f"Expired API Key provided: {created.masked}"
            assert error["doc_url"] == "https://stripe.com/docs/error-codes/api-key-expired"


async def test_a_key_is_revoked_by_any_of_its_names(strict: Strict) -> None:
    account_id = await create_account(strict.database)
    for name in ("id", "masked", "key"):
        created = await create_key(strict.database, account_id=account_id)
        known = (await list_keys(strict.database, account_id))[-1]
        revoked = await revoke_key(strict.database, {"id": known.id, "masked": known.masked, "key": created.key}[name])
        assert revoked.id == known.id
        assert revoked.expires_at is not None
        with pytest.raises(KeyProblem, match="no living key"):
            await revoke_key(strict.database, known.id)


async def test_impossible_keys_are_not_created(strict: Strict) -> None:
    with pytest.raises(KeyProblem, match="no account"):
        await create_key(strict.database, account_id="acct_unknown")
    with pytest.raises(KeyProblem, match="restricted"):
        await create_key(strict.database, kind="secret", permissions={"customer": "read"})
    with pytest.raises(KeyProblem, match="none, read or write"):
        await create_key(strict.database, kind="restricted", permissions={"customer": "all"})


async def test_a_restricted_key_reads_what_it_may_read(strict: Strict) -> None:
    reader = await create_key(strict.database, kind="restricted", permissions={"customer": "read"})
    assert reader.key.startswith("rk_test_")
    assert (await strict.ask(reader.key)).status_code == 200
    refused = await strict.ask(reader.key, "POST")
    assert refused.status_code == 403
    error = refused.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert f"'{reader.masked}' does not have the required permissions for this endpoint" in error["message"]
    assert f"'{reader.account_id}'" in error["message"]
    assert "'rak_customer_write'" in error["message"]


async def test_a_restricted_key_learns_nothing_about_what_exists(strict: Strict) -> None:
    account_id = await create_account(strict.database)
    owner = await create_key(strict.database, account_id=account_id)
    made = (await strict.ask(owner.key, "POST")).json()["id"]
    blind = await create_key(
        strict.database, account_id=account_id, kind="restricted", permissions={"customer": "none", "*": "write"}
    )
    known = await strict.ask(blind.key, path=f"/v1/customers/{made}")
    unknown = await strict.ask(blind.key, path="/v1/customers/cus_unknown")
    assert known.status_code == unknown.status_code == 403
    assert known.json() == unknown.json()
    assert "'rak_customer_read'" in known.json()["error"]["message"]


async def test_who_may_write_may_read(strict: Strict) -> None:
    writer = await create_key(strict.database, kind="restricted", permissions={"customer": "write"})
    made = await strict.ask(writer.key, "POST")
    assert (await strict.ask(writer.key, path=f"/v1/customers/{made.json()['id']}")).status_code == 200
    assert (await strict.ask(writer.key, "DELETE", f"/v1/customers/{made.json()['id']}")).status_code == 200


def test_everything_can_be_given_at_once_and_taken_back_singly() -> None:
    granted = {"*": "read", "payout": "none", "refund": "write"}
    assert permissions.allows(granted, "customer", writing=False)
    assert not permissions.allows(granted, "customer", writing=True)
    assert not permissions.allows(granted, "payout", writing=False)
    assert permissions.allows(granted, "refund", writing=True)
    assert not permissions.allows({}, "customer", writing=False)


@pytest.mark.parametrize(
    ("tag", "name"),
    [("Customers", "customer"), ("Payment intents", "payment_intent"), ("Balance", "balance"), ("Prices", "plan")],
)
def test_permissions_are_called_what_stripe_calls_them(tag: str, name: str) -> None:
    assert permissions.name_of(tag) == name


async def test_a_publishable_key_is_for_clients_only(shop: Shop) -> None:
    publishable = shop.key.replace("sk_", "pk_")
    answer = await shop.http.get(shop.base_url + "/v1/customers", headers={"Authorization": f"Bearer {publishable}"})
    assert answer.status_code == 403
    error = answer.json()["error"]
    assert error["code"] == "secret_key_required"
    assert error["message"].startswith("This API call cannot be made with a publishable API key.")


async def test_open_mode_gives_each_key_an_empty_account(shop: Shop) -> None:
    await shop.v1.customers.create_async({"name": "Ann"})
    headers = {"Authorization": f"Bearer {new_key()}"}
    other = await shop.http.get(shop.base_url + "/v1/customers", headers=headers)
    assert other.json()["data"] == []
    assert len((await shop.v1.customers.list_async()).data) == 1


async def test_open_mode_opens_no_live_and_no_restricted_keys(shop: Shop) -> None:
    for prefix in ("sk_live_", "rk_test_", "rk_live_", "pk_live_"):
        headers = {"Authorization": f"Bearer {prefix}{new_secret(24)}"}
        assert (await shop.http.get(shop.base_url + "/v1/customers", headers=headers)).status_code == 401


async def test_32_first_requests_open_one_account(shop: Shop) -> None:
    headers = {"Authorization": f"Bearer {new_key()}"}
    answers = await asyncio.gather(
        *(shop.http.post(shop.base_url + "/v1/customers", headers=headers) for _ in range(32))
    )
    assert {answer.status_code for answer in answers} == {200}
    listed = await shop.http.get(shop.base_url + "/v1/customers?limit=100", headers=headers)
    assert len(listed.json()["data"]) == 32


def test_short_secrets_are_masked_whole() -> None:
    assert masked("sk_test_abcdefgh") == "sk_test_****efgh"
    assert masked("sk_test_ab") == "sk_test_****"
    assert masked("hunter2hunter2") == "hunt****"


async def test_expand_does_not_show_what_a_restricted_key_may_not_read(strict: Strict) -> None:
    account_id = await create_account(strict.database)
    owner = await create_key(strict.database, account_id=account_id)
    granted = {"payment_intent": "read"}
    reader = await create_key(strict.database, account_id=account_id, kind="restricted", permissions=granted)
    headers = {"Authorization": f"Bearer {owner.key}"}
    customer = (await strict.ask(owner.key, "POST")).json()["id"]
    intent = await strict.http.post(
        strict.url + "/v1/payment_intents",
        data={"amount": "2000", "currency": "usd", "customer": customer},
        headers=headers,
    )
    path = f"/v1/payment_intents/{intent.json()['id']}"
    assert (await strict.ask(reader.key, path=path)).json()["customer"] == customer
    assert (await strict.ask(owner.key, path=f"{path}?expand[]=customer")).json()["customer"]["id"] == customer
    refused = await strict.ask(reader.key, path=f"{path}?expand[]=customer")
    assert refused.status_code == 403
    assert "'rak_customer_read'" in refused.json()["error"]["message"]
