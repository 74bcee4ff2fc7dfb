"""HTTP operations on source mandate notifications."""

from stripe_lite.db.work import Work
from stripe_lite.http.route import Router
from stripe_lite.payments.source_mandate_notifications import service as notifications
from stripe_lite.payments.source_mandate_notifications.schema import SourceMandateNotificationObject

router = Router(tag="Sources")


@router.get("/v1/sources/{source}/mandate_notifications/{mandate_notification}")
async def retrieve_mandate_notification(
    work: Work, source: str, mandate_notification: str
) -> SourceMandateNotificationObject:
    """Retrieve what a payer must be told of a mandate."""
    return await notifications.show(work, source, mandate_notification)
