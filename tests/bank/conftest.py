"""Two banks that must behave alike: the simulator itself, and the simulator behind HTTP."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import Table
from sqlalchemy.ext.asyncio import create_async_engine

from stripe_lite.bank.http_bank import HttpBank
from stripe_lite.bank.model import BankOp
from stripe_lite.bank.port import Bank
from stripe_lite.bank.server import create_bank_app
from stripe_lite.bank.simulator import Knobs, open_simulated_bank
from stripe_lite.db.session import engine_url

from .asking import SETTLEMENT_SECONDS, Merchant

KNOBS = Knobs(settlement_seconds=SETTLEMENT_SECONDS)


@pytest_asyncio.fixture(scope="session")
async def books(postgres: str) -> str:
    """A database that has the bank's table."""
    table = BankOp.__table__
    assert isinstance(table, Table)
    engine = create_async_engine(engine_url(postgres))
    async with engine.begin() as connection:
        await connection.run_sync(table.create, checkfirst=True)
    await engine.dispose()
    return postgres


@pytest_asyncio.fixture(scope="session", params=["simulated", "http"])
async def bank(books: str, request: pytest.FixtureRequest) -> AsyncIterator[Bank]:
    """The bank under test, once in the process and once over HTTP."""
    if request.param == "simulated":
        async with open_simulated_bank(books, KNOBS) as simulated:
            yield simulated
        return
    app = create_bank_app(books, KNOBS)
    async with (
        app.router.lifespan_context(app),
        HttpBank("http://bank.test", transport=httpx.ASGITransport(app)) as remote,
    ):
        yield remote


@pytest.fixture
def merchant(bank: Bank) -> Merchant:
    """Someone with a fresh account who asks the bank."""
    return Merchant(bank)
