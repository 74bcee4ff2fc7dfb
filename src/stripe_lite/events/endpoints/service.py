"""What can be done with webhook endpoints."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, func, or_, select

from stripe_lite.core import metadata
from stripe_lite.core.errors import InvalidParameter, InvalidRequest, ResourceMissing
from stripe_lite.core.ids import new_id, new_secret
from stripe_lite.core.lists import Page
from stripe_lite.db import locks
from stripe_lite.db.work import Work
from stripe_lite.events import targets
from stripe_lite.events.endpoints.model import WebhookEndpoint
from stripe_lite.events.endpoints.schema import (
    WebhookEndpointCreateParams,
    WebhookEndpointListParams,
    WebhookEndpointUpdateParams,
)

ENDPOINTS_MAX = 16
SECRET_LENGTH = 32
ROLL_OVERLAP_MAX = timedelta(hours=24)
NOUN = "webhook endpoint"


async def create(work: Work, params: WebhookEndpointCreateParams) -> WebhookEndpoint:
    """Create an endpoint; raises InvalidRequest where the account has 16 in this mode already."""
    if params.connect:
        raise InvalidParameter(
            "stripe_lite does not act on the parameter connect yet, so it does not accept it.",
            code="parameter_unsupported",
            param="connect",
        )
    _check_url(work, params.url)
    await _keep_within_limit(work)
    endpoint = WebhookEndpoint(
        account_id=work.account_id,
        id=new_id("we"),
        livemode=work.livemode,
        created_at=work.now,
        url=params.url,
        status="enabled",
        enabled_events=_distinct(params.enabled_events),
        subscribed_at=work.now,
        secret=_new_secret(),
        api_version=params.api_version,
        description=params.description,
        meta=metadata.merge({}, params.metadata),
    )
    work.add(endpoint)
    return endpoint


async def retrieve(work: Work, id: str, *, lock: bool = False) -> WebhookEndpoint:
    """The endpoint with this id."""
    endpoint = await work.get(WebhookEndpoint, id, lock=lock)
    if endpoint is None:
        raise ResourceMissing(NOUN, id, param="webhook_endpoint")
    return endpoint


async def update(work: Work, id: str, params: WebhookEndpointUpdateParams) -> WebhookEndpoint:
    """Change an endpoint. One that was disabled for its failures begins anew when it is enabled."""
    endpoint = await retrieve(work, id, lock=True)
    if params.url is not None:
        _check_url(work, params.url)
        endpoint.url = params.url
    if params.enabled_events is not None:
        endpoint.enabled_events = _distinct(params.enabled_events)
        endpoint.subscribed_at = work.now
    if params.disabled is not None:
        endpoint.status = "disabled" if params.disabled else "enabled"
        endpoint.subscribed_at = work.now
        endpoint.failing_since = None
    if params.given("description"):
        endpoint.description = params.description
    if params.given("metadata"):
        endpoint.meta = metadata.merge(endpoint.meta, params.metadata)
    return endpoint


async def delete(work: Work, id: str) -> WebhookEndpoint:
    """Delete an endpoint: nothing is sent to it any more, not even what had been tried before."""
    endpoint = await retrieve(work, id, lock=True)
    work.delete(endpoint)
    return endpoint


async def page(work: Work, params: WebhookEndpointListParams) -> Page[WebhookEndpoint]:
    """The account's endpoints, newest first."""
    return await work.page(WebhookEndpoint, params, noun=NOUN)


async def subscribed(work: Work, type: str) -> list[WebhookEndpoint]:
    """The endpoints that events of this type are sent to."""
    wanted = or_(WebhookEndpoint.enabled_events.any_() == type, WebhookEndpoint.enabled_events.any_() == "*")
    return await work.all(select(WebhookEndpoint).where(*_mine(work), WebhookEndpoint.status == "enabled", wanted))


async def roll_secret(work: Work, id: str, overlap: timedelta) -> WebhookEndpoint:
    """Give an endpoint a new secret. Until the overlap ends deliveries are signed with the old one too, so that the
    receiver has the time to change over."""
    if not timedelta() <= overlap <= ROLL_OVERLAP_MAX:
        hours = ROLL_OVERLAP_MAX // timedelta(hours=1)
        raise InvalidParameter(f"The old secret can stay valid for {hours} hours at most.", param="overlap")
    endpoint = await retrieve(work, id, lock=True)
    stays = overlap > timedelta()
    endpoint.previous_secret = endpoint.secret if stays else None
    endpoint.previous_secret_until = work.now + overlap if stays else None
    endpoint.secret = _new_secret()
    return endpoint


def _check_url(work: Work, url: str) -> None:
    policy = targets.Policy.ALLOW if work.private_targets else targets.Policy.DENY
    targets.check_url(url, policy, livemode=work.livemode)


async def _keep_within_limit(work: Work) -> None:
    """Endpoints are created one at a time, else two requests could both find the last place free."""
    await locks.hold(work, "webhook_endpoints")
    [[count]] = await work.values(select(func.count()).select_from(WebhookEndpoint).where(*_mine(work)))
    if count >= ENDPOINTS_MAX:
        mode = "live" if work.livemode else "test"
        raise InvalidRequest(f"You have reached the maximum of {ENDPOINTS_MAX} {mode} webhook endpoints.")


def _mine(work: Work) -> tuple[ColumnElement[bool], ...]:
    return WebhookEndpoint.account_id == work.account_id, WebhookEndpoint.livemode == work.livemode


def _distinct(types: Sequence[str]) -> list[str]:
    """The event types, each once. Their names have been checked against the official ones and our own."""
    if not types:
        raise InvalidParameter("An endpoint needs at least one event type.", param="enabled_events")
    return list(dict.fromkeys(types))


def _new_secret() -> str:
    return f"whsec_{new_secret(SECRET_LENGTH)}"
