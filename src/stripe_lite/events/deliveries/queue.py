"""The queue of deliveries in the database: claimed by lease, recorded in batches, one account at a time.

A claim commits before anything is sent, and a result counts only under the lease it was made with, so that a process
that dies or dawdles neither blocks a delivery nor counts it twice.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg
from pydantic_core import to_json

from stripe_lite.core.objects import Tree
from stripe_lite.db import queries
from stripe_lite.db.session import Database, Driver
from stripe_lite.events.deliveries import payload
from stripe_lite.events.deliveries.sender import Attempt
from stripe_lite.events.events.model import Event

BATCH_MAX = 100
DUE_ENDPOINTS_MAX = 10_000
CANCELED_AT_ONCE_MAX = 1000

DUE = """
SELECT DISTINCT account_id, endpoint_id FROM deliveries
WHERE status = 'pending' AND next_attempt_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)
LIMIT $2
"""

# Up to a quota for each endpoint, so that the backlog of one never hides what is due for the others.
CLAIM = """
UPDATE deliveries d SET lease_until = $3
FROM (
  SELECT due.id, w.url, w.secret, w.previous_secret, w.previous_secret_until
  FROM webhook_endpoints w
  LEFT JOIN unnest($4::text[], $5::int[]) AS q (endpoint_id, quota) ON q.endpoint_id = w.id
  CROSS JOIN LATERAL (
    SELECT o.id FROM deliveries o
    WHERE o.account_id = w.account_id AND o.endpoint_id = w.id AND o.status = 'pending' AND o.next_attempt_at <= $2
      AND (o.lease_until IS NULL OR o.lease_until <= $2)
    ORDER BY o.next_attempt_at, o.id
    LIMIT coalesce(q.quota, $6)
    FOR UPDATE SKIP LOCKED
  ) due
  WHERE w.account_id = $1 AND w.status = 'enabled'
) picked
WHERE d.account_id = $1 AND d.id = picked.id
RETURNING d.id, d.event_id, d.endpoint_id, d.kind, d.attempts, d.next_attempt_at, d.first_attempt_at,
  picked.url, picked.secret, picked.previous_secret, picked.previous_secret_until
"""

EVENTS = """
SELECT {columns}, (
  SELECT count(*) FROM deliveries d WHERE d.account_id = e.account_id AND d.event_id = e.id AND d.kind = 'automatic'
) AS receivers
FROM events e WHERE e.account_id = $1 AND e.id = ANY ($2::text[])
"""

CANCEL = """
WITH gone AS MATERIALIZED (
  SELECT g.id FROM unnest($3::text[]) AS g (id)
  WHERE NOT EXISTS (SELECT 1 FROM webhook_endpoints w WHERE w.account_id = $1 AND w.id = g.id AND w.status = 'enabled')
)
UPDATE deliveries SET status = 'canceled', next_attempt_at = NULL, lease_until = NULL
WHERE account_id = $1 AND id = ANY (ARRAY(
  SELECT due.id FROM gone CROSS JOIN LATERAL (
    SELECT d.id FROM deliveries d
    WHERE d.account_id = $1 AND d.endpoint_id = gone.id AND d.status = 'pending' AND d.next_attempt_at <= $2
      AND (d.lease_until IS NULL OR d.lease_until <= $2)
    LIMIT $4 FOR UPDATE SKIP LOCKED
  ) due
))
"""

# What counts is what was sent under a lease that is still ours. A try's id is its delivery's with its number, so that
# none is written down twice. Endpoints are touched only where they have recovered.
RECORD = """
WITH result AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($2::text::jsonb) AS r (
    id text, lease_until timestamptz, status text, next_attempt_at timestamptz, began_at timestamptz,
    delivered_at timestamptz, duration_ms int, status_code int, response_start text, error text
  )
), recorded AS (
  UPDATE deliveries d SET status = r.status, attempts = d.attempts + 1, next_attempt_at = r.next_attempt_at,
    lease_until = NULL, first_attempt_at = coalesce(d.first_attempt_at, r.began_at), delivered_at = r.delivered_at
  FROM result r
  WHERE d.account_id = $1 AND d.id = r.id AND d.status = 'pending' AND d.lease_until = r.lease_until
  RETURNING d.id, d.endpoint_id, d.attempts, d.status
), tried AS (
  INSERT INTO delivery_attempts
    (account_id, id, delivery_id, number, attempted_at, duration_ms, status_code, response_start, error)
  SELECT $1, d.id || '/' || d.attempts, d.id, d.attempts, r.began_at, r.duration_ms, r.status_code, r.response_start,
    r.error
  FROM recorded d JOIN result r ON r.id = d.id
), recovered AS (
  UPDATE webhook_endpoints w SET failing_since = NULL
  WHERE w.account_id = $1 AND w.failing_since IS NOT NULL
    AND w.id IN (SELECT d.endpoint_id FROM recorded d WHERE d.status = 'delivered')
)
SELECT id FROM recorded
"""

# `failing_since` begins with the first failure after the last success; an endpoint that failed for as long as an
# exhausted delivery was tried is disabled.
HEALTH = """
UPDATE webhook_endpoints w SET
  failing_since = CASE WHEN h.succeeded THEN h.failing_from ELSE coalesce(w.failing_since, h.failing_from) END,
  status = CASE WHEN NOT h.succeeded AND coalesce(w.failing_since, h.failing_from) <= h.exhausted_from
    THEN 'disabled' ELSE w.status END
