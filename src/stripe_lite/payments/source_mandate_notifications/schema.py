"""What clients see of source mandate notifications."""

from typing import Literal

from pydantic import Field

from stripe_lite.core.clock import unix
from stripe_lite.core.objects import StripeObject, Tree
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.source_mandate_notifications.model import SourceMandateNotification
from stripe_lite.payments.sources.schema import SourceSourceObject, render_source

CREDITOR = "TEST00ZZZ0123456789"  # The creditor identifier of test debits.


class SourceMandateNotificationObject(StripeObject):
    """Something that the merchant has to tell a payer about a mandate."""

    id: str = Field(description="The notification's id.")
    object: Literal["source_mandate_notification"] = "source_mandate_notification"
    amount: int | None = Field(description="What will be debited, in minor units; null where nothing is yet.")
    created: int = Field(description="When it was made, in seconds since 1970.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    reason: str = Field(description="`mandate_confirmed` or `debit_initiated`.")
    sepa_debit: Tree | None = Field(None, description="What the payer is to be told of the mandate.")
    source: SourceSourceObject = Field(description="The source that the mandate belongs to.")
    status: str = Field(description="Always `submitted`: an event has told the merchant.")
    type: str = Field(description="The source's type.")


def render(notification: SourceMandateNotification, source: PaymentMethod) -> SourceMandateNotificationObject:
    """A source mandate notification as clients see it."""
    shown: Tree = source.extras["source"]["shown"]
    return SourceMandateNotificationObject(
        id=notification.id,
        amount=notification.amount,
        created=unix(notification.created_at),
        livemode=notification.livemode,
        reason=notification.reason,
        sepa_debit={
            "creditor_identifier": CREDITOR,
            "last4": source.details["last4"],
            "mandate_reference": shown["mandate_reference"],
        },
        source=render_source(source),
        status="submitted",
        type=source.type,
    )
