"""What can be read of source transactions, and how money comes in for receivers.

Nobody sends money to a test source: a job does, how much and when by the owner's e-mail address.
"""

import re
import secrets
from datetime import timedelta

from stripe_lite.core.errors import ResourceMissing
from stripe_lite.core.ids import new_id, new_secret
from stripe_lite.core.lists import Page
from stripe_lite.core.objects import Tree
from stripe_lite.db import jobs
from stripe_lite.db.jobs import Job
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.refunds.schema import RefundObject
from stripe_lite.payments.source_transactions.model import SourceTransaction
from stripe_lite.payments.source_transactions.schema import (
    SourceTransactionListParams,
    SourceTransactionObject,
    render,
)
from stripe_lite.payments.sources import life, types
from stripe_lite.payments.sources.machine import SourceFact, SourceStatus
from stripe_lite.payments.sources.schema import render_source

FUNDING_JOB = "source_funding"
PREFIX = "src_"
# What is sent to a test source unless its owner's address says how much.
TEST_AMOUNT = 1000
AMOUNT = re.compile(r"amount_([0-9]{1,8})@")
NEVER, AT_ONCE = "+fill_never@", "+fill_now@"
DELAY = timedelta(seconds=3)


async def show(work: Work, source_id: str, id: str) -> SourceTransactionObject:
    """A source's transaction as clients see it."""
    transaction = await work.get(SourceTransaction, id)
    if transaction is None or transaction.source_id != source_id:
        raise ResourceMissing("source_transaction", id, param="source_transaction")
    return render(transaction)


async def page(work: Work, source: PaymentMethod, params: SourceTransactionListParams) -> Page[SourceTransaction]:
    """What was sent to a source, newest first."""
    return await work.page(SourceTransaction, params, SourceTransaction.source_id == source.id)


def expect(work: Work, source: PaymentMethod) -> None:
    """Let test money arrive at a receiver."""
    told = life.told(source)
    email: str = source.billing_details.get("email") or ""
    amount, delay = told["amount"], DELAY
    if told["type"] == types.RECEIVED:
        named = AMOUNT.match(email)
        amount, delay = TEST_AMOUNT if named is None else int(named[1]), timedelta(0)
    elif AT_ONCE in email:
        delay = timedelta(0)
    if work.livemode or NEVER in email or not amount:
        return
    jobs.later(work, FUNDING_JOB, work.now + delay, {"source": source.id, "amount": amount}, livemode=source.livemode)


async def fund(work: Work, job: Job) -> None:
    """Money arrives at a receiver; one that was given up meanwhile takes none."""
    source = await work.get(PaymentMethod, job.payload["source"], lock=True)
    if source is None:
        return
    again = life.told(source)["type"] == types.RECEIVED and source.source_status == SourceStatus.CHARGEABLE
    if again or source.source_status == SourceStatus.PENDING:
        _receive(work, source, job.payload["amount"])


async def give_back(work: Work, refund: RefundObject) -> None:
    """After a refund of what a receiver was charged: the money goes back to whoever sent it, once that is known."""
    charge = await work.get(Charge, refund.charge) if isinstance(refund.charge, str) else None
    if charge is None or not (charge.payment_method_id or "").startswith(PREFIX) or refund.status == "failed":
        return
    source = await work.get(PaymentMethod, charge.payment_method_id or "", lock=True)
    if source is None or life.told(source)["flow"] != "receiver":
        return
    receiver: Tree = life.told(source)["receiver"]
    returned: Tree = {"amount_returned": receiver["amount_returned"] + refund.amount}
    asks = receiver["refund_attributes_status"] == "missing" and receiver["refund_attributes_method"] != "none"
    if asks:
        returned["refund_attributes_status"] = "requested"
    life.tell(source, receiver=receiver | returned)
    if asks and receiver["refund_attributes_method"] == "manual":
        record(work, "source.refund_attributes_required", render_source(source))


def _receive(work: Work, source: PaymentMethod, amount: int) -> None:
    told = life.told(source)
    receiver: Tree = told["receiver"]
    life.tell(source, receiver=receiver | {"amount_received": receiver["amount_received"] + amount})
    if told["type"] == types.RECEIVED:
        transaction = SourceTransaction(
            account_id=work.account_id,
            id=new_id("srctxn"),
            livemode=source.livemode,
            created_at=work.now,
            source_id=source.id,
            type=told["type"],
            amount=amount,
            currency=told["currency"],
            details=_sender(),
        )
        work.add(transaction)
        record(work, "source.transaction.created", render(transaction))
    if source.source_status == SourceStatus.PENDING:
        life.apply(work, source, SourceFact.READY)


def _sender() -> Tree:
    """A sender nobody knows."""
    return {
        "customer_data": f"{secrets.randbelow(10**10):010}",
        "fingerprint": new_secret(16),
        "last4": f"{secrets.randbelow(10**4):04}",
        "routing_number": "110000000",
    }
