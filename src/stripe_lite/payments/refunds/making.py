"""New refunds of charges, as they are written down before a bank is asked."""

from stripe_lite.core.ids import new_id
from stripe_lite.core.objects import Metadata
from stripe_lite.db.work import Work
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.refunds.machine import REFUND
from stripe_lite.payments.refunds.model import Refund


def make(work: Work, charge: Charge, amount: int, reason: str | None, metadata: Metadata) -> Refund:
    """A new refund of a charge, written with this work; of one that only reserved it releases the reservation."""
    refund = Refund(
        account_id=work.account_id,
        id=new_id("re"),
        livemode=work.livemode,
        created_at=work.now,
        status=REFUND.initial,
        amount=amount,
        currency=charge.currency,
        charge_id=charge.id,
        payment_intent_id=charge.payment_intent_id,
        released=not charge.captured,
        told=False,
        reason=reason,
        meta=metadata,
        details={
            "method": charge.details["payment_method_details"]["type"],
            "charge_description": charge.details.get("description"),
        },
    )
    work.add(refund)
    return refund
