"""How a refund goes on that waits for its payer: they say where the money is to be sent, or they let the time pass."""

from stripe_lite.core.errors import InvalidRequest
from stripe_lite.db.jobs import Job
from stripe_lite.db.work import Work
from stripe_lite.payments.charges import service as charges
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.refunds import returns
from stripe_lite.payments.refunds import service as refunds
from stripe_lite.payments.refunds.machine import RefundFact, RefundStatus
from stripe_lite.payments.refunds.model import Refund
from stripe_lite.payments.refunds.schema import render

NO_ANSWER = "unknown"


async def give(work: Work, id: str, account_number: str) -> Refund:
    """The payer said where the money is to be sent. The bank's port takes no account number, and none is kept."""
    charge, refund = await _waiting(work, id)
    arrives = returns.arrives(refund, account_number)
    before = render(refund)
    refund.details = refund.details | {"next_action": None}
    refunds.apply(work, refund, RefundFact.ACTION_COMPLETED, before)
    if charge is None or arrives is not None:
        returns.send(work, refund, arrives=bool(arrives))
    else:
        refunds.ask_bank(work, charge, refund, ("refund", refund.id))
    return refund


async def keep(work: Work, id: str) -> Refund:
    """The payer would rather leave the money with the merchant, for later payments."""
    charge, refund = await _waiting(work, id)
    await returns.keep(work, charge, refund)
    return refund


async def cancel(work: Work, id: str) -> Refund:
    """Cancel a refund that waits for the payer; its amount can be given back anew."""
    charge, refund = await _found(work, id)
    if refund.status != RefundStatus.REQUIRES_ACTION:
        raise InvalidRequest(
            f"You cannot cancel this refund because it has a status of {refund.status}. Only a refund with the status "
            "requires_action may be canceled."
        )
    await end(work, charge, refund, RefundFact.CANCELED, "merchant_request")
    return refund


async def expire(work: Work, id: str) -> Refund:
    """Let the time pass within which the payer could have answered: a helper for tests."""
    if work.livemode:
        raise InvalidRequest("Test helpers can only be used in test mode.")
    charge, refund = await _waiting(work, id)
    await end(work, charge, refund, RefundFact.FAILED, NO_ANSWER)
    return refund


async def expire_due(work: Work, job: Job) -> None:
    """The time has passed. A refund that was answered or canceled before is left alone."""
    charge, refund = await _found(work, job.payload["refund"])
    if refund.status == RefundStatus.REQUIRES_ACTION:
        await end(work, charge, refund, RefundFact.FAILED, NO_ANSWER)


async def arrive(work: Work, job: Job) -> None:
    """What was sent by transfer has arrived; or the payer's bank sent it back, and the payer is asked again."""
    charge, refund = await _found(work, job.payload["refund"])
    if refund.status != RefundStatus.PENDING:
        return
    if job.payload["arrives"]:
        refunds.apply(work, refund, RefundFact.SUCCEEDED)
    elif not returns.ask_again(work, refund):
        await end(work, charge, refund, RefundFact.FAILED, NO_ANSWER)


async def end(work: Work, charge: Charge | None, refund: Refund, fact: RefundFact, reason: str) -> None:
    """A refund came to nothing: the money is where it was before. Refund and charge are locked."""
    if charge is None:
        await returns.take_back(work, refund, fact, reason)
    else:
        await refunds.take_back(work, charge, refund, fact, reason)


async def _waiting(work: Work, id: str) -> tuple[Charge | None, Refund]:
    charge, refund = await _found(work, id)
    if refund.status != RefundStatus.REQUIRES_ACTION:
        raise InvalidRequest(
            f"This refund waits for no answer of the payer's: it has a status of {refund.status}, and not of "
            "requires_action."
        )
    return charge, refund


async def _found(work: Work, id: str) -> tuple[Charge | None, Refund]:
    """The refund, and its charge if it has one, both locked."""
    found = await refunds.retrieve(work, id)
    charge = None if found.charge_id is None else await charges.retrieve(work, found.charge_id, lock=True)
    return charge, await refunds.retrieve(work, id, lock=True)
