"""A second server, whose bank takes an hour for everything: what is on its way stays there until a test says so."""

from collections.abc import AsyncIterator

import pytest_asyncio
from stripe import HTTPXClient, StripeClient

from stripe_lite.app import StripeLite
from stripe_lite.workers.loop import Worker
from tests.conftest import serving, settings_for_tests
from tests.shop import Shop
from tests.watch import Watch


class OnlyServing(StripeLite):
    """A server that leaves the background work to others: what it begins is due in an hour, for all of them."""

    def _workers(self, *, deliver: bool) -> list[Worker]:
        return []


@pytest_asyncio.fixture(scope="session")
async def slow_bank(dsn: str, server: tuple[str, Watch]) -> AsyncIterator[str]:
    """The address of a server with a slow bank. What it answers is looked at as the other one's answers are."""
    _, shared = server
    watch = Watch(OnlyServing(settings_for_tests(settlement_delay=3600), dsn))
    watch.answered, watch.complaints = shared.answered, shared.complaints
    async with serving(watch) as url:
        yield url


@pytest_asyncio.fixture
async def merchant(shop: Shop, slow_bank: str, sdk_transport: HTTPXClient) -> Shop:
    """A shop that talks to the server with the slow bank."""
    client = StripeClient(shop.key, base_addresses={"api": slow_bank}, http_client=sdk_transport, max_network_retries=0)
    return Shop(shop.key, client, shop.http, slow_bank)
