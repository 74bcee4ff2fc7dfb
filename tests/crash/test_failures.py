"""One thing goes wrong in a server that lives on: an exception, a delay, a bank that is slow or does not understand."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest

from stripe_lite.app import create_app
from stripe_lite.bank.port import Answer, Authorization, BankRefused
from stripe_lite.bank.simulator import SimulatedBank
from stripe_lite.core import failpoints
from stripe_lite.http import phases, questions
from tests.conftest import serving, settings_for_tests
from tests.crash.load import HELD, PAID, Merchant, nothing_is_wrong, one_effect_each, quiet


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Waits that are there to be generous are not waited for here."""
    monkeypatch.setattr(questions, "ORPHAN_AFTER_SECONDS", 0.3)
    monkeypatch.setattr(phases, "ASK_AGAIN_SECONDS", 0.1)
    yield
    failpoints.configure(None)


@asynccontextmanager
async def _merchant(
    dsn: str, http: httpx.AsyncClient, failpoint: str = "", **settings: object
) -> AsyncIterator[Merchant]:
    app = create_app(settings_for_tests(log_level="error", **settings), dsn)
    async with serving(app) as url:
        merchant = Merchant(http, url)
        await merchant.send("/v1/customers", {}, None)
        failpoints.configure(failpoint)
        yield merchant
        await quiet(dsn)
        await nothing_is_wrong(dsn)


@pytest.mark.parametrize(
    ("point", "told"),
    [("key_claimed", 500), ("before_commit", 500), ("after_commit", 200), ("before_bank", 500), ("after_bank", 500)],
)
async def test_an_exception_on_the_way_is_never_called_a_failure(
    database: str, patient: httpx.AsyncClient, point: str, told: int
) -> None:
    async with _merchant(database, patient, f"{point}:1:raise") as merchant:
        first = await merchant.send("/v1/payment_intents", PAID, "the-key")
        assert first.status_code == told
        if point.endswith("_bank"):
            assert first.headers["Stripe-Should-Retry"] == "true"
        async with asyncio.timeout(30):
            while (again := await merchant.send("/v1/payment_intents", PAID, "the-key")).status_code == 409:  # noqa: ASYNC110 - a server is polled
                await asyncio.sleep(0.02)
        assert (again.status_code, again.json()["status"]) == (200, "succeeded")
        final = await merchant.send("/v1/payment_intents", PAID, "the-key")
        assert (final.content, final.headers["Idempotent-Replayed"]) == (again.content, "true")
        listed = await patient.get(
            f"{merchant.url}/v1/payment_intents", headers={"Authorization": f"Bearer {merchant.key}"}
        )
        assert [each["id"] for each in listed.json()["data"]] == [final.json()["id"]]


async def test_without_a_key_nobody_is_told_to_try_an_unknown_outcome_again(
    database: str, patient: httpx.AsyncClient
) -> None:
    async with _merchant(database, patient, "after_bank:1:raise") as merchant:
        first = await merchant.send("/v1/payment_intents", PAID, None)
        assert (first.status_code, first.headers["Stripe-Should-Retry"]) == (500, "false")
        assert "not known yet" in first.json()["error"]["message"]


@pytest.mark.parametrize("point", ["key_claimed", "before_commit", "before_bank"])
async def test_a_key_in_use_is_refused_at_once(database: str, patient: httpx.AsyncClient, point: str) -> None:
    async with _merchant(database, patient, f"{point}:1:delay") as merchant:
        first = asyncio.create_task(merchant.send("/v1/payment_intents", HELD, "the-key"))
        await asyncio.sleep(0.2)
        second = await merchant.send("/v1/payment_intents", HELD, "the-key")
        if second.status_code == 409:
            assert not first.done()  # The second does not wait for it.
            assert second.headers["Stripe-Should-Retry"] == "true"
        answer = await first
        assert (answer.status_code, answer.json()["status"]) == (200, "requires_capture")
        if second.status_code == 200:  # The bank worker was faster than the delayed request.
            assert point == "before_bank"
            assert second.content == answer.content


async def test_a_slow_bank_is_not_waited_for(database: str, patient: httpx.AsyncClient) -> None:
    async with _merchant(database, patient, bank_latency=0.6, bank_wait=0.1) as merchant:
        answer = await merchant.post("/v1/payment_intents", PAID)
        assert (answer.status, answer.object["status"]) == (200, "processing")
        await quiet(database)
        found = await patient.get(
            f"{merchant.url}/v1/payment_intents/{answer.object['id']}",
            headers={"Authorization": f"Bearer {merchant.key}"},
        )
        assert found.json()["status"] == "succeeded"
        await merchant.replays()
        await one_effect_each(database, [merchant])


async def test_a_bank_that_does_not_understand_has_declined(
    database: str, patient: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(bank: SimulatedBank, question: Authorization) -> Answer:
        raise BankRefused("what?")

    async with _merchant(database, patient) as merchant:
        monkeypatch.setattr(SimulatedBank, "authorize", refuse)
        answer = await merchant.post("/v1/payment_intents", PAID)
        assert (answer.status, answer.object["error"]["code"]) == (402, "processing_error")
        await merchant.replays()
