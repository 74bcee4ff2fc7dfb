"""Refunds of a customer's cash: what was transferred goes back to the account that the customer names on a page.

The money leaves the cash balance at once, and comes back to it where the customer never answers.
"""

from datetime import timedelta

from stripe_lite.bank import refund_accounts
from stripe_lite.core import metadata, money
from stripe_lite.core.clock import unix
from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.ids import new_id, new_secret
from stripe_lite.customers.cash_balances import posting, transfers
from stripe_lite.customers.cash_balances import service as cash_balances
from stripe_lite.customers.cash_balances.service import Incoming
from stripe_lite.customers.customers import lookup
from stripe_lite.db.jobs import Job
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.payments.refunds import service as refunds
from stripe_lite.payments.refunds.machine import REFUND, RefundFact, RefundStatus
from stripe_lite.payments.refunds.model import Refund
from stripe_lite.payments.refunds.schema import RefundCreateParams, render

EXPIRY_JOB = "return_expiry"
ARRIVAL_JOB = "return_arrival"
ANSWER_LIFE = timedelta(days=45)
SECRET_LENGTH = 32
METHOD = "customer_balance"


async def create(work: Work, params: RefundCreateParams) -> Refund:
    """Give a customer's cash back: the customer is asked where to."""
    for name in ("customer", "amount", "currency"):
        if getattr(params, name) is None:
            raise InvalidRequest(f"Missing required param: {name}.", code="parameter_missing", param=name)
    assert params.customer is not None and params.amount is not None and params.currency is not None
    currency = money.check_currency(params.currency)
    transfers.type_of(currency)
    customer = await lookup.retrieve(work, params.customer, param="customer", lock=True)
    _check_amount(params.amount, currency, await posting.available(work, customer, currency))
    address = params.instructions_email or customer.email
    if address is None:
        raise InvalidRequest(
            "The customer must be asked where the money is to be sent: provide `instructions_email`, or set the "
            "customer's email.",
            code="parameter_missing",
            param="instructions_email",
        )
    id = new_id("re")
    refund = Refund(
        account_id=work.account_id,
        id=id,
        livemode=work.livemode,
        created_at=work.now,
        status=REFUND.initial,
        amount=params.amount,
        currency=currency,
        customer_id=customer.id,
        reason=params.reason,
        meta=metadata.merge({}, params.metadata),
        details={
            "instructions_email": address,
            "method": METHOD,
            "page": f"{work.origin}/hosted/refunds/{work.account_id}/{id}_{new_secret(SECRET_LENGTH)}",
        },
    )
    work.add(refund)
    await posting.post(work, customer, "return_initiated", -refund.amount, currency, refund_id=id)
    ask(work, refund)
    refund.told = True
    record(work, "refund.created", render(refund))
    _later(work, refund, EXPIRY_JOB, ANSWER_LIFE)
    return refund


async def cancel(work: Work, id: str) -> Refund:
    """Cancel a return that the customer has not answered yet."""
    refund = await refunds.retrieve(work, id, lock=True)
    if not REFUND.can(refund.status, RefundFact.CANCELED):
        raise refunds.not_cancelable(refund)
    await end(work, refund, RefundFact.CANCELED, "merchant_request")
    return refund


async def end(work: Work, refund: Refund, fact: RefundFact, reason: str) -> None:
    """A return came to nothing: the money is the customer's cash again. The refund is locked."""
    refund.failure_reason = reason
    refund.details = refund.details | {"next_action": None}
    refunds.apply(work, refund, fact)
    customer = await posting.hold(work, refund.customer_id or "")
    await posting.post(work, customer, "return_canceled", refund.amount, refund.currency, refund_id=refund.id)
    await cash_balances.distribute(work, Incoming(customer, refund.currency))


async def expire_due(work: Work, job: Job) -> None:
    """The customer's time is over. A return that was answered or canceled before is left alone."""
    refund = await refunds.retrieve(work, job.payload["refund"], lock=True)
    if refund.status == RefundStatus.REQUIRES_ACTION:
        await end(work, refund, RefundFact.FAILED, "unknown")


def ask(work: Work, refund: Refund) -> None:
    """Write to the customer to say where the money is to be sent, until 45 days after the refund was made."""
    sent = {"email_sent_at": unix(work.now), "email_sent_to": refund.details["instructions_email"]}
    told = {"email_sent": sent, "expires_at": unix(refund.created_at + ANSWER_LIFE)}
    refund.details = refund.details | {"next_action": {"display_details": told, "type": "display_details"}}
    refunds.apply(work, refund, RefundFact.ACTION_REQUIRED)


async def answer(work: Work, id: str, number: str) -> Refund:
    """The customer named an account. Nothing is kept of it but whether it takes the money."""
    refund = await refunds.retrieve(work, id, lock=True)
    if refund.status != RefundStatus.REQUIRES_ACTION:
        raise InvalidRequest(f"This refund waits for no account: it has a status of {refund.status}.")
    takes = refund_accounts.takes_money(refund.currency, number)
    if takes is None:
        raise InvalidRequest(
            f"This is not the {refund_accounts.ACCOUNTS[refund.currency].noun} of a test account.",
            param="account_number",
        )
    refund.details = refund.details | {"next_action": None}
    refunds.apply(work, refund, RefundFact.ACTION_COMPLETED)
    _later(work, refund, ARRIVAL_JOB, timedelta(seconds=work.terms.settlement_delay_seconds), takes=takes)
    return refund


async def arrive(work: Work, job: Job) -> None:
    """The money arrived; or the customer's bank sent it back, and the customer is asked again."""
    refund = await refunds.retrieve(work, job.payload["refund"], lock=True)
    if refund.status != RefundStatus.PENDING:
        return
    if job.payload["takes"]:
        refunds.apply(work, refund, RefundFact.SUCCEEDED)
    elif refund.created_at + ANSWER_LIFE > work.now:
        ask(work, refund)
    else:
        await end(work, refund, RefundFact.FAILED, "unknown")


def _check_amount(amount: int, currency: str, available: int) -> None:
    if amount < 1:
        raise InvalidRequest(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount"
        )
    if amount > available:
        wanted, there = money.display(amount, currency), money.display(available, currency)
        raise InvalidRequest(
            f"Refund amount ({wanted}) is greater than the customer's available cash balance ({there})",
            code="insufficient_funds",
            param="amount",
        )


def _later(work: Work, refund: Refund, kind: str, delay: timedelta, **more: bool) -> None:
    work.add(
        Job(
            account_id=work.account_id,
            id=new_id("job"),
            livemode=refund.livemode,
            kind=kind,
            created_at=work.now,
            run_at=work.now + delay,
            payload={"refund": refund.id} | more,
        )
    )
