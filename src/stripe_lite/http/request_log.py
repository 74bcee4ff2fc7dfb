"""The request log: what was asked and answered, kept for the dashboard, written in batches off the request's path.

A request only leaves a note in a queue. When the queue is full the note is dropped and counted: a slow database delays
no answer.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg
import structlog
from pydantic_core import from_json, to_json
from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from stripe_lite.core.clock import utc_now
from stripe_lite.core.errors import Unavailable
from stripe_lite.core.objects import Tree
from stripe_lite.db.base import BRIN, Json, Row
from stripe_lite.db.outcomes import LOST
from stripe_lite.db.session import Database
from stripe_lite.http.answers import Outcome
from stripe_lite.http.front import Exchange
from stripe_lite.http.redaction import redacted_json, redacted_text, redacted_tree

QUEUE_MAX = 10_000
QUEUE_BYTES_MAX = 32 * 1024 * 1024
BATCH_MAX = 50
WRITE_EVERY_SECONDS = 0.25
STOP_SECONDS_MAX = 3.0
RESPONSE_CHARACTERS_MAX = 16 * 1024
KEPT_FOR = timedelta(days=30)
ACCOUNTS_PRUNED_MAX = 100

COLUMNS = (
    "account_id",
    "id",
    "livemode",
    "created_at",
    "method",
    "path",
    "status",
    "duration_ms",
    "masked_key",
    "idempotency_key",
    "api_version",
    "error_code",
    "parameters",
    "response",
)
PRUNABLE = "SELECT DISTINCT account_id FROM request_logs WHERE created_at < $1 LIMIT $2"
PRUNE = "DELETE FROM request_logs WHERE account_id = $1 AND created_at < $2"

log = structlog.get_logger("stripe_lite.http")


class RequestLog(Row):
    """One request of an account, without card numbers and secrets.

    `response` is the answer's JSON, cut where it is long; an answer to a GET is kept only if it was refused.
    """

    __tablename__ = "request_logs"
    __table_args__ = (Index(None, "created_at", **BRIN),)

    livemode: Mapped[bool]
    created_at: Mapped[datetime]
    method: Mapped[str]
    path: Mapped[str]
    status: Mapped[int]
    duration_ms: Mapped[int]
    masked_key: Mapped[str]
    idempotency_key: Mapped[str | None]
    api_version: Mapped[str]
    error_code: Mapped[str | None]
    parameters: Mapped[Json]
    response: Mapped[str | None]


@dataclass(frozen=True, slots=True)
class Note:
    """What is remembered of a request until it is written."""

    at: datetime
    exchange: Exchange
    status: int
    body: bytes


class RequestLogWriter:
    """Collects notes of requests and writes them."""

    def __init__(self, database: Database) -> None:
        self.dropped = 0
        self._database = database
        self._queue: deque[Note] = deque()
        self._bytes = 0
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    def note(self, exchange: Exchange, outcome: Outcome) -> None:
        """Remember a request; one without an account is nobody's."""
        if exchange.caller is None:
            return
        body = outcome.body if exchange.method == "POST" or outcome.status >= 400 else b""
        if len(self._queue) >= QUEUE_MAX or self._bytes > QUEUE_BYTES_MAX:
            self.dropped += 1
            return
        self._queue.append(Note(utc_now(), exchange, outcome.status, body))
        self._bytes += len(body)

    @property
    def waiting(self) -> int:
        """How many notes are not written yet."""
        return len(self._queue)

    def start(self) -> None:
        """Begin to write."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Write what is left and end."""
        self._stopping.set()
        if self._task is not None:
            await self._task
            self._task = None
        try:
            async with asyncio.timeout(STOP_SECONDS_MAX):
                await self.flush()
        except TimeoutError:
            log.warning("request log not written", lost=len(self._queue))

    async def flush(self) -> None:
        """Write everything that waits."""
        while self._queue:
            await self._write_batch()

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                await asyncio.wait_for(self._stopping.wait(), WRITE_EVERY_SECONDS)
            except TimeoutError:
                await self.flush()

    async def _write_batch(self) -> None:
        notes = [self._queue.popleft() for _ in range(min(BATCH_MAX, len(self._queue)))]
        self._bytes -= sum(len(note.body) for note in notes)
        try:
            async with self._database.connection() as connection:
                await connection.copy_records_to_table("request_logs", records=map(_record, notes), columns=COLUMNS)
        except (*LOST, asyncpg.PostgresError, Unavailable, ValueError) as error:
            self.dropped += len(notes)
            log.warning("request log not written", lost=len(notes), reason=type(error).__name__)


def _record(note: Note) -> tuple[object, ...]:
    exchange, caller = note.exchange, note.exchange.caller
    assert caller is not None
    return (
        caller.account_id,
        exchange.request_id,
        caller.livemode,
        note.at,
        exchange.method,
        redacted_text(exchange.path),
        note.status,
        round(exchange.seconds * 1000),
        caller.masked_key,
        None if exchange.key is None else redacted_text(exchange.key),
        exchange.version,
        _error_code(note),
        _json(exchange.parameters),
        redacted_json(note.body.decode())[:RESPONSE_CHARACTERS_MAX] if note.body else None,
    )


def _json(tree: Tree) -> str:
    return to_json(redacted_tree(tree)).decode() if tree else "{}"


def _error_code(note: Note) -> str | None:
    """Why a request was refused: the error's code, or its type where it has none."""
    if note.status < 400:
        return None
    error = from_json(note.body)["error"]
    code: str = error.get("code") or error["type"]
    return code


async def prune(database: Database, before: datetime | None = None) -> int:
    """Forget old requests of some accounts, and tell of how many accounts; until it is none, there may be more."""
    before = before or utc_now() - KEPT_FOR
    async with database.connection() as connection:
        accounts = await connection.fetch(PRUNABLE, before, ACCOUNTS_PRUNED_MAX)
        for record in accounts:
            await connection.execute(PRUNE, record["account_id"], before)
    return len(accounts)
