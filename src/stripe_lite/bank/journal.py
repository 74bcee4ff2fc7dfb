"""The simulated bank's journal: what is written commits by itself, over the bank's own pool.

An operation on an authorization locks the authorization's row first. Whoever asks with a ref a second time waits for
that lock, finds the ref taken, and gets what was written: concurrent questions with one ref have one effect.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import NamedTuple, Self, TypeAlias

import asyncpg

from stripe_lite.bank.port import Answer, BankUnreachable, Kind
from stripe_lite.core.together import Together

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

POOL_SIZE = 8
COMMAND_SECONDS_MAX = 10.0

_NEW = """
INSERT INTO bank_ops (account_id, ref, kind, parent, amount, currency, result, answer,
                      later_result, later_answer, due_at, created_at,
                      authorized, captured, refunded, closed, refund_behaviour)
"""

_AUTHORIZE = f"""
{_NEW} SELECT unnest($1::text[]), unnest($2::text[]), 'authorize', NULL, unnest($3::bigint[]), unnest($4::text[]),
              unnest($5::text[]), unnest($6::json[]), unnest($7::text[]), unnest($8::json[]), unnest($9::timestamptz[]),
              unnest($10::timestamptz[]), unnest($11::bigint[]), unnest($12::bigint[]), 0, false, unnest($13::text[])
