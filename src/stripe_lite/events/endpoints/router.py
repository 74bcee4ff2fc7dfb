"""HTTP operations on webhook endpoints."""

from stripe_lite.core.lists import ListObject
from stripe_lite.db.work import Work
from stripe_lite.events.endpoints import service as endpoints
from stripe_lite.events.endpoints.schema import (
    DeletedWebhookEndpointObject,
    WebhookEndpointCreateParams,
    WebhookEndpointListParams,
    WebhookEndpointObject,
    WebhookEndpointUpdateParams,
    render,
    render_created,
    render_deleted,
)
from stripe_lite.http.route import Router

router = Router(tag="Webhook endpoints")


@router.post("/v1/webhook_endpoints")
async def create_webhook_endpoint(work: Work, params: WebhookEndpointCreateParams) -> WebhookEndpointObject:
    """Create a webhook endpoint; the answer alone shows its secret."""
    return render_created(await endpoints.create(work, params))


@router.get("/v1/webhook_endpoints/{webhook_endpoint}")
async def retrieve_webhook_endpoint(work: Work, webhook_endpoint: str) -> WebhookEndpointObject:
    """Retrieve a webhook endpoint."""
    return render(await endpoints.retrieve(work, webhook_endpoint))


@router.post("/v1/webhook_endpoints/{webhook_endpoint}")
async def update_webhook_endpoint(
    work: Work, webhook_endpoint: str, params: WebhookEndpointUpdateParams
) -> WebhookEndpointObject:
    """Change a webhook endpoint, or disable or enable it."""
    return render(await endpoints.update(work, webhook_endpoint, params))


@router.delete("/v1/webhook_endpoints/{webhook_endpoint}")
async def delete_webhook_endpoint(work: Work, webhook_endpoint: str) -> DeletedWebhookEndpointObject:
    """Delete a webhook endpoint."""
    return render_deleted(await endpoints.delete(work, webhook_endpoint))


@router.get("/v1/webhook_endpoints")
async def list_webhook_endpoints(work: Work, params: WebhookEndpointListParams) -> ListObject[WebhookEndpointObject]:
    """List webhook endpoints, newest first."""
    page = await endpoints.page(work, params)
    rows = [render(row) for row in page.rows]
    return ListObject(data=rows, has_more=page.has_more, url="/v1/webhook_endpoints")
