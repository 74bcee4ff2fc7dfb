"""Refunds of what came by bank transfer: of payments, and of customers' cash that no payment used.

The payer names an account on a page, or leaves the money with the merchant as cash for later. What is given back of the
cash itself leaves it at once, and comes back to it where the customer never answers.
"""

from stripe_lite.bank import refund_accounts
from stripe_lite.core import contacts, metadata, money
from stripe_lite.core.errors import InvalidParameter, InvalidRequest
from stripe_lite.core.ids import new_id, new_secret
from stripe_lite.customers.cash_balances import posting, transfers
from stripe_lite.customers.cash_balances import service as cash_balances
from stripe_lite.customers.cash_balances.service import Incoming
from stripe_lite.customers.customers import lookup
from stripe_lite.db import jobs
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.refunds import payers
from stripe_lite.payments.refunds import service as refunds
from stripe_lite.payments.refunds.machine import REFUND, RefundFact
from stripe_lite.payments.refunds.model import Refund
from stripe_lite.payments.refunds.schema import RefundCreateParams, render
from stripe_lite.payments.refunds.terms import ANSWER_LIFE

ARRIVAL_JOB = "return_arrival"
SECRET_LENGTH = 32
METHOD = "customer_balance"


async def create(work: Work, params: RefundCreateParams) -> Refund:
    """Give a customer's cash back: the customer is asked where to."""
    for name in ("customer", "amount", "currency"):
        if getattr(params, name) is None:
            raise InvalidParameter(f"Missing required param: {name}.", code="parameter_missing", param=name)
    assert params.customer is not None and params.amount is not None and params.currency is not None
    currency = money.check_currency(params.currency)
    transfers.type_of(currency)
    customer = await lookup.retrieve(work, params.customer, param="customer", lock=True)
    _check_amount(params.amount, currency, await posting.available(work, customer, currency))
    contacts.check_email(params.instructions_email, "instructions_email")
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
        details={"method": METHOD},
    )
    if params.instructions_email is not None:
        refund.details = refund.details | {"instructions_email": params.instructions_email}
    page = f"{work.origin}/hosted/refunds/{work.account_id}/{id}_{new_secret(SECRET_LENGTH)}"
    payers.ask(work, refund, customer.email, page)
    refunds.apply(work, refund, RefundFact.ACTION_REQUIRED)
    work.add(refund)
    await posting.post(work, customer, "return_initiated", -refund.amount, currency, refund_id=id)
    refund.told = True
    record(work, "refund.created", render(refund))
    return refund


async def take_back(work: Work, refund: Refund, fact: RefundFact, reason: str) -> None:
    """A refund of cash came to nothing: the money is the customer's cash again. The refund is locked."""
    before = render(refund)
    refund.failure_reason = reason
    refund.details = refund.details | {"next_action": None}
    refunds.apply(work, refund, fact, before)
    customer = await posting.hold(work, refund.customer_id or "")
    transaction = await posting.post(
        work, customer, "return_canceled", refund.amount, refund.currency, refund_id=refund.id
    )
    await cash_balances.distribute(work, Incoming(customer, transaction))


def arrives(refund: Refund, account_number: str) -> bool | None:
    """Whether a transfer to this account arrives; None for refunds that are not sent by transfer of ours."""
    if refund.details["method"] != METHOD:
        return None
    arrives = refund_accounts.takes_money(refund.currency, account_number)
    if arrives is None:
        noun = refund_accounts.ACCOUNTS[refund.currency].noun
        raise InvalidRequest(f"This is not the {noun} of a test account.", param="account_number")
    return arrives


def send(work: Work, refund: Refund, *, arrives: bool) -> None:
    """Send the money; of the account nothing is kept but whether it will arrive."""
    jobs.later(
        work,
        ARRIVAL_JOB,
        work.now + work.terms.settlement_delay,
        {"refund": refund.id, "arrives": arrives},
        livemode=refund.livemode,
    )


def ask_again(work: Work, refund: Refund) -> bool:
    """The payer's bank sent the money back: ask for another account, if there is time left for it."""
    if refund.created_at + ANSWER_LIFE <= work.now:
        return False
    before = render(refund)
    payers.write(work, refund)
    refunds.apply(work, refund, RefundFact.ACTION_REQUIRED, before)
    return True


async def keep(work: Work, charge: Charge | None, refund: Refund) -> None:
    """Put the money of a payment, which is locked with its refund, into its customer's cash balance instead."""
    if charge is None or charge.customer_id is None or refund.details["method"] != METHOD:
        raise InvalidRequest("Only what was paid by bank transfer can be kept for later payments.", param="outcome")
    before = render(refund)
    refund.details = refund.details | {"kept": True, "next_action": None}
    refunds.apply(work, refund, RefundFact.ACTION_COMPLETED, before)
    refunds.apply(work, refund, RefundFact.SUCCEEDED)
    customer = await posting.hold(work, charge.customer_id)
    transaction = await posting.post(
        work, customer, "refunded_from_payment", refund.amount, refund.currency, refund_id=refund.id
    )
    await cash_balances.distribute(work, Incoming(customer, transaction))


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