FROM (SELECT * FROM unnest($2::text[], $3::boolean[], $4::timestamptz[], $5::timestamptz[])
  AS h (id, succeeded, failing_from, exhausted_from)) h
WHERE w.account_id = $1 AND w.id = h.id AND (w.failing_since IS NOT NULL OR h.failing_from IS NOT NULL)
RETURNING w.id, w.status
"""

RELEASE = """
UPDATE deliveries d SET lease_until = NULL
FROM unnest($2::text[], $3::timestamptz[]) AS r (id, lease_until)
WHERE d.account_id = $1 AND d.id = r.id AND d.lease_until = r.lease_until
"""


RELEASE_ALL = """
UPDATE deliveries SET lease_until = NULL WHERE account_id = $1 AND status = 'pending' AND lease_until = $2
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours to send until its lease ends."""

    account_id: str
    id: str
    event_id: str
    endpoint_id: str
    automatic: bool
    attempts: int
    first_attempt_at: datetime | None
    lease_until: datetime
    url: str
    secret: str
    previous_secret: str | None
    previous_secret_until: datetime | None
    body: bytes

    def secrets(self, now: datetime) -> list[str]:
        """The secrets to sign with, the newest first."""
        rolling = self.previous_secret_until is not None and self.previous_secret_until > now
        return [self.secret, self.previous_secret] if rolling and self.previous_secret else [self.secret]


@dataclass(frozen=True, slots=True)
class Result:
    """A claimed delivery, what came of the try, and when it is tried again, if it is."""

    claimed: Claimed
    attempt: Attempt
    next_attempt_at: datetime | None

    @property
    def status(self) -> str:
        """The delivery's status after this try."""
        if self.attempt.succeeded:
            return "delivered"
        return "exhausted" if self.next_attempt_at is None else "pending"

    @property
    def exhausted_from(self) -> datetime | None:
        """When the first try was made of a delivery that has now used all of its own."""
        if self.status != "exhausted" or not self.claimed.automatic:
            return None
        return self.claimed.first_attempt_at or self.attempt.began_at


async def due(database: Database, now: datetime) -> dict[str, list[str]]:
    """The endpoints for which something is due, by account."""
    async with database.connection() as connection:
        records = await connection.fetch(DUE, now, DUE_ENDPOINTS_MAX)
    endpoints: defaultdict[str, list[str]] = defaultdict(list)
    for found in records:
        endpoints[found["account_id"]].append(found["endpoint_id"])
    return dict(endpoints)


async def claim(
    database: Database,
    account_id: str,
    now: datetime,
    lease_until: datetime,
    quotas: Mapping[str, int],
    quota_of_others: int,
) -> list[Claimed]:
    """Take what is due for the account's endpoints, each up to its quota, the longest due first."""
    names, numbers = list(quotas), list(quotas.values())
    async with database.connection() as connection:
        records = await connection.fetch(CLAIM, account_id, now, lease_until, names, numbers, quota_of_others)
        if not records:
            return []
        bodies = await _bodies(connection, account_id, {record["event_id"] for record in records})
    records.sort(key=lambda record: (record["next_attempt_at"], record["id"]))
    return [_claimed(account_id, lease_until, record, bodies[record["event_id"]]) for record in records]


