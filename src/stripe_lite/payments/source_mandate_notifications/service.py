"""What payers must be told of their mandates, where the merchant wants to tell them."""

from typing import Literal

from stripe_lite.core.errors import ResourceMissing
from stripe_lite.core.ids import new_id
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.source_mandate_notifications.model import SourceMandateNotification
from stripe_lite.payments.source_mandate_notifications.schema import SourceMandateNotificationObject, render
from stripe_lite.payments.sources import life


async def show(work: Work, source_id: str, id: str) -> SourceMandateNotificationObject:
    """A source's mandate notification as clients see it."""
    notification = await work.get(SourceMandateNotification, id)
    source = await work.get(PaymentMethod, source_id)
    if notification is None or source is None or notification.source_id != source_id:
        raise ResourceMissing("mandate_notification", id, param="mandate_notification")
    return render(notification, source)


def notify(
    work: Work,
    source: PaymentMethod,
    reason: Literal["mandate_confirmed", "debit_initiated"],
    amount: int | None = None,
) -> None:
    """Ask the merchant to tell the payer, unless that is not the merchant's business."""
    told = life.told(source)
    if told["type"] != "sepa_debit" or (told.get("mandate") or {}).get("notification_method") != "manual":
        return
    notification = SourceMandateNotification(
        account_id=work.account_id,
        id=new_id("srcmn"),
        livemode=source.livemode,
        created_at=work.now,
        source_id=source.id,
        reason=reason,
        amount=amount,
    )
    work.add(notification)
    record(work, "source.mandate_notification", render(notification, source))
