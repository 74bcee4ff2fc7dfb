"""What a search clause means for rows, on a real PostgreSQL."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, MetaData, Table, Text, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import CreateTable

from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.search import Kind
from stripe_lite.db import queries
from stripe_lite.db.search import Field, Searchable, condition
from stripe_lite.db.session import Database, Driver

SHELF = Table(
    "shelf",
    MetaData(),
    Column("id", Integer),
    Column("name", Text),
    Column("currency", Text),
    Column("amount", BigInteger),
    Column("active", Boolean),
    Column("created_at", DateTime(timezone=True)),
    Column("metadata", JSONB),
    Column("details", JSONB),
    prefixes=["TEMPORARY"],
)
THINGS = Searchable(
    "things",
    {
        "name": Field(Kind.STRING, SHELF.c.name),
        "currency": Field(Kind.TOKEN, SHELF.c.currency),
        "amount": Field(Kind.NUMERIC, SHELF.c.amount),
        "active": Field(Kind.BOOLEAN, SHELF.c.active),
        "created": Field(Kind.TIME, SHELF.c.created_at),
        "card.exp_year": Field(Kind.TOKEN, SHELF.c.details["exp_year"].astext),
    },
    SHELF.c.metadata,
)


def at(second: int, microsecond: int = 0) -> datetime:
    return datetime(2024, 1, 1, 0, 0, second, microsecond, tzinfo=UTC)


UNIX = int(at(0).timestamp())
ROWS: list[dict[str, object]] = [
    {"id": 1, "name": "One Two Three", "currency": "usd", "amount": 500, "active": True, "created_at": at(1, 999_999),
     "metadata": {"Key": "Value", "n": "7"}, "details": {"exp_year": 2030}},
    {"id": 2, "name": "one two three four", "currency": "eur", "amount": 1000, "active": False, "created_at": at(2),
     "metadata": {"Key": "other"}, "details": {}},
    {"id": 3, "name": "amy@rocketrides.io", "currency": "usd", "amount": 1500, "active": True, "created_at": at(3),
     "metadata": {}, "details": {"exp_year": 2031}},
    {"id": 4, "name": None, "currency": "jpy", "amount": None, "active": None, "created_at": at(4),
     "metadata": {"Key": None}, "details": {}},
    {"id": 5, "name": r"100%_\ sure, (one) two. Three", "currency": "jpy", "amount": 2, "active": True,
     "created_at": at(5), "metadata": {}, "details": {}},
]  # fmt: skip


@pytest.fixture
async def shelf(postgres: str) -> AsyncIterator[Driver]:
    database = Database(postgres, pool_size=1)
    async with database.connection() as connection:
        await connection.execute(str(CreateTable(SHELF).compile(dialect=queries.DIALECT)))
        for row in ROWS:
            sql, arguments = queries.compiled(insert(SHELF).values(**row))
            await connection.execute(sql, *arguments)
        yield connection
    await database.close()


CASES = [
    ("name:'one two three'", [1, 2]),
    ("name:'ONE  TWO'", [1, 2]),
    ("name:'two one'", []),
    ("name:'one'", [1, 2, 5]),
    ("name:'thre'", []),
    ("name:'amy@rocketrides.io'", [3]),
    ("name:'amy'", []),
    ("name~'AMY'", [3]),
    ("name~'0%_'", [5]),
    (r"name~'_\\ s'", [5]),
    ("name~'0__'", []),
    ("name:'(one)'", [5]),
    ("name:'.*'", []),
    ("name:null", [4]),
    ("-name:null", [1, 2, 3, 5]),
    ("-name:'one'", [3, 4]),
    ("currency:'USD'", [1, 3]),
    ("-currency:'usd'", [2, 4, 5]),
    ("amount>500", [2, 3]),
    ("amount>=500", [1, 2, 3]),
    ("amount<1000", [1, 5]),
    ("amount<='1000'", [1, 2, 5]),
    ("amount:1500", [3]),
    ("amount>2.5", [1, 2, 3]),
    ("amount:1500.5", []),
    ("-amount>500", [1, 4, 5]),
    ("amount:null", [4]),
    ("active:'true'", [1, 3, 5]),
    ("active:'FALSE'", [2]),
    ("active:null", [4]),
    ("-active:'true'", [2, 4]),
    ("-active:null", [1, 2, 3, 5]),
    (f"created>{UNIX + 2}", [3, 4, 5]),
    (f"created>={UNIX + 2}", [2, 3, 4, 5]),
    (f"created<{UNIX + 2}", [1]),
    (f"created<={UNIX + 1}", [1]),
    (f"created:{UNIX + 1}", [1]),
    (f"created:{UNIX + 1}.5", []),
    (f"created>{UNIX + 1}.5", [2, 3, 4, 5]),
    ("created>999999999999999999", []),
    ("created>-5", [1, 2, 3, 4, 5]),
    ("metadata['Key']:'value'", [1]),
    ("metadata['key']:'value'", []),
    ("-metadata['Key']:'value'", [2, 3, 4, 5]),
    ("metadata['Key']:null", [3, 4, 5]),
    ("-metadata['Key']:null", [1, 2]),
    ("metadata['n']:7", [1]),
    ("card.exp_year:2030", [1]),
    ("card.exp_year:null", [2, 4, 5]),
    ("currency:'usd' amount>500", [3]),
    ("currency:'usd' AND -active:'false' AND amount<1000", [1]),
    ("currency:'eur' OR amount>1000", [2, 3]),
]


@pytest.mark.parametrize(("query", "ids"), CASES, ids=[query for query, _ in CASES])
async def test_a_query_finds_the_rows_it_describes(shelf: Driver, query: str, ids: list[int]) -> None:
    sql, arguments = queries.compiled(select(SHELF.c.id).where(condition(query, THINGS)).order_by(SHELF.c.id))
    assert [record["id"] for record in await shelf.fetch(sql, *arguments)] == ids


async def test_metadata_is_not_searchable_where_the_resource_has_none() -> None:
    with pytest.raises(InvalidRequest, match="Field `metadata` is an unsupported search field for resource `things`"):
        condition("metadata['a']:'b'", Searchable("things", THINGS.fields))