ON CONFLICT DO NOTHING RETURNING ref
"""

# The parent is read under its lock, so its newest version is judged; the books follow what was really inserted.
_ON_PARENT = """
WITH parent AS MATERIALIZED (
    SELECT ref, authorized, currency, refund_behaviour, {legal} AS legal
    FROM bank_ops WHERE account_id = $1 AND ref = $2 AND kind = 'authorize' FOR UPDATE
), op AS (
    {new}
    SELECT $1, $3, '{kind}', $2, {amount}, coalesce(parent.currency, $5::text), {result}, {answer},
           {later_result}, {later_answer}, {due_at}, $8, 0, 0, 0, false, NULL
    FROM (SELECT) AS once LEFT JOIN parent ON true
    ON CONFLICT DO NOTHING RETURNING result, amount, answer
), books AS (
    UPDATE bank_ops SET {books} FROM op
    WHERE account_id = $1 AND ref = $2 AND kind = 'authorize' AND op.result <> 'declined'
)
SELECT amount, answer FROM op
"""

_VERDICT = {
    "new": _NEW,
    "amount": "$4::bigint",
    "result": "CASE WHEN parent.legal THEN 'approved' ELSE 'declined' END",
    "answer": "CASE WHEN parent.legal THEN $6::json ELSE $7::json END",
    "later_result": "NULL",
    "later_answer": "NULL",
    "due_at": "NULL",
}

INCREMENT = _ON_PARENT.format_map(
    _VERDICT
    | {
        "kind": "increment",
        "legal": "result = 'approved' AND NOT closed AND captured = 0 AND currency = $5::text AND $4::bigint > 0",
        "books": "authorized = authorized + op.amount",
    }
)
CAPTURE = _ON_PARENT.format_map(
    _VERDICT
    | {
        "kind": "capture",
        "legal": "result = 'approved' AND NOT closed AND currency = $5::text AND captured + $4::bigint <= authorized",
        "books": "captured = captured + op.amount, closed = $9",
    }
)
VOID = _ON_PARENT.format_map(
    _VERDICT
    | {
        "kind": "void",
        "amount": "coalesce(parent.authorized, $4::bigint)",
        "legal": "NOT closed AND (result = 'pending' OR result = 'approved' AND captured = 0)",
        # A payment that was pending is declined by its cancellation; an approved one is only closed.
        "books": """
            closed = true, due_at = NULL, later_result = NULL, later_answer = NULL,
            answer = CASE bank_ops.result WHEN 'pending' THEN (bank_ops.answer::jsonb || $9::jsonb)::json
                     ELSE bank_ops.answer END,
            authorized = CASE bank_ops.result WHEN 'pending' THEN 0 ELSE authorized END,
            captured = CASE bank_ops.result WHEN 'pending' THEN 0 ELSE captured END,
            result = CASE bank_ops.result WHEN 'pending' THEN 'declined' ELSE bank_ops.result END
        """,
    }
)
REFUND = _ON_PARENT.format_map(
    _VERDICT
    | {
        "kind": "refund",
        "legal": "result = 'approved' AND currency = $5::text AND refunded + $4::bigint <= captured",
        "result": """CASE WHEN parent.legal IS NOT TRUE THEN 'declined'
                          WHEN parent.refund_behaviour = 'pending' THEN 'pending' ELSE 'approved' END""",
        "answer": """CASE WHEN parent.legal IS NOT TRUE THEN $7::json
                          ELSE $6::json -> parent.refund_behaviour END""",
        "later_result": """CASE WHEN parent.legal THEN
                               CASE parent.refund_behaviour WHEN 'pending' THEN 'approved' WHEN 'fails' THEN 'declined'
                           END END""",
        "later_answer": "CASE WHEN parent.legal THEN $6::json -> ('later_' || parent.refund_behaviour) END",
        "due_at": "CASE WHEN parent.legal AND parent.refund_behaviour <> 'succeeds' THEN $9::timestamptz END",
        "books": "refunded = refunded + op.amount",
    }
)

INQUIRE = """
WITH due AS (
    UPDATE bank_ops
    SET result = later_result, answer = later_answer, due_at = NULL, later_result = NULL, later_answer = NULL,
        authorized = CASE later_result WHEN 'approved' THEN authorized ELSE 0 END,
        captured = CASE later_result WHEN 'approved' THEN captured ELSE 0 END
    WHERE account_id = $1 AND ref = $2 AND kind = $3 AND due_at <= $4
    RETURNING parent, kind, result, amount, answer
), books AS (
    UPDATE bank_ops SET refunded = refunded - due.amount FROM due
    WHERE account_id = $1 AND ref = due.parent AND bank_ops.kind = 'authorize'
      AND due.kind = 'refund' AND due.result = 'declined'
)
SELECT amount, answer FROM due
UNION ALL
SELECT amount, answer FROM bank_ops
WHERE account_id = $1 AND ref = $2 AND kind = $3 AND NOT EXISTS (SELECT FROM due)
"""

# Nobody can tell whether a statement took effect whose answer did not come.
_UNKNOWN_EFFECT = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    OSError,
    TimeoutError,
)


class _Connection(asyncpg.Connection):
    def get_reset_query(self) -> str:
        """Nothing: every statement stands alone, and a reset would be a second round trip."""
        return ""


class Entry(NamedTuple):
    """An authorization as it is written down."""

    account_id: str
    ref: str
    amount: int
    currency: str
    result: str
    answer: str
    later_result: str | None
    later_answer: str | None
    due_at: datetime | None
    created_at: datetime
    authorized: int
    captured: int
    refund_behaviour: str


class Journal:
    """The bank's books, kept where the processor's transactions do not reach."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._together: Together[str, Entry, bool] = Together(self._enter, shared=(BankUnreachable,))

    @classmethod
    @asynccontextmanager
    async def open(cls, dsn: str, *, pool_size: int = POOL_SIZE) -> AsyncIterator[Self]:
        """Open the journal over connections of its own."""
        async with asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=pool_size,
            command_timeout=COMMAND_SECONDS_MAX,
            connection_class=_Connection,
            # A crash of PostgreSQL may cost the simulator its last milliseconds; the processor's own commits are safe.
            server_settings={"synchronous_commit": "off", "application_name": "stripe_lite bank", "jit": "off"},
        ) as pool:
            yield cls(pool)

    async def authorize(self, entry: Entry) -> bool:
        """Write an authorization down, with others of the account that come at the same time.

        Gives back whether it is new: else its ref was taken already, and nothing is written.
        """
        return await self._together.ask(entry.account_id, entry)

    async def write(self, statement: str, *values: object) -> asyncpg.Record | None:
        """Carry one operation out; None where its ref is taken already."""
        return next(iter(await self._fetch(statement, *values)), None)

    async def find(self, account_id: str, ref: str, kind: Kind, at: datetime) -> Answer | None:
        """Read an operation's answer, first deciding it where its time has come."""
        row = await self.write(INQUIRE, account_id, ref, kind, at)
        return None if row is None else read(row)

    async def _enter(self, _: str, entries: Sequence[Entry]) -> Sequence[bool]:
        written = await self._fetch(_AUTHORIZE, *(list(column) for column in zip(*entries, strict=True)))
        new = {row["ref"] for row in written}
        found = []
        for entry in entries:
            found.append(entry.ref in new)
            new.discard(entry.ref)  # Of two with one ref only the first is written.
        return found

    async def _fetch(self, statement: str, *values: object) -> Sequence[asyncpg.Record]:
        try:
            return await self._pool.fetch(statement, *values)
        except _UNKNOWN_EFFECT as error:
            raise BankUnreachable(f"The bank's journal did not answer: {error}") from error


def read(row: asyncpg.Record) -> Answer:
    """Read an answer as it was written; the amount of a void is known to the row only."""
    answer = Answer.model_validate_json(row["answer"])
    return answer if answer.kind != "void" else answer.model_copy(update={"amount": row["amount"]})


def now() -> datetime:
    """The bank's own clock: when an operation was written down."""
    return datetime.now(UTC)
