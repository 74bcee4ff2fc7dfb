"""The reference for writes: pgbench committing the same rows in the same transactions, one statement a row.

What to commit is not written down here, where it would grow old: a throwaway database with a trigger on every table
notes what the server really does to its rows for one operation, and the pgbench script is made from that. The server's
look-ups are left out, so that the reference is rather too fast than too slow.
"""

import asyncio
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
from sqlalchemy.dialects.postgresql import JSON, JSONB

from benchmarks.load import Scenario, Step
from benchmarks.stage import Stage, play
from stripe_lite.registry import METADATA

NOTING = """
CREATE TABLE bench_noted (
  place bigserial, transaction bigint, in_table text, deed text, before jsonb, after jsonb, durable text, at timestamptz
);
CREATE FUNCTION bench_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO bench_noted (transaction, in_table, deed, before, after, durable, at) VALUES (
    txid_current(), TG_TABLE_NAME, TG_OP, CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END,
    CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END, current_setting('synchronous_commit'), now());
  RETURN NULL;
END $$;
"""
# Written behind the answers, in batches of many requests: no part of the operation's own transactions.
BESIDE = {"request_logs"}
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'bench_noted'"
WATCH = 'CREATE TRIGGER bench_note AFTER INSERT OR UPDATE OR DELETE ON "{}" FOR EACH ROW EXECUTE FUNCTION bench_note()'

# An id of the server's making: a prefix and 24 characters, with a secret's own part behind it where it has one.
_ID = re.compile(r"\b([a-z]{2,8})_([0-9A-Za-z]{24})(?![0-9A-Za-z])")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")


@dataclass
class Deed:
    """One row inserted, updated or deleted."""

    table: str
    kind: str
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass
class Transaction:
    """The rows of one commit."""

    durable: bool
    began_at: datetime
    deeds: list[Deed]


@dataclass
class Committed:
    """Everything that was committed for one operation, and on whose account."""

    account_id: str
    transactions: list[Transaction]


def record(stage: Stage, name: str, steps: list[Step]) -> Committed:
    """What the server commits for one operation of these steps."""
    return asyncio.run(_record(stage, name, steps))


async def _record(stage: Stage, name: str, steps: list[Step]) -> Committed:
    dsn = await stage.create_database(name)
    with stage.server(dsn) as server:
        account = await stage.new_account(dsn, server)
        once = Scenario(server.port, [account.authorization], steps, clients=1, operations=1)
        outcome = await asyncio.to_thread(play, once)  # The first confirmation may have something to set up.
        connection = await asyncpg.connect(dsn)
        await connection.execute(NOTING)
        for table in await connection.fetch(TABLES):
            await connection.execute(WATCH.format(table["tablename"]))
        outcome = await asyncio.to_thread(play, once)
        if outcome.operations != 1:
            raise RuntimeError(f"the operation to be recorded failed: {outcome.errors}")
        noted = await connection.fetch("SELECT * FROM bench_noted ORDER BY place")
        await connection.close()
    return Committed(account.id, _transactions(noted, account.id))


def _transactions(noted: Iterable[asyncpg.Record], account_id: str) -> list[Transaction]:
    found: dict[int, Transaction] = {}
    for note in noted:
        before, after = json.loads(note["before"] or "{}"), json.loads(note["after"] or "{}")
        if note["in_table"] in BESIDE or (after or before).get("account_id") != account_id:
            continue
        transaction = found.setdefault(note["transaction"], Transaction(note["durable"] != "off", note["at"], []))
        transaction.deeds.append(Deed(note["in_table"], note["deed"], before, after))
    places = {table.name: place for place, table in enumerate(METADATA.sorted_tables)}
    for transaction in found.values():
        # Parents first, because plain statements meet their foreign keys one by one.
        transaction.deeds.sort(key=lambda deed: (deed.kind == "DELETE", places[deed.table]))
    return list(found.values())


class Script:
    """A pgbench script that commits the noted transactions, each time with new ids."""

    def __init__(self, transactions: list[Transaction], account_id: str) -> None:
        self._account_id = account_id
        self._numbers: dict[str, str] = {}
        self._lines: list[str] = []
        for transaction in transactions:
            self._add(transaction)
        self.statements = len(self._lines)

    @property
    def text(self) -> str:
        """The script."""
        names = [
            f"\\set i{place} (:n * 1000 + :client_id) * 100 + {place}" for place in range(1, len(self._numbers) + 1)
        ]
        return "\n".join(["\\set n :n + 1", *names, *self._lines]) + "\n"

    def _add(self, transaction: Transaction) -> None:
        statements = [self._statement(deed, transaction) for deed in transaction.deeds]
        if len(statements) == 1:
            self._lines.append(f"{statements[0]};")
        else:
            self._lines += ["BEGIN;", *(f"{statement};" for statement in statements), "COMMIT;"]

    def _statement(self, deed: Deed, transaction: Transaction) -> str:
        key = " AND ".join(
            f'"{column.name}" = {self._literal(deed.table, column.name, deed.before, transaction)}'
            for column in METADATA.tables[deed.table].primary_key
            if deed.before
        )
        match deed.kind:
            case "INSERT":
                names = [name for name, value in deed.after.items() if value is not None]
                values = ", ".join(self._literal(deed.table, name, deed.after, transaction) for name in names)
                columns = ", ".join(f'"{name}"' for name in names)
                # The simulated bank's journal alone is written so; asking for it in the statement costs no trip.
                relaxed = "" if transaction.durable else " WHERE set_config('synchronous_commit', 'off', true) = 'off'"
                return f'INSERT INTO "{deed.table}" ({columns}) SELECT {values}{relaxed}'
            case "UPDATE":
                changed = [name for name, value in deed.after.items() if value != deed.before[name]]
                changes = ", ".join(
                    f'"{name}" = {self._literal(deed.table, name, deed.after, transaction)}' for name in changed
                )
                return f'UPDATE "{deed.table}" SET {changes} WHERE {key}'
            case _:
                return f'DELETE FROM "{deed.table}" WHERE {key}'

    def _literal(self, table: str, name: str, row: dict[str, Any], transaction: Transaction) -> str:
        """A value as SQL, with what is different each time replaced."""
        value = row[name]
        column = METADATA.tables[table].columns[name]
        if value is None:
            return "NULL"
        if isinstance(value, str) and _MOMENT.fullmatch(value):
            return f"now() + interval '{_seconds(value, transaction)} s'"
        if isinstance(column.type, JSONB | JSON):
            kind = "jsonb" if isinstance(column.type, JSONB) else "json"
            return f"{self._text(json.dumps(value, separators=(',', ':'), ensure_ascii=False))}::{kind}"
        if isinstance(value, bool | int | float):
            return str(value).lower()
        return f"{self._text(value)}::{column.type.compile().split(' COLLATE')[0]}"

    def _text(self, value: str) -> str:
        """A literal in which ids are pgbench's variables: it puts their values into the text that it sends."""
        value = value.replace(self._account_id, ":account")
        value = _ID.sub(self._id, value)
        return "'" + value.replace("'", "''") + "'"

    def _id(self, found: re.Match[str]) -> str:
        number = self._numbers.setdefault(found.group(), f":i{len(self._numbers) + 1}")
        # An underscore behind a variable would be read as part of its name.
        return f"{found.group(1)}_{number}"


def _seconds(moment: str, transaction: Transaction) -> float:
    return round((datetime.fromisoformat(moment) - transaction.began_at).total_seconds(), 1) + 0.0
