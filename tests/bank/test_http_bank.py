"""How the HTTP client reads silence, refusals and nonsense."""

import httpx
import pytest

from stripe_lite.bank.http_bank import HttpBank
from stripe_lite.bank.port import BankRefused, BankUnreachable
from stripe_lite.bank.server import create_bank_app

from .asking import Merchant

ANSWER = {"ref": "ch_1", "kind": "authorize", "result": "approved", "amount": 1000, "currency": "usd"}


def merchant_of(response: httpx.Response | Exception) -> Merchant:
    def answer(request: httpx.Request) -> httpx.Response:
        if isinstance(response, Exception):
            raise response
        return response

    return Merchant(HttpBank("http://bank.test/v1/", transport=httpx.MockTransport(answer)))


async def test_an_answer_is_read() -> None:
    assert (await merchant_of(httpx.Response(200, json=ANSWER)).pay(ref="ch_1")).result == "approved"


async def test_verbs_are_asked_below_the_given_url() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.method} {request.url}")
        return httpx.Response(200, json=ANSWER)

    await Merchant(HttpBank("http://bank.test/v1", transport=httpx.MockTransport(answer))).pay(ref="ch_1")
    assert asked == ["POST http://bank.test/v1/authorize"]


@pytest.mark.parametrize(
    "response",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("late"),
        httpx.RemoteProtocolError("cut"),
        httpx.Response(500),
        httpx.Response(503, json={"error": "later"}),
        httpx.Response(302, headers={"Location": "http://elsewhere.test"}),
        httpx.Response(408),
        httpx.Response(429),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, json={"ref": "ch_1", "kind": "authorize", "result": "maybe"}),
        httpx.Response(200, json=ANSWER | {"ref": "ch_another"}),
    ],
    ids=str,
)
async def test_whatever_is_no_answer_leaves_the_effect_unknown(response: httpx.Response | Exception) -> None:
    with pytest.raises(BankUnreachable):
        await merchant_of(response).pay(ref="ch_1")


@pytest.mark.parametrize("status", [400, 401, 404, 422])
async def test_a_question_that_is_not_understood_is_not_asked_again(status: int) -> None:
    with pytest.raises(BankRefused):
        await merchant_of(httpx.Response(status, text="no")).pay(ref="ch_1")


async def test_the_server_refuses_what_is_no_question(books: str) -> None:
    app = create_bank_app(books)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bank.test") as client,
    ):
        wrong = await client.post("/authorize", json={"ref": "ch_1", "amount": "ten"})
        assert wrong.status_code == 422
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        described = (await client.get("/openapi.json")).json()
    verbs = {"authorize", "increment", "capture", "void", "refund", "inquire"}
    assert {f"/{verb}" for verb in verbs} <= set(described["paths"])
    for verb in verbs:
        assert described["paths"][f"/{verb}"]["post"]["description"]
    told = described["components"]["schemas"]["Authorization"]["properties"]
    assert all("description" in fact for fact in told.values())
