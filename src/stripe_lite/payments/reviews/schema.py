"""What clients send and see of reviews."""

from typing import Literal

from pydantic import Field

from stripe_lite.core.clock import unix
from stripe_lite.core.lists import CreatedFilter, ListParams
from stripe_lite.core.objects import Expandable, StripeObject, Tree
from stripe_lite.payments.reviews.machine import ReviewStatus
from stripe_lite.payments.reviews.model import Review

OPENED_REASON = "rule"


class ReviewListParams(ListParams):
    """Which open reviews to list."""

    created: CreatedFilter | None = Field(None, description="Bounds on the time of creation.")


class ReviewObject(StripeObject):
    """A review: a payment that somebody should look at before it is relied upon."""

    id: str = Field(description="The review's id.")
    object: Literal["review"] = "review"
    billing_zip: str | None = Field(description="Postal code of the payer's billing address.")
    charge: Expandable | None = Field(description="The charge that is reviewed.")
    closed_reason: str | None = Field(description="Why it was closed; null while it is open.")
    created: int = Field(description="When it was opened, in seconds since 1970.")
    ip_address: str | None = Field(description="Always null: payers' addresses are not kept.")
    ip_address_location: Tree | None = Field(description="Always null: payers' addresses are not kept.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    open: bool = Field(description="Whether it waits for a decision.")
    opened_reason: str = Field(description="Why it was opened: always `rule`, that payments of elevated risk are.")
    payment_intent: Expandable | None = Field(None, description="The payment intent that made the charge.")
    reason: str = Field(description="Why it is open, or why it was closed.")
    session: Tree | None = Field(description="Always null: payers' browsers are not watched.")


class RuleObject(StripeObject):
    """The rule that puts payments into review."""

    action: str
    id: str
    predicate: str


RULE = RuleObject(action="manual_review", id="manual_review_if_elevated_risk", predicate=":risk_level: = 'elevated'")


def render(review: Review) -> ReviewObject:
    """A review as clients see it."""
    closed = None if review.status == ReviewStatus.OPEN else review.status
    rendered = ReviewObject(
        id=review.id,
        billing_zip=review.billing_zip,
        charge=review.charge_id,
        closed_reason=closed,
        created=unix(review.created_at),
        ip_address=None,
        ip_address_location=None,
        livemode=review.livemode,
        open=closed is None,
        opened_reason=OPENED_REASON,
        reason=closed or OPENED_REASON,
        session=None,
    )
    if review.payment_intent_id is not None:
        rendered.payment_intent = review.payment_intent_id
    return rendered
