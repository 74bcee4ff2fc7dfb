"""The outbox: an event and its deliveries are written in the transaction of what they tell."""

from collections.abc import Sequence

from pydantic_core import to_json

from stripe_lite.core.ids import new_id
from stripe_lite.core.objects import StripeObject, Tree
from stripe_lite.db.base import Base
from stripe_lite.db.work import Work
from stripe_lite.db.writes import Written
from stripe_lite.events.events.model import Event
from stripe_lite.http.answers import API_VERSION

DELIVER = """
INSERT INTO deliveries (account_id, id, event_id, endpoint_id, kind, status, attempts, created_at, next_attempt_at)
SELECT w.account_id, e.id || '/' || w.id, e.id, w.id, 'automatic', 'pending', 0, e.created_at, e.created_at
FROM (
  SELECT unnest({}::text[]), unnest({}::boolean[]), unnest({}::text[]), unnest({}::text[]), unnest({}::timestamptz[])
) AS e(account_id, livemode, id, type, created_at)
JOIN webhook_endpoints w ON w.account_id = e.account_id AND w.livemode = e.livemode AND w.status = 'enabled'
  AND (e.type = ANY (w.enabled_events) OR '*' = ANY (w.enabled_events))
RETURNING 1
"""


def record(
    work: Work, type: str, object: StripeObject, previous: Tree | None = None, *, id: str | None = None
) -> Event:
    """Tell that something happened to an object: one event, frozen as the object is now, in this transaction.

    `previous` holds the old values of what an update changed. An `id` that was made earlier puts the event before
    those that have been recorded in the meantime.
    """
    data = b'{"object":' + object.dump()
    if previous is not None:
        data += b',"previous_attributes":' + to_json(previous)
    event = Event(
        account_id=work.account_id,
        id=id or new_id("evt"),
        livemode=work.livemode,
        created_at=work.now,
        type=type,
        object_id=getattr(object, "id", None),
        request_id=work.request.id,
        idempotency_key=work.request.idempotency_key,
        actor=work.request.actor,
        api_version=API_VERSION,
        data=(data + b"}").decode(),
    )
    work.add(event)
    work.tell(type, object)
    return event


def deliveries(work: Work, added: Sequence[Base]) -> Written | None:
    """The statement that makes one delivery for each endpoint subscribed to the events about to be written."""
    events = [row for row in added if isinstance(row, Event)]
    if not events:
        return None
    rows = [(event.account_id, event.livemode, event.id, event.type, event.created_at) for event in events]
    return Written(DELIVER, tuple(map(list, zip(*rows, strict=True))), counted=True, many=DELIVER)
