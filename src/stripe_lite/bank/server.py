"""The simulated bank as a service of its own: the form of the requests that a connector to a real bank serves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse

from stripe_lite.bank.port import (
    Answer,
    Authorization,
    Bank,
    BankUnreachable,
    Capture,
    Increment,
    Inquiry,
    Refund,
    Void,
)
from stripe_lite.bank.simulator import Knobs, open_simulated_bank


def create_bank_app(dsn: str, knobs: Knobs | None = None) -> FastAPI:
    """Make the ASGI application that serves the simulated bank, with its journal in the database at `dsn`."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_simulated_bank(dsn, knobs) as bank:
            app.state.bank = bank
            yield

    app = FastAPI(
        title="stripe_lite bank",
        description="A simulated bank. One ref has one effect: ask again whenever an answer was lost.",
        lifespan=lifespan,
    )
    app.add_api_route("/authorize", _authorize, methods=["POST"], name="authorize")
    app.add_api_route("/increment", _increment, methods=["POST"], name="increment")
    app.add_api_route("/capture", _capture, methods=["POST"], name="capture")
    app.add_api_route("/void", _void, methods=["POST"], name="void")
    app.add_api_route("/refund", _refund, methods=["POST"], name="refund")
    app.add_api_route("/inquire", _inquire, methods=["POST"], name="inquire")
    app.add_api_route("/healthz", _healthz, methods=["GET"], name="healthz")
    app.add_exception_handler(BankUnreachable, _unreachable)
    return app


async def _bank(request: Request) -> Bank:
    bank: Bank = request.app.state.bank
    return bank


Asked = Annotated[Bank, Depends(_bank)]


async def _authorize(bank: Asked, question: Authorization) -> Answer:
    """Take or reserve an amount, or verify a payment method with an amount of 0."""
    return await bank.authorize(question)


async def _increment(bank: Asked, question: Increment) -> Answer:
    """Reserve more on an open authorization."""
    return await bank.increment(question)


async def _capture(bank: Asked, question: Capture) -> Answer:
    """Take what was reserved, or part of it."""
    return await bank.capture(question)


async def _void(bank: Asked, question: Void) -> Answer:
    """Release what was reserved, or stop what is pending."""
    return await bank.void(question)


async def _refund(bank: Asked, question: Refund) -> Answer:
    """Give back what was taken, or part of it."""
    return await bank.refund(question)


async def _inquire(bank: Asked, question: Inquiry) -> Answer:
    """Tell what became of the operation with this ref."""
    return await bank.inquire(question)


async def _healthz() -> dict[str, str]:
    """Tell that the process serves."""
    return {"status": "ok"}


async def _unreachable(request: Request, error: Exception) -> JSONResponse:
    """Say that the effect is unknown, without telling why to the outside."""
    return JSONResponse({"error": "The bank cannot answer now; ask again with the same ref."}, status_code=503)
