"""What can be done with a customer's credit balance."""

from pydantic import ConfigDict

from stripe_lite.core import metadata, money
from stripe_lite.core.errors import ResourceMissing
from stripe_lite.core.lists import Page
from stripe_lite.core.objects import StripeObject, changes
from stripe_lite.customers.balance_transactions import posting
from stripe_lite.customers.balance_transactions.model import CustomerBalanceTransaction
from stripe_lite.customers.balance_transactions.schema import (
    BalanceTransactionCreateParams,
    BalanceTransactionListParams,
    BalanceTransactionUpdateParams,
    CustomerBalanceTransactionObject,
    render,
)
from stripe_lite.customers.customers import lookup
from stripe_lite.customers.customers.schema import render as render_customer
from stripe_lite.db.filters import created_between
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record

NOUN = "customer balance transaction"


class CreditBalanceObject(StripeObject):
    """A customer's credit in minor units, by currency; negative is what it owes."""

    model_config = ConfigDict(extra="allow")


async def create(work: Work, customer_id: str, params: BalanceTransactionCreateParams) -> CustomerBalanceTransaction:
    """Adjust a customer's credit balance. Transactions of one customer are made one after the other."""
    currency = money.check_currency(params.currency)
    posting.check_amount(params.amount, "amount")
    customer = await lookup.living(work, customer_id, lock=True)
    before = render_customer(customer)
    transaction = posting.post(
        work,
        customer,
        params.amount,
        currency,
        "adjustment",
        description=params.description,
        meta=metadata.merge({}, params.metadata),
    )
    after = render_customer(customer)
    if previous := changes(before, after):
        record(work, "customer.updated", after, previous)
    return transaction


async def retrieve(work: Work, customer_id: str, id: str, *, lock: bool = False) -> CustomerBalanceTransaction:
    """One of the customer's transactions."""
    await lookup.living(work, customer_id)
    transaction = await work.get(CustomerBalanceTransaction, id, lock=lock)
    if transaction is None or transaction.customer_id != customer_id:
        raise ResourceMissing(NOUN, id, param="transaction")
    return transaction


async def show(work: Work, id: str) -> CustomerBalanceTransactionObject:
    """The transaction as clients see it, whosever it is."""
    transaction = await work.get(CustomerBalanceTransaction, id)
    if transaction is None:
        raise ResourceMissing(NOUN, id)
    return render(transaction)


async def update(
    work: Work, customer_id: str, id: str, params: BalanceTransactionUpdateParams
) -> CustomerBalanceTransaction:
    """Change a transaction's description and metadata; everything else about it is history."""
    transaction = await retrieve(work, customer_id, id, lock=True)
    if params.given("description"):
        transaction.description = params.description
    if params.given("metadata"):
        transaction.meta = metadata.merge(transaction.meta, params.metadata)
    return transaction


async def page(work: Work, customer_id: str, params: BalanceTransactionListParams) -> Page[CustomerBalanceTransaction]:
    """A customer's transactions, newest first."""
    await lookup.living(work, customer_id)
    conditions = [
        CustomerBalanceTransaction.customer_id == customer_id,
        *created_between(CustomerBalanceTransaction, params.created),
    ]
    if params.invoice is not None:
        conditions.append(CustomerBalanceTransaction.invoice_id == params.invoice)
    return await work.page(CustomerBalanceTransaction, params, *conditions, noun=NOUN)


async def include(work: Work, customer: StripeObject) -> CreditBalanceObject:
    """The `invoice_credit_balance` of a customer, for `expand`."""
    row = await lookup.retrieve(work, getattr(customer, "id", ""))
    return CreditBalanceObject.model_validate(posting.credit(row))
