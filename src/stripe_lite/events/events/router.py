"""HTTP operations on events."""

from stripe_lite.core.lists import ListObject
from stripe_lite.db.work import Work
from stripe_lite.events.events import service as events
from stripe_lite.events.events.schema import EventListParams, EventObject, EventRetryParams
from stripe_lite.http.route import Router

router = Router(tag="Events")


@router.get("/v1/events")
async def list_events(work: Work, params: EventListParams) -> ListObject[EventObject]:
    """List the events of the last 30 days, newest first."""
    page = await events.page(work, params)
    return ListObject(data=await events.shown(work, page.rows), has_more=page.has_more, url="/v1/events")


@router.get("/v1/events/{id}")
async def retrieve_event(work: Work, id: str) -> EventObject:
    """Retrieve an event of the last 30 days."""
    return await events.show(work, id)


@router.post("/v1/events/{id}/retry")
async def retry_event(work: Work, id: str, params: EventRetryParams) -> EventObject:
    """Send an event again to an endpoint, as the official command line does with `events resend`."""
    return (await events.shown(work, [await events.retry(work, id, params)]))[0]
