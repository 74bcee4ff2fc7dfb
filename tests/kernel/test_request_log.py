"""What is kept of each request, and what must not be."""

import asyncio
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from stripe_lite.app import create_app
from stripe_lite.db.session import Database
from stripe_lite.http import request_log
from stripe_lite.http.access_log import AccessLog
from stripe_lite.http.answers import Outcome
from stripe_lite.http.auth import Caller
from stripe_lite.http.front import Exchange
from stripe_lite.http.redaction import redacted_json, redacted_tree
from stripe_lite.http.request_log import RequestLogWriter, prune
from tests.conftest import serving, settings_for_tests
from tests.shop import Shop

CARD = "4242424242424242"


async def entries(dsn: str, account_id: str, count: int) -> list[asyncpg.Record]:
    """The account's entries, once there are so many."""
    connection = await asyncpg.connect(dsn)
    try:
        async with asyncio.timeout(20):
            while True:
                rows: list[asyncpg.Record] = await connection.fetch(
                    "SELECT * FROM request_logs WHERE account_id = $1 ORDER BY created_at", account_id
                )
                if len(rows) >= count:
                    return rows
                await asyncio.sleep(0.05)
    finally:
        await connection.close()


async def test_every_request_of_an_account_is_kept(shop: Shop, dsn: str) -> None:
    made = await shop.post("/v1/customers", {"name": "Ann", "metadata[a]": "1"}, Idempotency_Key="key-1")
    got = await shop.get("/v1/customers?limit=3")
    missing = await shop.get("/v1/customers/cus_unknown")
    refused = await shop.post("/v1/customers", {"foo": "1"})
    first, second, third, fourth = await entries(dsn, shop.account_id, 4)
    assert (first["method"], first["path"], first["status"]) == ("POST", "/v1/customers", 200)
    assert first["id"] == made.headers["request-id"]
    assert first["masked_key"] == f"sk_test_****{shop.key[-4:]}"
    assert first["idempotency_key"] == "key-1"
    assert json.loads(first["parameters"]) == {"name": "Ann", "metadata": {"a": "1"}}
    assert json.loads(first["response"])["id"] == made.json()["id"]
    assert first["livemode"] is False
    assert 0 <= first["duration_ms"] < 5000
    assert first["error_code"] is None
    assert (second["id"], second["status"], second["response"]) == (got.headers["request-id"], 200, None)
    assert json.loads(second["parameters"]) == {"limit": "3"}
    assert (third["id"], third["error_code"]) == (missing.headers["request-id"], "resource_missing")
    assert json.loads(third["response"]) == missing.json()
    assert (fourth["id"], fourth["error_code"]) == (refused.headers["request-id"], "parameter_unknown")


async def test_card_numbers_do_not_reach_the_log_wherever_they_are_written(shop: Shop, dsn: str) -> None:
    spaced = "4242 4242-4242 4242"
    await shop.post("/v1/customers", {"description": f"card {CARD}", f"metadata[{CARD}]": spaced, "name": spaced})
    await shop.get(f"/v1/customers/{CARD}")
    await shop.post("/v1/customers", {}, Idempotency_Key=CARD)
    await shop.post("/v1/customers", {CARD: "1"})
    for row in await entries(dsn, shop.account_id, 4):
        for value in row.values():
            assert CARD not in str(value).replace(" ", "").replace("-", "")


def test_secrets_of_requests_are_left_out() -> None:
    tree = {
        "type": "card",
        "card": {"number": CARD, "cvc": "123", "exp_month": "12"},
        "us_bank_account": {"account_number": "000123456789", "routing_number": "110000000"},
        "sepa_debit": {"iban": "DE89370400440532013000"},
        "client_secret": "pi_1_secret_2",
        "list": [{"number": CARD}, CARD, 4242424242424242, 7, None, True],
        "odd": {"cvc": {"a": "123"}, "cvv": ["123"], "security_code": 123},
    }
    assert redacted_tree(tree) == {
        "type": "card",
        "card": {"number": "****4242", "cvc": "[redacted]", "exp_month": "12"},
        "us_bank_account": {"account_number": "****6789", "routing_number": "110000000"},
        "sepa_debit": {"iban": "****3000"},
        "client_secret": "[redacted]",
        "list": [{"number": "****4242"}, "****4242", "****4242", 7, None, True],
        "odd": {"cvc": "[redacted]", "cvv": "[redacted]", "security_code": "[redacted]"},
    }


