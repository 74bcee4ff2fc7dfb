"""One effect for each idempotency key, and the same answer for whoever asks again."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio

from stripe_lite.app import create_app
from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.ids import new_secret
from stripe_lite.core.objects import Params, StripeObject
from stripe_lite.db.work import Work
from stripe_lite.http.auth import Authenticator
from stripe_lite.http.front import Front
from stripe_lite.http.idempotency import claim_of
from stripe_lite.http.keys import create_account, create_key
from stripe_lite.http.route import Router
from stripe_lite.http.routes import Routes
from tests.conftest import serving, settings_for_tests
from tests.shop import Shop, raises_stripe

PATH = "/v1/customers"


def new_idempotency_key() -> str:
    return f"key-{new_secret(12)}"


async def customers(shop: Shop) -> list[Any]:
    return list((await shop.v1.customers.list_async({"limit": 100})).data)


async def test_a_repeated_post_has_one_effect_and_one_answer(shop: Shop) -> None:
    key = new_idempotency_key()
    first = await shop.post(PATH, {"name": "Ann"}, Idempotency_Key=key)
    again = await shop.post(PATH, {"name": "Ann"}, Idempotency_Key=key)
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert len(await customers(shop)) == 1
    assert first.headers["idempotency-key"] == again.headers["idempotency-key"] == key
    assert first.headers["original-request"] == first.headers["request-id"] == again.headers["original-request"]
    assert again.headers["request-id"] != first.headers["request-id"]
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers


async def test_without_a_key_every_post_counts(shop: Shop) -> None:
    first, second = await shop.post(PATH), await shop.post(PATH)
    assert first.json()["id"] != second.json()["id"]
    assert "original-request" not in first.headers
    assert "idempotency-key" not in first.headers


async def test_a_key_on_get_and_delete_means_nothing(shop: Shop) -> None:
    made = (await shop.post(PATH)).json()["id"]
    key = new_idempotency_key()
    headers = shop._headers({"Idempotency_Key": key})
    for _ in range(2):
        answer = await shop.http.get(f"{shop.base_url}{PATH}/{made}", headers=headers)
        assert answer.status_code == 200
        assert not {"idempotency-key", "original-request", "idempotent-replayed"} & set(answer.headers)
    gone = await shop.http.delete(f"{shop.base_url}{PATH}/{made}", headers=headers)
    assert "idempotency-key" not in gone.headers
    assert (await shop.http.delete(f"{shop.base_url}{PATH}/{made}", headers=headers)).status_code == 404


@pytest.mark.parametrize(("key", "status"), [("k" * 255, 200), ("k" * 256, 400), ("", 400)])
async def test_a_key_has_1_to_255_characters(shop: Shop, key: str, status: int) -> None:
    answer = await shop.post(PATH, {}, Idempotency_Key=key)
    assert answer.status_code == status
    if status == 400:
        assert "Idempotency-Key" in answer.json()["error"]["message"]


async def test_other_parameters_under_the_same_key_are_refused(shop: Shop) -> None:
    key = new_idempotency_key()
    first = await shop.post(PATH, {"name": "Ann"}, Idempotency_Key=key)
    with raises_stripe(
        "idempotency_error",
        status=400,
        message="Keys for idempotent requests can only be used with the same parameters they were first used with. "
        f"Try using a key other than '{key}' if you meant to execute a different request.",
    ) as caught:
        await shop.v1.customers.create_async({"name": "Bob"}, {"idempotency_key": key})
    assert caught.value.code is None
    again = await shop.post(PATH, {"name": "Ann"}, Idempotency_Key=key)
    assert again.content == first.content
    assert len(await customers(shop)) == 1


async def test_another_endpoint_under_the_same_key_is_refused(shop: Shop) -> None:
    key = new_idempotency_key()
    made = (await shop.post(PATH, {"name": "Ann"}, Idempotency_Key=key)).json()["id"]
    with raises_stripe("idempotency_error", status=400) as caught:
        await shop.v1.customers.update_async(made, {"name": "Ann"}, {"idempotency_key": key})
    assert "can only be used for the same endpoint they were first used for" in str(caught.value)
    assert caught.value.code is None


async def test_order_and_encoding_of_parameters_do_not_matter(shop: Shop) -> None:
    key = new_idempotency_key()
    headers = shop._headers({"Idempotency_Key": key, "Content_Type": "application/x-www-form-urlencoded"})
    bodies = [b"name=Ann&metadata[a]=x%20y&email=a@b.c", b"email=a%40b.c&metadata%5Ba%5D=x+y&name=%41nn"]
    answers = [await shop.http.post(shop.base_url + PATH, content=body, headers=headers) for body in bodies]
    as_json = shop._headers({"Idempotency_Key": key})
    sent = {"name": "Ann", "metadata": {"a": "x y"}, "email": "a@b.c"}
    answers.append(await shop.http.post(shop.base_url + PATH, json=sent, headers=as_json))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize(
    "parameters",
    [
        {"foo": "1"},
        {"balance": "x"},
        {"tax_exempt": "perhaps"},
        {"email": "nobody"},
        {"invoice_prefix": "a"},
        {"next_invoice_sequence": "0"},
        {"tax[ip_address]": "999"},
    ],
)
async def test_what_failed_validation_may_be_corrected_under_the_same_key(
    shop: Shop, parameters: dict[str, str]
) -> None:
    key = new_idempotency_key()
    refused = await shop.post(PATH, parameters, Idempotency_Key=key)
    assert refused.status_code == 400
    assert "idempotent-replayed" not in refused.headers
    corrected = await shop.post(PATH, {"name": "Ann"}, Idempotency_Key=key)
    assert corrected.status_code == 200
    assert "idempotent-replayed" not in corrected.headers


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("/v1/payment_methods", {"type": "card"}),
        ("/v1/payment_methods", {"type": "ideal", "sepa_debit[iban]": "DE89370400440532013000"}),
        ("/v1/payment_methods/pm_card_visa/attach", {}),
        ("/v1/tokens", {}),
        ("/v1/tokens", {"pii[id_number]": "1", "cvc_update[cvc]": "123"}),
        ("/v1/tax_ids", {"type": "us_ein", "value": "12-3456789", "owner[type]": "customer"}),
    ],
)
async def test_what_lacks_a_parameter_does_not_use_the_key_up(shop: Shop, path: str, wrong: dict[str, str]) -> None:
    key = new_idempotency_key()
    assert (await shop.post(path, wrong, Idempotency_Key=key)).status_code == 400
    assert (await shop.post(PATH, {"name": "Ann"}, Idempotency_Key=key)).status_code == 200


async def test_who_was_not_let_in_may_use_the_key_again(shop: Shop) -> None:
    key = new_idempotency_key()
    headers = {"Authorization": "Bearer nonsense", "Idempotency-Key": key}
    assert (await shop.http.post(shop.base_url + PATH, headers=headers)).status_code == 401
    headers["Authorization"] = f"Bearer {shop.key.replace('sk_', 'pk_')}"
    assert (await shop.http.post(shop.base_url + PATH, headers=headers)).status_code == 403
    assert (await shop.post(PATH, {"name": "Ann"}, Idempotency_Key=key)).status_code == 200


async def test_a_malformed_body_does_not_use_the_key_up(shop: Shop) -> None:
    key = new_idempotency_key()
    headers = shop._headers({"Idempotency_Key": key, "Content_Type": "application/json"})
    assert (await shop.http.post(shop.base_url + PATH, content=b"{", headers=headers)).status_code == 400
    assert (await shop.http.post(shop.base_url + PATH, content=b"{}", headers=headers)).status_code == 200


async def test_keys_of_accounts_and_modes_do_not_meet(shop: Shop, server: Any, dsn: str) -> None:
    app = create_app(settings_for_tests(), dsn)
    account_id = await create_account(app.database)
    test = await create_key(app.database, account_id=account_id)
    live = await create_key(app.database, account_id=account_id, livemode=True)
    await app.database.close()
    key = new_idempotency_key()
    made = set()
    for secret in (shop.key, test.key, live.key):
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": key}
        answer = await shop.http.post(shop.base_url + PATH, data={"name": "Ann"}, headers=headers)
        assert "idempotent-replayed" not in answer.headers
        made.add(answer.json()["id"])
    assert len(made) == 3


async def test_32_racers_on_one_key_have_one_effect(shop: Shop) -> None:
    key = new_idempotency_key()
    answers = await asyncio.gather(*(shop.post(PATH, {"name": "Ann"}, Idempotency_Key=key) for _ in range(32)))
    assert len(await customers(shop)) == 1
    won = [answer for answer in answers if answer.status_code == 200]
    assert won
    assert len({answer.content for answer in won}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in won) == 1
    for lost in (answer for answer in answers if answer.status_code != 200):
        assert lost.status_code == 409
        assert lost.json()["error"]["code"] == "idempotency_key_in_use"
        assert lost.headers["stripe-should-retry"] == "true"
        assert lost.headers["idempotency-key"] == key


async def test_a_key_in_use_is_refused_at_once(shop: Shop, slow: str) -> None:
    key = new_idempotency_key()
    headers = shop._headers({"Idempotency_Key": key})
    first = asyncio.create_task(shop.http.post(slow + "/v1/things", data={"how": "slowly"}, headers=headers))
    await asyncio.sleep(0.3)
    began = asyncio.get_running_loop().time()
    second = await shop.http.post(slow + "/v1/things", data={"how": "slowly"}, headers=headers)
    assert asyncio.get_running_loop().time() - began < 0.1
    assert second.status_code == 409
    error = second.json()["error"]
    assert (error["type"], error["code"]) == ("invalid_request_error", "idempotency_key_in_use")
    assert second.headers["stripe-should-retry"] == "true"
    answered = await first
    third = await shop.http.post(slow + "/v1/things", data={"how": "slowly"}, headers=headers)
    assert third.content == answered.content
    assert third.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize(("how", "status"), [("refuse", 400), ("break", 500)])
async def test_what_failed_in_execution_is_remembered(shop: Shop, slow: str, how: str, status: int) -> None:
    headers = shop._headers({"Idempotency_Key": new_idempotency_key()})
    first = await shop.http.post(slow + "/v1/things", data={"how": how}, headers=headers)
    again = await shop.http.post(slow + "/v1/things", data={"how": how}, headers=headers)
    assert first.status_code == again.status_code == status
    assert first.content == again.content
    assert again.headers["idempotent-replayed"] == "true"


async def test_a_declined_payment_is_replayed_byte_for_byte(shop: Shop) -> None:
    key = new_idempotency_key()
    payment = {"amount": "500", "currency": "usd", "confirm": "true", "return_url": "https://shop.example/back"}
    declined = payment | {"payment_method": "pm_card_chargeDeclined"}
    first, again = [await shop.post("/v1/payment_intents", declined, Idempotency_Key=key) for _ in range(2)]
    assert first.status_code == again.status_code == 402
    assert first.content == again.content
    assert again.headers["original-request"] == first.headers["request-id"] != again.headers["request-id"]
    assert again.headers["idempotent-replayed"] == "true"
    assert (await shop.event_types()).count("charge.failed") == 1


async def test_an_event_names_the_request_that_was_executed(shop: Shop, dsn: str) -> None:
    key = new_idempotency_key()
    first = await shop.post(PATH, {"name": "Ann"}, Idempotency_Key=key)
    await shop.post(PATH, {"name": "Ann"}, Idempotency_Key=key)
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(
            "SELECT request_id, idempotency_key FROM events WHERE account_id = $1", shop.account_id
        )
    finally:
        await connection.close()
    assert [tuple(row) for row in rows] == [(first.headers["request-id"], key)]


async def test_a_replay_is_the_same_on_another_server(shop: Shop, dsn: str, http: httpx.AsyncClient) -> None:
    headers = shop._headers({"Idempotency_Key": new_idempotency_key()})
    first = await http.post(shop.base_url + PATH, data={"name": "Ann"}, headers=headers)
    async with serving(create_app(settings_for_tests(), dsn)) as other:
        again = await http.post(other + PATH, data={"name": "Ann"}, headers=headers)
    assert again.content == first.content
    assert again.headers["original-request"] == first.headers["request-id"]


def test_numbers_of_json_and_of_forms_are_one_claim() -> None:
    form = claim_of("k", "POST", PATH, {"balance": "5", "a": {"b": ["1", "true"]}})
    json = claim_of("k", "POST", PATH, {"a": {"b": [1, True]}, "balance": 5})
    assert form == json
    assert claim_of("k", "POST", PATH, {"a": ["1"]}) != claim_of("k", "POST", PATH, {"a": "1"})


class Thing(StripeObject):
    """What the operation below answers with."""

    how: str


class ThingParams(Params):
    """What it is to do."""

    how: str


router = Router(tag="Things")


@router.post("/v1/things")
async def do_thing(work: Work, params: ThingParams) -> Thing:
    """Do what is asked for."""
    match params.how:
        case "slowly":
            await asyncio.sleep(0.8)
        case "refuse":
            raise InvalidRequest("No.")
        case "break":
            raise AssertionError
    return Thing(how=params.how)


@pytest_asyncio.fixture(scope="module")
async def slow(dsn: str) -> AsyncIterator[str]:
    """A server with the operation above."""
    app = create_app(settings_for_tests(), dsn)
    app._front = Front(app.pages, app.kit, Routes(router.operations), Authenticator(app.database, open_keys=True))
    async with serving(app) as url:
        yield url