async def cancel(database: Database, account_id: str, endpoint_ids: Sequence[str], now: datetime) -> None:
    """Give up what is due for those of the endpoints that are disabled or deleted by now."""
    async with database.connection() as connection:
        await connection.execute(CANCEL, account_id, now, endpoint_ids, CANCELED_AT_ONCE_MAX)


async def record(database: Database, account_id: str, results: Sequence[Result]) -> list[str]:
    """Write down what came of the tries of one account's deliveries; gives back the endpoints disabled by it."""
    told = to_json([_told(result) for result in results]).decode()
    async with database.connection() as connection:
        if all(result.attempt.succeeded for result in results):
            await connection.fetch(RECORD, account_id, told)
            return []
        async with connection.transaction():
            recorded = {record["id"] for record in await connection.fetch(RECORD, account_id, told)}
            valid = [result for result in results if result.claimed.id in recorded]
            return await _record_health(connection, account_id, valid)


async def release(database: Database, account_id: str, claimed: Sequence[Claimed]) -> None:
    """Give claimed deliveries back untried."""
    async with database.connection() as connection:
        await connection.execute(RELEASE, account_id, [one.id for one in claimed], [one.lease_until for one in claimed])


async def release_all(database: Database, account_id: str, lease_until: datetime) -> None:
    """Give back whatever was claimed until exactly that moment, where the answer to the claim was lost."""
    async with database.connection() as connection:
        await connection.execute(RELEASE_ALL, account_id, lease_until)


async def _bodies(connection: Driver, account_id: str, event_ids: set[str]) -> dict[str, bytes]:
    facts = queries.fields_of(Event)
    columns = ", ".join(f"e.{field.column}" for field in facts.fields)
    records = await connection.fetch(EVENTS.format(columns=columns), account_id, list(event_ids))
    bodies = {}
    for found in records:
        *values, receivers = found.values()
        event: Event = facts.instance(values)
        bodies[event.id] = payload.body(event, receivers)
    return bodies


def _claimed(account_id: str, lease_until: datetime, record: asyncpg.Record, body: bytes) -> Claimed:
    return Claimed(
        account_id=account_id,
        id=record["id"],
        event_id=record["event_id"],
        endpoint_id=record["endpoint_id"],
        automatic=record["kind"] == "automatic",
        attempts=record["attempts"],
        first_attempt_at=record["first_attempt_at"],
        lease_until=lease_until,
        url=record["url"],
        secret=record["secret"],
        previous_secret=record["previous_secret"],
        previous_secret_until=record["previous_secret_until"],
        body=body,
    )


def _told(result: Result) -> Tree:
    attempt = result.attempt
    return {
        "id": result.claimed.id,
        "lease_until": result.claimed.lease_until,
        "status": result.status,
        "next_attempt_at": result.next_attempt_at,
        "began_at": attempt.began_at,
        "delivered_at": attempt.began_at if attempt.succeeded else None,
        "duration_ms": attempt.duration_ms,
        "status_code": attempt.status_code,
        "response_start": attempt.response_start,
        "error": attempt.error,
    }


@dataclass(slots=True)
class _Health:
    """What the tries of one batch say about an endpoint."""

    succeeded: bool = False
    failing_from: datetime | None = None
    exhausted_from: datetime | None = None

    def learn(self, result: Result) -> None:
        """Tries are learnt from in the order in which they began."""
        if result.attempt.succeeded:
            self.succeeded, self.failing_from, self.exhausted_from = True, None, None
            return
        self.failing_from = self.failing_from or result.attempt.began_at
        self.exhausted_from = self.exhausted_from or result.exhausted_from


async def _record_health(connection: Driver, account_id: str, results: Sequence[Result]) -> list[str]:
    health: dict[str, _Health] = {}
    for result in sorted(results, key=lambda result: result.attempt.began_at):
        health.setdefault(result.claimed.endpoint_id, _Health()).learn(result)
    names = sorted(health)
    records = await connection.fetch(
        HEALTH,
        account_id,
        names,
        [health[name].succeeded for name in names],
        [health[name].failing_from for name in names],
        [health[name].exhausted_from for name in names],
    )
    return [record["id"] for record in records if record["status"] == "disabled"]