def test_secrets_of_responses_are_left_out() -> None:
    body = {"id": "pi_1", "client_secret": 'pi_1_secret_"x', "secret": "whsec_1", "created": 1700000000, "note": CARD}
    kept = json.loads(redacted_json(json.dumps(body)))
    assert kept == body | {"client_secret": "[redacted]", "secret": "[redacted]", "note": "****4242"}


def some_exchange(account_id: str = "acct_1") -> Exchange:
    exchange = Exchange("req_1", "POST", "/v1/customers", {}, 0.0)
    exchange.caller = Caller(account_id, False, "secret", "sk_test_****abcd")
    return exchange


async def test_a_full_queue_drops_and_counts(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_log, "QUEUE_MAX", 2)
    writer = RequestLogWriter(Database(dsn, pool_size=1))
    for _ in range(5):
        writer.note(some_exchange(), Outcome(200, b"{}"))
    assert (writer.waiting, writer.dropped) == (2, 3)


async def test_a_lost_database_costs_entries_and_nothing_else() -> None:
    writer = RequestLogWriter(Database("postgresql://nobody@127.0.0.1:1/none", pool_size=1))
    writer.start()
    writer.note(some_exchange(), Outcome(200, b"{}"))
    await writer.stop()
    assert (writer.waiting, writer.dropped) == (0, 1)


async def test_what_waits_is_written_when_the_server_stops(shop: Shop, dsn: str) -> None:
    async with serving(create_app(settings_for_tests(), dsn)) as url:
        await shop.http.post(url + "/v1/customers", headers=shop._headers({}))
    connection = await asyncpg.connect(dsn)
    count = await connection.fetchval("SELECT count(*) FROM request_logs WHERE account_id = $1", shop.account_id)
    await connection.close()
    assert count == 1


async def test_old_entries_are_forgotten(shop: Shop, dsn: str) -> None:
    await shop.get("/v1/customers")
    await entries(dsn, shop.account_id, 1)
    database = Database(dsn, pool_size=1)
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(
            "UPDATE request_logs SET created_at = $2 WHERE account_id = $1",
            shop.account_id,
            datetime.now(UTC) - timedelta(days=31),
        )
        await shop.get("/v1/customers")
        await entries(dsn, shop.account_id, 2)
        while await prune(database):
            pass
        left = await connection.fetchval("SELECT count(*) FROM request_logs WHERE account_id = $1", shop.account_id)
    finally:
        await connection.close()
        await database.close()
    assert left == 1


@pytest.mark.parametrize("form", ["text", "json"])
async def test_a_line_tells_of_a_request_without_its_secrets(form: Any) -> None:
    stream = io.StringIO()
    access = AccessLog(form, stream)
    exchange = some_exchange()
    exchange.path, exchange.seconds, exchange.key = f"/v1/customers/{CARD}\n", 0.0123, CARD
    access.note(exchange, Outcome(404, b"{}"))
    access.note(some_exchange(), Outcome(200, b"{}"))
    await asyncio.sleep(0.1)
    first, second = stream.getvalue().splitlines()
    assert CARD not in first
    if form == "json":
        entry = json.loads(first)
        assert (entry["status"], entry["request_id"], entry["account"]) == (404, "req_1", "acct_1")
        assert entry["duration_ms"] == 12.3
    else:
        assert "POST '/v1/customers/****4242\\n' 404 12.3ms req_1 sk_test_****abcd" in first
    assert "200" in second
