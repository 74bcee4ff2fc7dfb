"""The ledger of one account as a table: what every book holds, and the postings that came last."""

import asyncpg
from rich.console import Console
from rich.table import Table

from stripe_lite.core import money
from stripe_lite.core.errors import ResourceMissing
from stripe_lite.db.session import Driver

POSTINGS_SHOWN = 20

KNOWN = "SELECT EXISTS (SELECT FROM accounts WHERE id = $1)"
BOOKS = """
SELECT ledger_account AS book, currency, sum(amount)::bigint AS amount FROM audit.ledger_entries
WHERE account = $1 AND livemode = $2 GROUP BY 1, 2 HAVING sum(amount) <> 0 ORDER BY 2, 1
"""
ENTRIES = """
SELECT posting_id, reason, book, currency, amount FROM ledger_entries
WHERE account_id = $1 AND livemode = $2 ORDER BY id DESC LIMIT $3
"""


async def show(dsn: str, account_id: str, console: Console, *, livemode: bool = False) -> None:
    """Print an account's books, and its newest entries; raises ResourceMissing where there is no such account."""
    connection: Driver = await asyncpg.connect(dsn)
    try:
        if not await connection.fetchval(KNOWN, account_id):
            raise ResourceMissing("account", account_id)
        books = await connection.fetch(BOOKS, account_id, livemode)
        entries = await connection.fetch(ENTRIES, account_id, livemode, POSTINGS_SHOWN)
    finally:
        await connection.close()
    console.print(_books(books))
    console.print(_entries(entries[::-1]))


def _books(rows: list[asyncpg.Record]) -> Table:
    table = Table("Book", "Holds", box=None, pad_edge=False)
    for row in rows:
        table.add_row(row["book"], money.display_clearly(row["amount"], row["currency"]))
    sums = {currency: 0 for currency in sorted({row["currency"] for row in rows})}
    for row in rows:
        sums[row["currency"]] += row["amount"]
    for currency, amount in sums.items():
        table.add_row("together", money.display_clearly(amount, currency))
    return table


def _entries(rows: list[asyncpg.Record]) -> Table:
    table = Table("Posting", "Reason", "Book", "Amount", box=None, pad_edge=False)
    for row in rows:
        table.add_row(
            row["posting_id"], row["reason"], row["book"], money.display_clearly(row["amount"], row["currency"])
        )
    return table
