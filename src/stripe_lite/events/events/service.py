"""What can be done with events: reading them, and sending one again."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, distinct, exists, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from stripe_lite.core.errors import InvalidParameter, InvalidRequest, ResourceMissing
from stripe_lite.core.ids import new_secret
from stripe_lite.core.lists import Page
from stripe_lite.db.filters import created_between, is_among
from stripe_lite.db.work import Work
from stripe_lite.events.deliveries.model import Delivery
from stripe_lite.events.endpoints import service as endpoints
from stripe_lite.events.endpoints.model import WebhookEndpoint
from stripe_lite.events.events.model import Event
from stripe_lite.events.events.schema import EventListParams, EventObject, EventRetryParams, render

KEPT_DAYS = 30
TYPES_MAX = 20
RESEND_SUFFIX_LENGTH = 10


async def retrieve(work: Work, id: str) -> Event:
    """The event with this id, if it is not older than 30 days."""
    event = await work.get(Event, id)
    if event is None or event.created_at < work.now - timedelta(days=KEPT_DAYS):
        raise ResourceMissing("event", id)
    return event


async def show(work: Work, id: str) -> EventObject:
    """The event as clients see it."""
    return (await shown(work, [await retrieve(work, id)]))[0]


async def page(work: Work, params: EventListParams) -> Page[Event]:
    """The account's events of the last 30 days, newest first."""
    conditions: list[ColumnElement[bool]] = [
        Event.created_at >= work.now - timedelta(days=KEPT_DAYS),
        *created_between(Event, params.created),
        *_of_type(params),
    ]
    if params.delivery_success is not None:
        open_delivery = exists().where(
            Delivery.account_id == Event.account_id, Delivery.event_id == Event.id, _unacknowledged()
        )
        conditions.append(~open_delivery if params.delivery_success else open_delivery)
    return await work.page(Event, params, *conditions)


async def shown(work: Work, events: Sequence[Event]) -> list[EventObject]:
    """Events as clients see them, with the number of endpoints that have not acknowledged each."""
    ids = [event.id for event in events]
    counts = (
        select(Delivery.event_id, func.count(distinct(Delivery.endpoint_id)))
        .where(Delivery.account_id == work.account_id, is_among(Delivery.event_id, ids), _unacknowledged())
        .group_by(Delivery.event_id)
    )
    pending = {event_id: count for event_id, count in await work.values(counts)} if ids else {}
    return [render(event, pending.get(event.id, 0)) for event in events]


async def retry(work: Work, id: str, params: EventRetryParams) -> Event:
    """Send an event again, beside the automatic tries, which go on."""
    event = await retrieve(work, id)
    for endpoint in await _receivers(work, event, params):
        work.add(
            Delivery(
                account_id=work.account_id,
                id=f"{event.id}/{endpoint.id}/{new_secret(RESEND_SUFFIX_LENGTH)}",
                event_id=event.id,
                endpoint_id=endpoint.id,
                kind="resend",
                status="pending",
                attempts=0,
                created_at=work.now,
                next_attempt_at=work.now,
            )
        )
        work.followed += 1  # Wakes the delivery worker, as the outbox's own deliveries do.
    await work.flush()
    return event


async def _receivers(work: Work, event: Event, params: EventRetryParams) -> list[WebhookEndpoint]:
    if params.webhook_endpoint is not None:
        endpoint = await endpoints.retrieve(work, params.webhook_endpoint)
        if endpoint.status != "enabled":
            raise InvalidRequest(
                f"The webhook endpoint {endpoint.id} is disabled: enable it before you send events to it again.",
                param="webhook_endpoint",
            )
        return [endpoint]
    if not params.for_stripecli:
        raise InvalidParameter(
            "Missing required param: webhook_endpoint.", code="parameter_missing", param="webhook_endpoint"
        )
    return await endpoints.subscribed(work, event.type)


def _of_type(params: EventListParams) -> list[ColumnElement[bool]]:
    if params.type is not None and params.types is not None:
        raise InvalidParameter("You may only specify one of these parameters: type, types.")
    if params.types is not None:
        if len(params.types) > TYPES_MAX:
            raise InvalidParameter(f"You may specify at most {TYPES_MAX} event types.", param="types")
        return [or_(*(Event.type == type for type in params.types))] if params.types else []
    if params.type is None:
        return []
    if "*" not in params.type:
        return [Event.type == params.type]
    pattern = params.type.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_").replace("*", "%")
    return [Event.type.like(pattern, escape="\\")]


def _unacknowledged() -> ColumnElement[bool]:
    """That a delivery's endpoint still exists and has not acknowledged the event in any delivery of it."""
    other = aliased(Delivery)
    acknowledged = exists(literal_column("1")).where(
        other.account_id == Delivery.account_id,
        other.event_id == Delivery.event_id,
        other.endpoint_id == Delivery.endpoint_id,
        other.status == "delivered",
    )
    standing = exists(literal_column("1")).where(
        WebhookEndpoint.account_id == Delivery.account_id, WebhookEndpoint.id == Delivery.endpoint_id
    )
    return and_(Delivery.status != "delivered", standing, ~acknowledged)
