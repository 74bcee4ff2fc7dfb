"""What is asked about deliveries, and the resend of an event."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, exists, not_, select
from sqlalchemy.orm import aliased

from stripe_lite.core.ids import new_id
from stripe_lite.db.filters import is_among
from stripe_lite.db.work import Work
from stripe_lite.events.deliveries.model import Delivery
from stripe_lite.events.events.model import Event


def resend(work: Work, event_id: str, endpoint_id: str) -> Delivery:
    """Send an event to an endpoint once more, once only; its automatic retries go on."""
    delivery = Delivery(
        account_id=work.account_id,
        id=f"{event_id}/{endpoint_id}/{new_id('again')}",
        event_id=event_id,
        endpoint_id=endpoint_id,
        kind="resend",
        status="pending",
        attempts=0,
        created_at=work.now,
        next_attempt_at=work.now,
    )
    work.add(delivery)
    work.followed += 1  # Wakes the delivery worker after the commit, as a new event does.
    return delivery


async def pending_webhooks(work: Work, event_ids: Sequence[str]) -> dict[str, int]:
    """For each event, how many of the endpoints that it was made for have not acknowledged it yet."""
    rows = await work.all(
        select(Delivery).where(
            Delivery.account_id == work.account_id, is_among(Delivery.event_id, event_ids), _unacknowledged()
        )
    )
    counts = Counter(row.event_id for row in rows)
    return {event_id: counts[event_id] for event_id in event_ids}


def delivery_success(wanted: bool) -> ColumnElement[bool]:
    """The condition of the events' `delivery_success` filter: whether every endpoint has acknowledged the event."""
    missing = exists().where(Delivery.account_id == Event.account_id, Delivery.event_id == Event.id, _unacknowledged())
    return not_(missing) if wanted else missing


def _unacknowledged() -> ColumnElement[bool]:
    """Deliveries whose endpoint, still being there, has not taken the event in any delivery of it."""
    other = aliased(Delivery)
    taken = exists().where(
        other.account_id == Delivery.account_id,
        other.event_id == Delivery.event_id,
        other.endpoint_id == Delivery.endpoint_id,
        other.status == "delivered",
    )
    return and_(Delivery.kind == "automatic", Delivery.status.in_(["pending", "exhausted"]), not_(taken))
