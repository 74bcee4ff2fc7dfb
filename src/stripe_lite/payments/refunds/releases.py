"""Refunds of what was only reserved: they tell that a reservation was given up, and move no money."""

from stripe_lite.core.ids import new_id
from stripe_lite.core.objects import Metadata
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.refunds.machine import REFUND, RefundStatus
from stripe_lite.payments.refunds.model import Refund
from stripe_lite.payments.refunds.schema import render


def note(work: Work, charge: Charge, reason: str | None) -> Refund:
    """Tell, as a refund, that all of a reservation was given up."""
    refund = build(
        work, charge, charge.amount, reason, metadata={}, released=True, status=RefundStatus.SUCCEEDED, told=True
    )
    record(work, "refund.created", render(refund))
    return refund


def build(
    work: Work,
    charge: Charge,
    amount: int,
    reason: str | None,
    *,
    metadata: Metadata,
    released: bool = False,
    status: RefundStatus = REFUND.initial,
    told: bool = False,
) -> Refund:
    """A new refund of a charge, written with this work, in one of the states that refunds are born in."""
    assert status in REFUND.born, f"no refund is born {status}"
    refund = Refund(
        account_id=work.account_id,
        id=new_id("re"),
        livemode=work.livemode,
        created_at=work.now,
        status=status,
        amount=amount,
        currency=charge.currency,
        charge_id=charge.id,
        payment_intent_id=charge.payment_intent_id,
        released=released,
        told=told,
        reason=reason,
        meta=metadata,
        details={
            "method": charge.details["payment_method_details"]["type"],
            "charge_description": charge.details.get("description"),
        },
    )
    work.add(refund)
    return refund
