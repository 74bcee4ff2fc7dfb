"""The body of a webhook: the event, byte for byte the same over all tries and for all endpoints."""

from pydantic_core import to_json

from stripe_lite.core.clock import unix
from stripe_lite.events.events.model import Event


def body(event: Event, receivers: int) -> bytes:
    """The event as JSON. `receivers` endpoints were subscribed when it happened; that number does not go down in the
    body while they acknowledge, because the body is frozen with the event."""
    row = event.__dict__
    head = to_json(
        {"id": row["id"], "object": "event", "api_version": row["api_version"], "created": unix(row["created_at"])}
    )
    tail = to_json(
        {
            "livemode": row["livemode"],
            "pending_webhooks": receivers,
            "request": {"id": row["request_id"], "idempotency_key": row["idempotency_key"]},
            "type": row["type"],
        }
    )
    return b"".join([head[:-1], b',"data":', row["data"].encode(), b",", tail[1:]])
