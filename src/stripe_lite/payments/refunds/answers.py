"""How a refund goes on that waits for its payer: they say where the money is to be sent, or they let the time pass."""

from stripe_lite.core.errors import InvalidRequest
from stripe_lite.db.jobs import Job
from stripe_lite.db.work import Work
from stripe_lite.payments.charges import service as charges
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.refunds import service as refunds
from stripe_lite.payments.refunds.machine import RefundFact, RefundStatus
from stripe_lite.payments.refunds.model import Refund

NO_ANSWER = "unknown"


async def give(work: Work, id: str) -> Refund:
    """The payer said where the money is to be sent. The bank's port takes no account number, and none is kept."""
    charge, refund = await _waiting(work, id)
    refund.details = refund.details | {"next_action": None}
    refunds.apply(work, refund, RefundFact.ACTION_COMPLETED)
    refunds.ask_bank(work, charge, refund, ("refund", refund.id))
    return refund


async def expire(work: Work, id: str) -> Refund:
    """Let the time pass within which the payer could have answered: a helper for tests."""
    if work.livemode:
        raise InvalidRequest("Test helpers can only be used in test mode.")
    charge, refund = await _waiting(work, id)
    await refunds.take_back(work, charge, refund, RefundFact.FAILED, NO_ANSWER)
    return refund


async def expire_due(work: Work, job: Job) -> None:
    """The time has passed. A refund that was answered or canceled before is left alone."""
    found = await refunds.retrieve(work, job.payload["refund"])
    charge = await charges.retrieve(work, found.charge_id or "", lock=True)
    refund = await refunds.retrieve(work, found.id, lock=True)
    if refund.status == RefundStatus.REQUIRES_ACTION:
        await refunds.take_back(work, charge, refund, RefundFact.FAILED, NO_ANSWER)


async def _waiting(work: Work, id: str) -> tuple[Charge, Refund]:
    """The refund and its charge, both locked."""
    found = await refunds.retrieve(work, id)
    charge = await charges.retrieve(work, found.charge_id or "", lock=True)
    refund = await refunds.retrieve(work, id, lock=True)
    if refund.status != RefundStatus.REQUIRES_ACTION:
        raise InvalidRequest(
            f"This refund waits for no answer of the payer's: it has a status of {refund.status}, and not of "
            "requires_action."
        )
    return charge, refund
