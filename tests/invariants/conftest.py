"""A database with a little of everything in it, and copies of it to spoil."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, TypeAlias

import asyncpg
import httpx
import pytest_asyncio
from stripe import CardError, HTTPXClient, StripeClient

from stripe_lite.app import create_app
from stripe_lite.audit.verify import State, verify
from stripe_lite.audit.views import CREATE_VIEWS, PROTECT
from stripe_lite.db.session import Database
from stripe_lite.http.keys import sandbox_account_id
from stripe_lite.registry import METADATA
from tests.conftest import serving, settings_for_tests
from tests.shop import new_key
from tests.webhooks.receivers import http_receiver

SAMPLE = "stripe_lite_sample"
PAID = {
    "amount": 2000,
    "currency": "usd",
    "payment_method": "pm_card_visa",
    "confirm": True,
    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
}

BY_TRANSFER = {
    "amount": 200,
    "currency": "eur",
    "payment_method_types": ["customer_balance"],
    "payment_method_data": {"type": "customer_balance"},
    "payment_method_options": {
        "customer_balance": {
            "funding_type": "bank_transfer",
            "bank_transfer": {"type": "eu_bank_transfer", "eu_bank_transfer": {"country": "DE"}},
        }
    },
    "confirm": True,
}

DEBIT = {
    "amount": 800,
    "currency": "eur",
    "payment_method_types": ["sepa_debit"],
    "mandate_data": {"customer_acceptance": {"type": "offline"}},
    "confirm": True,
}

UNDELIVERED = "SELECT EXISTS (SELECT FROM deliveries WHERE status = 'pending')"

Spoil: TypeAlias = Callable[[str], Awaitable[dict[str, list[dict[str, object]]]]]


@pytest_asyncio.fixture(scope="session")
async def sample(postgres: str, sdk_transport: HTTPXClient) -> str:
    """The address of a database in which some payments were made; nobody is connected to it any more."""
    await _run(postgres, f"DROP DATABASE IF EXISTS {SAMPLE}", f"CREATE DATABASE {SAMPLE}")
    dsn = _named(postgres, SAMPLE)
    database = Database(dsn, pool_size=1)
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
        for statement in (*CREATE_VIEWS, *PROTECT):
            await connection.exec_driver_sql(statement)
    await database.close()
    async with http_receiver() as receiver, serving(create_app(settings_for_tests(), dsn)) as url:
        key = new_key()
        client = StripeClient(key, base_addresses={"api": url}, http_client=sdk_transport)
        v1: Any = client.v1
        await v1.webhook_endpoints.create_async({"url": receiver.url, "enabled_events": ["*"]})
        customer = await v1.customers.create_async({"name": "Zoë"})
        pay = v1.payment_intents
        await pay.create_async({**PAID, "customer": customer.id})
        held = await pay.create_async({**PAID, "capture_method": "manual"})
        await pay.capture_async(held.id, {"amount_to_capture": 1500})
        await v1.test_helpers.customers.fund_cash_balance_async(customer.id, {"amount": 300, "currency": "eur"})
        transferred = BY_TRANSFER | {"customer": customer.id}
        paid = await pay.create_async(transferred)
        kept = await v1.refunds.create_async({"payment_intent": paid.id, "amount": 50, "instructions_email": "a@b.cd"})
        async with httpx.AsyncClient() as http:
            await http.post(kept.description.split(" ")[3], json={"outcome": "keep"})
        await pay.create_async(transferred | {"amount": 900})
        refund = {"origin": "customer_balance", "customer": customer.id, "amount": 40, "currency": "gbp"}
        await v1.test_helpers.customers.fund_cash_balance_async(customer.id, {"amount": 100, "currency": "gbp"})
        await v1.refunds.create_async(refund | {"instructions_email": "zoe@example.com"})
        await pay.cancel_async((await pay.create_async({"amount": 700, "currency": "eur"})).id)
        failed = await pay.create_async(DEBIT | {"payment_method": "pm_insufficientFunds_de"})
        pending = await pay.create_async(DEBIT | {"payment_method": "pm_successDelayed_de"})
        await v1.refunds.create_async({"payment_intent": pending.id, "amount": 300})
        await until(partial(pay.retrieve_async, failed.id), lambda intent: intent.status == "requires_payment_method")
        await move_money(v1, key)
        await save(v1)
        await _delivered(dsn)
    # Nobody does what is due later: it must not look overdue while the tests run.
    await _run(dsn, "UPDATE jobs SET run_at = run_at + interval '1 day', lease_until = NULL")
    return dsn


async def move_money(v1: Any, key: str) -> None:
    """Lose a dispute and leave one open, pay out and take a payout back, top up."""
    intents = v1.payment_intents
    for amount in (3100, 3200):
        await intents.create_async(PAID | {"amount": amount, "payment_method": "pm_card_createDispute"})
    disputes = await until(partial(v1.disputes.list_async, {"limit": 2}), lambda listed: len(listed.data) == 2)
    await v1.disputes.close_async(disputes.data[0].id)
    await intents.create_async(PAID | {"amount": 20000, "payment_method": "pm_card_bypassPending"})
    account = sandbox_account_id(key)
    await v1.accounts.external_accounts.create_async(account, {"external_account": "btok_us_verified"})
    paid = await v1.payouts.create_async({"amount": 500, "currency": "usd"})
    canceled = await v1.payouts.create_async({"amount": 600, "currency": "usd"})
    await v1.payouts.cancel_async(canceled.id)
    topup = await v1.topups.create_async({"amount": 700, "currency": "usd"})
    await until(partial(v1.payouts.retrieve_async, paid.id), lambda payout: payout.status == "paid")
    await until(partial(v1.topups.retrieve_async, topup.id), lambda topup: topup.status == "succeeded")


async def save(v1: Any) -> None:
    """Set a debit up, and pay under its mandate; set a card up that is declined."""
    customer = await v1.customers.create_async({"name": "Ada"})
    setup = await v1.setup_intents.create_async(
        {
            "customer": customer.id,
            "payment_method_types": ["sepa_debit"],
            "payment_method": "pm_success_de",
            "mandate_data": {"customer_acceptance": {"type": "offline"}},
            "confirm": True,
        }
    )
    await v1.payment_intents.create_async(
        DEBIT
        | {"customer": customer.id, "payment_method": setup.payment_method, "off_session": True}
        | {"mandate_data": None, "mandate": setup.mandate}
    )
    with suppress(CardError):
        await v1.setup_intents.create_async(
            {"payment_method": "pm_card_visa_chargeDeclined", "payment_method_types": ["card"], "confirm": True}
        )


async def until(look: Callable[[], Awaitable[Any]], done: Callable[[Any], bool]) -> Any:
    """What a look shows once it is as it should be."""
    async with asyncio.timeout(30):
        while not done(found := await look()):  # noqa: ASYNC110 - a server is polled
            await asyncio.sleep(0.05)
    return found


@pytest_asyncio.fixture
async def spoil(sample: str, postgres: str) -> AsyncIterator[Spoil]:
    """Run SQL in a fresh copy of the sample, and tell what each broken invariant complains about."""
    numbers = itertools.count()

    async def spoiled(sql: str) -> dict[str, list[dict[str, object]]]:
        async with copy_of_sample(postgres, f"stripe_lite_spoiled_{next(numbers)}") as dsn:
            await _run(dsn, *filter(None, (sql,)))
            findings = await verify(dsn, quiet=True)
            return {each.check.name: list(each.rows) for each in findings if each.state is State.BROKEN}

    yield spoiled


@asynccontextmanager
async def copy_of_sample(postgres: str, name: str) -> AsyncIterator[str]:
    """A copy of the sample, for as long as the block runs."""
    await _run(postgres, f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name} TEMPLATE {SAMPLE}")
    try:
        yield _named(postgres, name)
    finally:
        await _run(postgres, f"DROP DATABASE {name} WITH (FORCE)")


async def _delivered(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    async with asyncio.timeout(60):
        while await connection.fetchval(UNDELIVERED):  # noqa: ASYNC110 - a database is polled
            await asyncio.sleep(0.02)
    await connection.close()


async def _run(dsn: str, *statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _named(dsn: str, name: str) -> str:
    before, _, options = dsn.partition("?")
    return f"{before.rpartition('/')[0]}/{name}?{options}"
