"""What can be done with customers."""

from sqlalchemy import ColumnElement, select

from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.ids import new_id, new_secret
from stripe_lite.core.lists import ListObject, Page
from stripe_lite.core.objects import StripeObject, changes
from stripe_lite.core.search import Kind
from stripe_lite.customers.balance_transactions import posting
from stripe_lite.customers.cash_balances import posting as cash
from stripe_lite.customers.customers import fields, links
from stripe_lite.customers.customers.lookup import living, retrieve
from stripe_lite.customers.customers.model import Customer
from stripe_lite.customers.customers.schema import (
    CustomerCreateParams,
    CustomerListParams,
    CustomerObject,
    CustomerSearchParams,
    CustomerUpdateParams,
    DeletedCustomerObject,
    render,
    render_deleted,
)
from stripe_lite.customers.tax_ids import registration
from stripe_lite.db import locks
from stripe_lite.db.filters import created_between
from stripe_lite.db.search import Field, Found, Searchable
from stripe_lite.db.search import search as search_rows
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record

__all__ = ["create", "delete", "include_subscriptions", "living", "page", "retrieve", "search", "show", "update"]

INVOICE_PREFIX_LENGTH = 8

SEARCHABLE = Searchable(
    "customers",
    {
        "created": Field(Kind.TIME, Customer.__table__.c.created_at),
        "email": Field(Kind.STRING, Customer.__table__.c.email),
        "name": Field(Kind.STRING, Customer.__table__.c.name),
        "phone": Field(Kind.STRING, Customer.__table__.c.phone),
    },
    Customer.__table__.c.metadata,
)


async def create(work: Work, params: CustomerCreateParams) -> Customer:
    """Create a customer, with its tax ids and its first balance, and attach its first payment method."""
    fields.check(params)
    if len(params.tax_id_data or ()) > registration.CUSTOMER_MAX:
        raise registration.too_many("A customer", registration.CUSTOMER_MAX, param="tax_id_data")
    customer = Customer(
        account_id=work.account_id,
        id=new_id("cus"),
        livemode=work.livemode,
        created_at=work.now,
        deleted=False,
        balance=0,
        invoice_prefix=new_secret(INVOICE_PREFIX_LENGTH).upper(),
        next_invoice_sequence=1,
        meta={},
        details={},
    )
    await _keep_prefix_unique(work, params.invoice_prefix, customer)
    fields.write(customer, params)
    work.add(customer)
    if params.balance:
        posting.check_amount(params.balance, "balance")
        posting.post(work, customer, params.balance, posting.currency_of(customer), "initial")
    event_id = new_id("evt")  # Taken here, so that the customer's creation comes before what is attached to it.
    await links.make(work, customer, params)
    record(work, "customer.created", render(customer), id=event_id)
    for index, tax_id in enumerate(params.tax_id_data or ()):
        param = f"tax_id_data[{index}][value]"
        registration.register(work, tax_id.type, tax_id.value, customer_id=customer.id, param=param)
    return customer


async def show(work: Work, id: str) -> CustomerObject | DeletedCustomerObject:
    """The customer as clients see it, whether it was deleted or not."""
    customer = await retrieve(work, id)
    return render_deleted(customer) if customer.deleted else render(customer)


async def update(work: Work, id: str, params: CustomerUpdateParams) -> Customer:
    """Change a customer. A new balance is reached by an adjustment, which stays in the list of its transactions."""
    fields.check(params)
    customer = await living(work, id, param="id", lock=True)
    before = render(customer)
    await _keep_prefix_unique(work, params.invoice_prefix, customer)
    fields.write(customer, params)
    if params.balance is not None and params.balance != customer.balance:
        posting.check_amount(params.balance, "balance")
        difference = params.balance - customer.balance
        posting.post(work, customer, difference, posting.currency_of(customer), "adjustment")
    await links.make(work, customer, params)
    after = render(customer)
    if previous := changes(before, after):
        record(work, "customer.updated", after, previous)
    return customer


async def delete(work: Work, id: str) -> Customer:
    """Delete a customer for good. Its payments stay; money that it has left must be given back first."""
    customer = await living(work, id, param="id", lock=True)
    if any((await cash.amounts(work, customer) or {}).values()):
        raise InvalidRequest(
            f"You cannot delete the customer {id}, who has an available cash balance. Apply it to a payment, or refund "
            "it, first."
        )
    customer.deleted = True
    record(work, "customer.deleted", render(customer))
    return customer


async def page(work: Work, params: CustomerListParams) -> Page[Customer]:
    """The account's customers, newest first."""
    conditions: list[ColumnElement[bool]] = [Customer.deleted.is_(False), *created_between(Customer, params.created)]
    if params.email is not None:
        conditions.append(Customer.email == params.email)
    return await work.page(Customer, params, *conditions)


async def include_subscriptions(work: Work, customer: StripeObject) -> ListObject[StripeObject]:
    """The `subscriptions` of a customer, for `expand`: none, as long as no subscriptions are served."""
    return ListObject(data=[], has_more=False, url=f"/v1/customers/{getattr(customer, 'id', '')}/subscriptions")


async def search(work: Work, params: CustomerSearchParams) -> Found[Customer]:
    """The account's customers that match a query, newest first."""
    return await search_rows(work, Customer, SEARCHABLE, params, Customer.deleted.is_(False))


async def _keep_prefix_unique(work: Work, prefix: str | None, customer: Customer) -> None:
    """Two customers with one prefix would number their invoices alike; a deleted one's invoices keep theirs."""
    if prefix is None or prefix == customer.invoice_prefix:
        return
    await locks.hold(work, "invoice_prefix")
    taken = select(Customer).where(
        Customer.account_id == work.account_id,
        Customer.livemode == work.livemode,
        Customer.invoice_prefix == prefix,
        Customer.id != customer.id,
    )
    if await work.one(taken) is not None:
        raise InvalidRequest(f"Another customer has the invoice prefix {prefix} already.", param="invoice_prefix")
