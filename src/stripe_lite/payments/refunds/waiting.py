"""Refunds of payments that are still pending: sent when the money has come, given up when it does not."""

from sqlalchemy import select

from stripe_lite.core.objects import Tree, changes
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.payments.charges import service as charges
from stripe_lite.payments.charges.machine import ChargeFact
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.charges.schema import render as render_charge
from stripe_lite.payments.refunds import booking
from stripe_lite.payments.refunds import service as refunds
from stripe_lite.payments.refunds.machine import RefundFact, RefundStatus
from stripe_lite.payments.refunds.model import Refund
from stripe_lite.payments.refunds.schema import AWAITS_CHARGE, render


async def send(work: Work, charge: Charge) -> None:
    """The payment has succeeded: ask the bank for every refund that waited for it. The charge is locked.

    What is given back was reserved on the charge before, and is told now: one refund after the other.
    """
    waiting = await _of(work, charge)
    charge.amount_refunded -= sum(refund.amount for refund in waiting)
    for refund in waiting:
        before = render(refund)
        charge.amount_refunded += refund.amount
        refund.details = refund.details | {AWAITS_CHARGE: False}
        await booking.book_given(work, refund)
        after = render(refund)
        previous = changes(before, after)
        record(work, "refund.updated", after, previous)
        record(work, "charge.refund.updated", after, previous)
        refunds.ask_bank(work, charge, refund, ("refund", refund.id))
        now = render_charge(charge)
        told: Tree = {"amount_refunded": now.amount_refunded - refund.amount}
        charges.apply(work, charge, ChargeFact.REFUNDED, told | ({"refunded": False} if now.refunded else {}))


async def cancel(work: Work, charge: Charge) -> None:
    """The payment comes to nothing: there is nothing to be given back. The charge is locked."""
    for refund in await _of(work, charge):
        before = render(refund)
        charge.amount_refunded -= refund.amount
        refund.details = refund.details | {AWAITS_CHARGE: False}
        refunds.apply(work, refund, RefundFact.CANCELED, before)


async def _of(work: Work, charge: Charge) -> list[Refund]:
    """The refunds that wait for this charge, the oldest first."""
    if charge.amount_refunded == 0:
        return []
    open_ones = select(Refund).where(
        Refund.account_id == work.account_id, Refund.charge_id == charge.id, Refund.status == RefundStatus.PENDING
    )
    found = await work.all(open_ones.order_by(Refund.id), lock=True)
    return [refund for refund in found if refund.details.get(AWAITS_CHARGE)]
