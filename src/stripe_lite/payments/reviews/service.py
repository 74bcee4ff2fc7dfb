"""What can be done with reviews, and how they are opened and closed.

The bank says which payments look risky. What happens to such a payment afterwards closes its review: approval by the
merchant, a refund, a dispute, or that it was never captured.
"""

from sqlalchemy import select

from stripe_lite.core.errors import InvalidRequest, ResourceMissing
from stripe_lite.core.lists import Page
from stripe_lite.db.filters import created_between
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.payments.charges.schema import ChargeObject
from stripe_lite.payments.disputes.schema import DisputeObject
from stripe_lite.payments.payment_intents.schema import PaymentIntentObject
from stripe_lite.payments.reviews.machine import REVIEW, ReviewFact, ReviewStatus
from stripe_lite.payments.reviews.model import Review
from stripe_lite.payments.reviews.schema import RULE, ReviewListParams, ReviewObject, RuleObject, render


async def retrieve(work: Work, id: str, *, lock: bool = False) -> Review:
    """The review with this id."""
    review = await work.get(Review, id, lock=lock)
    if review is None:
        raise ResourceMissing("review", id, param="review")
    return review


async def show(work: Work, id: str) -> ReviewObject:
    """The review as clients see it."""
    return render(await retrieve(work, id))


async def show_rule(work: Work, id: str) -> RuleObject:
    """The rule that puts payments into review, as clients see it: there is one."""
    if id != RULE.id:
        raise ResourceMissing("rule", id, param="rule")
    return RULE


async def page(work: Work, params: ReviewListParams) -> Page[Review]:
    """The account's open reviews, newest first."""
    return await work.page(Review, params, Review.status == ReviewStatus.OPEN, *created_between(Review, params.created))


async def approve(work: Work, id: str) -> Review:
    """Close a review: the payment is in order."""
    review = await retrieve(work, id, lock=True)
    if not REVIEW.can(review.status, ReviewFact.APPROVED):
        raise InvalidRequest(f"This review is closed already, as {review.status}.", param="review")
    apply(work, review, ReviewFact.APPROVED)
    return review


def apply(work: Work, review: Review, fact: ReviewFact) -> None:
    """Let a fact happen to a review, and tell it."""
    rule = REVIEW.step(review.status, fact)
    review.status = rule.target
    if rule.event is not None:
        record(work, rule.event, render(review))


async def open_new(work: Work, charge: ChargeObject) -> None:
    """After a payment that looks risky: open the review that the charge names."""
    if not isinstance(charge.review, str):
        return
    address = charge.billing_details.get("address") or {}
    review = Review(
        account_id=work.account_id,
        id=charge.review,
        livemode=work.livemode,
        created_at=work.now,
        status=REVIEW.initial,
        charge_id=charge.id,
        payment_intent_id=charge.payment_intent,
        billing_zip=address.get("postal_code"),
    )
    work.add(review)
    record(work, "review.opened", render(review))


async def close_refunded(work: Work, charge: ChargeObject) -> None:
    """After a refund of all that was taken or reserved."""
    if not (charge.review and charge.refunded):
        return
    if not charge.amount_captured:
        fact = ReviewFact.CANCELED
    elif charge.fraud_details.get("user_report") == "fraudulent":
        fact = ReviewFact.REFUNDED_AS_FRAUD
    else:
        fact = ReviewFact.REFUNDED
    await _close(work, charge.id, fact)


async def close_expired(work: Work, charge: ChargeObject) -> None:
    """After a reservation that nobody captured in time."""
    if charge.review:
        await _close(work, charge.id, ReviewFact.CANCELED)


async def close_canceled(work: Work, intent: PaymentIntentObject) -> None:
    """After a payment was given up before it was captured."""
    if intent.review and isinstance(intent.latest_charge, str):
        await _close(work, intent.latest_charge, ReviewFact.CANCELED)


async def close_disputed(work: Work, dispute: DisputeObject) -> None:
    """After a dispute of the payment."""
    assert isinstance(dispute.charge, str)
    await _close(work, dispute.charge, ReviewFact.DISPUTED)


async def _close(work: Work, charge_id: str, fact: ReviewFact) -> None:
    undecided = select(Review).where(
        Review.account_id == work.account_id, Review.charge_id == charge_id, Review.status == ReviewStatus.OPEN
    )
    for review in await work.all(undecided, lock=True):
        if REVIEW.can(review.status, fact):  # It may have been closed by this work, which is not written yet.
            apply(work, review, fact)
