"""Two servers over one database: one winner of each race, the same answers everywhere, each webhook once."""

import asyncio
import json
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest_asyncio

from tests.crash.conftest import NewDatabase
from tests.crash.load import BY_CARD, HELD, PAID, Merchant, everything_arrived, nothing_is_wrong, one_effect_each, quiet
from tests.crash.servers import Server, started
from tests.webhooks.receivers import http_receiver

RACERS = 32


@dataclass(slots=True)
class Pair:
    """Two servers and their database."""

    dsn: str
    urls: tuple[str, str]
    http: httpx.AsyncClient

    def merchant(self) -> Merchant:
        """A new account."""
        return Merchant(self.http, self.urls[0])


@pytest_asyncio.fixture(scope="module")
async def pair(new_database: NewDatabase, patient: httpx.AsyncClient) -> AsyncIterator[Pair]:
    """Two running servers."""
    dsn = await new_database()
    async with started(Server(dsn)) as one, started(Server(dsn)) as other:
        yield Pair(dsn, (one.url, other.url), patient)


async def _race(
    pair: Pair, merchant: Merchant, path: str, form: dict[str, str], key: str | None
) -> list[httpx.Response]:
    await merchant.send("/v1/customers", {}, None)  # Opens the account and connections before the start.
    return await asyncio.gather(
        *(merchant.send(path, form, key, url=pair.urls[number % 2]) for number in range(RACERS))
    )


async def test_one_of_32_racers_on_a_key_has_the_effect(pair: Pair) -> None:
    merchant = pair.merchant()
    responses = await _race(pair, merchant, "/v1/payment_intents", PAID, "the-key")
    statuses = Counter(response.status_code for response in responses)
    assert set(statuses) <= {200, 409}
    for response in responses:
        if response.status_code == 409:
            assert response.json()["error"]["code"] == "idempotency_key_in_use"
            assert response.headers["Stripe-Should-Retry"] == "true"
    won = [response for response in responses if response.status_code == 200]
    assert sum("Idempotent-Replayed" not in response.headers for response in won) == 1
    assert len({response.content for response in won}) == 1
    for url in pair.urls:
        replay = await merchant.send("/v1/payment_intents", PAID, "the-key", url=url)
        assert (replay.content, replay.headers["Idempotent-Replayed"]) == (won[0].content, "true")
        assert replay.headers["Original-Request"] != replay.headers["Request-Id"]
    listed = await pair.http.get(
        f"{pair.urls[1]}/v1/payment_intents", headers={"Authorization": f"Bearer {merchant.key}"}
    )
    assert len(listed.json()["data"]) == 1


async def test_one_of_32_racers_wins_an_intent(pair: Pair) -> None:
    merchant = pair.merchant()
    intent = (await merchant.post("/v1/payment_intents", HELD)).object["id"]
    for path in (f"/v1/payment_intents/{intent}/capture", f"/v1/payment_intents/{intent}/cancel"):
        responses = await _race(pair, merchant, path, {}, None)
        statuses = Counter(response.status_code for response in responses)
        assert statuses[200] == (1 if path.endswith("capture") else 0), statuses
        assert set(statuses) <= {200, 400, 409, 429}, statuses
    open_one = (await merchant.post("/v1/payment_intents", BY_CARD)).object["id"]
    statuses = Counter(
        response.status_code
        for response in await _race(pair, merchant, f"/v1/payment_intents/{open_one}/confirm", {}, None)
    )
    assert statuses[200] == 1, statuses
    assert set(statuses) <= {200, 400, 409, 429}, statuses


async def test_refunds_that_race_never_exceed_what_was_taken(pair: Pair) -> None:
    merchant = pair.merchant()
    intent = (await merchant.post("/v1/payment_intents", PAID)).object["id"]
    responses = await _race(pair, merchant, "/v1/refunds", {"payment_intent": intent, "amount": "300"}, None)
    statuses = Counter(response.status_code for response in responses)
    assert 1 <= statuses[200] <= 6, statuses
    assert set(statuses) <= {200, 400, 409, 429}, statuses


