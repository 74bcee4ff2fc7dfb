"""What clients send and see of webhook endpoints."""

from typing import Literal

from pydantic import Field

from stripe_lite.core.clock import unix
from stripe_lite.core.lists import ListParams
from stripe_lite.core.objects import Metadata, Params, StripeObject
from stripe_lite.events.endpoints.model import WebhookEndpoint


class WebhookEndpointCreateParams(Params):
    """A new webhook endpoint."""

    url: str = Field(description="The URL that events are posted to.")
    enabled_events: list[str] = Field(description="The event types to send, or `*` for all.")
    api_version: str | None = Field(None, description="An API version, kept with the endpoint.")
    connect: bool | None = Field(None, description="False: endpoints for connected accounts are not served yet.")
    description: str | None = Field(None, description="What the endpoint is for.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")


class WebhookEndpointUpdateParams(Params):
    """Changes to a webhook endpoint."""

    description: str | None = Field(None, description="What the endpoint is for.")
    disabled: bool | None = Field(None, description="True stops everything that is sent to it; false resumes.")
    enabled_events: list[str] | None = Field(None, description="The event types to send, or `*` for all.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")
    url: str | None = Field(None, description="The URL that events are posted to.")


class WebhookEndpointListParams(ListParams):
    """Which part of the webhook endpoints to list."""


class WebhookEndpointObject(StripeObject):
    """Where events are sent to."""

    id: str = Field(description="The endpoint's id.")
    object: Literal["webhook_endpoint"] = "webhook_endpoint"
    api_version: str | None = Field(description="The API version that was asked for; events are sent at the server's.")
    application: str | None = Field(description="Always null: no Connect application owns it.")
    created: int = Field(description="When the endpoint was created, in seconds since 1970.")
    description: str | None = Field(description="What the endpoint is for.")
    enabled_events: list[str] = Field(description="The event types that are sent, or `*` for all.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    metadata: Metadata = Field(description="Your own key-value pairs.")
    secret: str | None = Field(None, description="What deliveries are signed with; shown at creation only.")
    status: str = Field(description="`enabled` or `disabled`.")
    url: str = Field(description="The URL that events are posted to.")


class DeletedWebhookEndpointObject(StripeObject):
    """What is left of a deleted webhook endpoint."""

    id: str
    object: Literal["webhook_endpoint"] = "webhook_endpoint"
    deleted: Literal[True]


def render(endpoint: WebhookEndpoint) -> WebhookEndpointObject:
    """An endpoint as clients see it, without its secret."""
    return WebhookEndpointObject(
        id=endpoint.id,
        api_version=endpoint.api_version,
        application=None,
        created=unix(endpoint.created_at),
        description=endpoint.description,
        enabled_events=endpoint.enabled_events,
        livemode=endpoint.livemode,
        metadata=endpoint.meta,
        status=endpoint.status,
        url=endpoint.url,
    )


def render_created(endpoint: WebhookEndpoint) -> WebhookEndpointObject:
    """A new endpoint as clients see it, this once with its secret."""
    return render(endpoint).model_copy(update={"secret": endpoint.secret})


def render_deleted(endpoint: WebhookEndpoint) -> DeletedWebhookEndpointObject:
    """A deleted endpoint as clients see it."""
    return DeletedWebhookEndpointObject(id=endpoint.id, deleted=True)
