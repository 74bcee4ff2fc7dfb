"""What clients see of events, and how they ask for them."""

import json
from typing import Literal

from pydantic import Field

from stripe_lite.core.clock import unix
from stripe_lite.core.lists import CreatedFilter, ListParams
from stripe_lite.core.objects import Params, StripeObject, Tree
from stripe_lite.events.events.model import Event


class EventListParams(ListParams):
    """Which events to list."""

    created: CreatedFilter | None = Field(None, description="Bounds on the time of creation.")
    delivery_success: bool | None = Field(
        None, description="Only events that every endpoint has acknowledged, or only those that one has not."
    )
    type: str | None = Field(None, description="Only events of this type; `*` stands for any characters.")
    types: list[str] | None = Field(None, description="Only events of one of these types, up to 20.")


class EventRetryParams(Params):
    """Where to send an event again."""

    webhook_endpoint: str | None = Field(None, description="The endpoint to send it to.")
    for_stripecli: bool | None = Field(
        None, description="Without an endpoint: send it to every endpoint that is enabled for its type."
    )


class EventDataObject(StripeObject):
    """What the event tells of."""

    object: Tree = Field(description="The object as it was when the event happened.")
    previous_attributes: Tree | None = Field(None, description="The old values of what an update changed.")


class EventRequestObject(StripeObject):
    """The API request that caused the event."""

    id: str | None = Field(description="The request's id; null where no request caused it.")
    idempotency_key: str | None = Field(description="The idempotency key that the request was sent with.")


class EventObject(StripeObject):
    """Something that happened to an object."""

    id: str = Field(description="The event's id.")
    object: Literal["event"] = "event"
    api_version: str | None = Field(description="The API version that `data` is rendered at.")
    created: int = Field(description="When it happened, in seconds since 1970.")
    data: EventDataObject = Field(description="What the event tells of.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    pending_webhooks: int = Field(description="How many endpoints have not acknowledged the event yet.")
    request: EventRequestObject | None = Field(description="The API request that caused the event.")
    type: str = Field(description="What happened, such as `customer.created`.")


def render(event: Event, pending_webhooks: int) -> EventObject:
    """An event as clients see it."""
    return EventObject(
        id=event.id,
        api_version=event.api_version,
        created=unix(event.created_at),
        data=EventDataObject.model_validate(json.loads(event.data)),
        livemode=event.livemode,
        pending_webhooks=pending_webhooks,
        request=EventRequestObject(id=event.request_id, idempotency_key=event.idempotency_key),
        type=event.type,
    )