async def test_what_one_server_wrote_the_other_reads(pair: Pair) -> None:
    merchant = pair.merchant()
    for number in range(20):
        written, read = pair.urls[number % 2], pair.urls[1 - number % 2]
        intent = await merchant.post("/v1/payment_intents", PAID, url=written)
        found = await pair.http.get(
            f"{read}/v1/payment_intents/{intent.object['id']}", headers={"Authorization": f"Bearer {merchant.key}"}
        )
        assert found.json() == intent.object
    await merchant.replays(url=pair.urls[1])


async def test_each_webhook_is_sent_once(new_database: NewDatabase, pair: Pair) -> None:
    merchant = pair.merchant()
    async with http_receiver() as receiver:
        await merchant.subscribe(receiver)
        await asyncio.gather(*(merchant.post("/v1/payment_intents", PAID, url=pair.urls[n % 2]) for n in range(20)))
        await quiet(pair.dsn)
        times = Counter(json.loads(hit.body)["id"] for hit in receiver.hits)
    assert len(times) == 80  # Created, charged, paid, and the capture that was told later.
    assert set(times.values()) == {1}


async def test_afterwards_every_invariant_holds(pair: Pair) -> None:
    await quiet(pair.dsn)
    await nothing_is_wrong(pair.dsn)


async def test_a_worker_apart_sends_the_webhooks(database: str, patient: httpx.AsyncClient) -> None:
    async with started(Server(database), DELIVERY="apart") as server, http_receiver() as receiver:
        merchant = Merchant(patient, server.url)
        await merchant.subscribe(receiver)
        await merchant.trade(1)
        await asyncio.sleep(0.3)
        assert not receiver.hits
        async with started(Server(database), "worker") as worker:
            await quiet(database)
            began = time.monotonic()
            assert await worker.end(signal.SIGTERM) == 0
            assert time.monotonic() - began < 10
        await everything_arrived(database, receiver)
        await one_effect_each(database, [merchant])
        await nothing_is_wrong(database)


async def test_what_one_server_remembers_is_never_taken_for_what_is(pair: Pair) -> None:
    """A server remembers the intents that it has just written; the other one changes them before it goes on."""
    merchant = pair.merchant()
    here, there = pair.urls
    unpaid = {"amount": "2000", "currency": "usd", "payment_method_types[]": "card", "description": "one"}

    async def ask(url: str, path: str, form: dict[str, str]) -> httpx.Response:
        return await merchant.send(path, form, None, url=url)

    async def created() -> str:
        return f"/v1/payment_intents/{(await ask(here, '/v1/payment_intents', unpaid)).json()['id']}"

    paying = {"payment_method": "pm_card_visa"}
    for _ in range(5):
        intent = await created()
        assert (await ask(there, intent, {"amount": "3000"})).json()["amount"] == 3000
        paid = (await ask(here, f"{intent}/confirm", paying)).json()
        assert (paid["status"], paid["amount_received"]) == ("succeeded", 3000)

        intent = await created()
        assert (await ask(there, f"{intent}/cancel", {})).json()["status"] == "canceled"
        refused = await ask(here, f"{intent}/confirm", paying)
        assert (refused.status_code, refused.json()["error"]["payment_intent"]["status"]) == (400, "canceled")

        intent = await created()
        assert (await ask(there, f"{intent}/confirm", paying)).json()["status"] == "succeeded"
        refused = await ask(here, f"{intent}/cancel", {})
        assert (refused.status_code, refused.json()["error"]["payment_intent"]["status"]) == (400, "succeeded")

        # What would change nothing of the remembered intent changes the one that is there.
        intent = await created()
        assert (await ask(there, intent, {"description": "two"})).json()["description"] == "two"
        assert (await ask(here, intent, {"description": "one"})).json()["description"] == "one"
        shown = await pair.http.get(f"{there}{intent}", headers={"Authorization": f"Bearer {merchant.key}"})
        assert shown.json()["description"] == "one"
