"""The body of a webhook: the event, byte for byte the same over all tries and for all endpoints."""

from pydantic_core import to_json

from stripe_lite.core.clock import unix
from stripe_lite.events.events.model import Event


def body(event: Event, receivers: int) -> bytes:
    """The event as JSON. `receivers` endpoints were subscribed when it happened; that number does not go down in the
    body while they acknowledge, because the body is frozen with the event."""
    head = to_json(
        {"id": event.id, "object": "event", "api_version": event.api_version, "created": unix(event.created_at)}
    )
    tail = to_json(
        {
            "livemode": event.livemode,
            "pending_webhooks": receivers,
            "request": {"id": event.request_id, "idempotency_key": event.idempotency_key},
            "type": event.type,
        }
    )
    return b"".join([head[:-1], b',"data":', event.data.encode(), b",", tail[1:]])
