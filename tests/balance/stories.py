"""What stories about payouts begin with, and how their time passes."""

import json
from typing import Any

import asyncpg

from tests.shop import Shop

PAID: dict[str, Any] = {
    "currency": "usd",
    "payment_method": "pm_card_bypassPending",
    "payment_method_types": ["card"],
    "confirm": True,
}

DUE = "UPDATE jobs SET run_at = now(), version = version + 1 WHERE account_id = $1 AND kind = $2"
NOT_YET = """
UPDATE jobs SET run_at = now() + interval '1 hour', version = version + 1 WHERE account_id = $1 AND kind = $2
"""
SCHEDULED = """
UPDATE jobs SET run_at = now(), payload = $2::jsonb, version = version + 1
WHERE account_id = $1 AND kind = 'automatic_payouts'
"""
ADD = """
INSERT INTO jobs (account_id, id, livemode, kind, created_at, run_at, attempts, payload, version)
VALUES ($1, $2, false, $3, now(), now(), 0, $4::jsonb, 1)
"""
BOOKS = """
SELECT book, sum(amount)::bigint AS amount FROM ledger_entries WHERE account_id = $1 AND currency = $2 GROUP BY book
"""


async def bank_account(shop: Shop, token: str | dict[str, Any] = "btok_us_verified", **more: Any) -> Any:
    """A bank account or debit card that the shop is paid out to."""
    return await shop.v1.accounts.external_accounts.create_async(shop.account_id, {"external_account": token} | more)


async def earn(shop: Shop, amount: int, **more: Any) -> None:
    """Be paid so much after fees of 2.9 % and 30 cents, available at once."""
    gross = amount + 30
    while gross - round(gross * 0.029) - 30 < amount:
        gross += 1
    await shop.v1.payment_intents.create_async(PAID | {"amount": gross} | more)


async def available(shop: Shop, currency: str = "usd") -> int:
    """What may be paid out in a currency."""
    balance = await shop.v1.balance.retrieve_async()
    return sum(part.amount for part in balance.available if part.currency == currency)


async def execute(dsn: str, sql: str, *arguments: Any) -> list[Any]:
    """Run a statement on the database that the servers use."""
    connection = await asyncpg.connect(dsn)
    try:
        return list(await connection.fetch(sql, *arguments))
    finally:
        await connection.close()


async def due(dsn: str, shop: Shop, kind: str) -> None:
    """Let everything of this kind that the shop waits for be due now."""
    await execute(dsn, DUE, shop.account_id, kind)


async def not_yet(dsn: str, shop: Shop, kind: str) -> None:
    """Let everything of this kind that the shop waits for be due later."""
    await execute(dsn, NOT_YET, shop.account_id, kind)


async def day_begins(dsn: str, shop: Shop, day: str) -> None:
    """Let a day begin on which automatic payouts are made, or not."""
    await execute(dsn, SCHEDULED, shop.account_id, json.dumps({"day": day}))


async def bank_says(dsn: str, shop: Shop, kind: str, **payload: str | bool) -> None:
    """Let the bank do what no test number stands for: send back what it had paid."""
    await execute(dsn, ADD, shop.account_id, f"job_{kind}_from_the_bank", kind, json.dumps(payload))


async def books(dsn: str, shop: Shop, currency: str = "usd") -> dict[str, int]:
    """What the ledger's books hold, as far as they hold something."""
    rows = await execute(dsn, BOOKS, shop.account_id, currency)
    assert sum(row["amount"] for row in rows) == 0
    return {row["book"]: row["amount"] for row in rows if row["amount"]}
