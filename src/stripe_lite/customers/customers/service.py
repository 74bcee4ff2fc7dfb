"""What can be done with customers."""

from sqlalchemy import ColumnElement

from stripe_lite.core import metadata
from stripe_lite.core.errors import InvalidRequest, ResourceMissing
from stripe_lite.core.ids import new_id, new_secret
from stripe_lite.core.lists import Page
from stripe_lite.core.objects import changes
from stripe_lite.customers.customers.model import Customer
from stripe_lite.customers.customers.schema import (
    CustomerCreateParams,
    CustomerFields,
    CustomerListParams,
    CustomerObject,
    CustomerUpdateParams,
    DeletedCustomerObject,
    render,
    render_deleted,
)
from stripe_lite.db.filters import created_between
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record

COLUMNS = ("email", "name", "phone", "balance", "invoice_prefix", "next_invoice_sequence")
DETAILS = (
    "address",
    "business_name",
    "cash_balance",
    "description",
    "individual_name",
    "preferred_locales",
    "shipping",
    "tax",
    "tax_exempt",
)
INVOICE_PREFIX_LENGTH = 8


async def create(work: Work, params: CustomerCreateParams) -> Customer:
    """Create a customer."""
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
    _set(customer, params)
    work.add(customer)
    record(work, "customer.created", render(customer))
    return customer


async def retrieve(work: Work, id: str, *, param: str = "id", lock: bool = False) -> Customer:
    """The customer with this id, deleted ones included."""
    customer = await work.get(Customer, id, lock=lock)
    if customer is None:
        raise ResourceMissing("customer", id, param=param)
    return customer


async def show(work: Work, id: str) -> CustomerObject | DeletedCustomerObject:
    """The customer as clients see it, whether it was deleted or not."""
    customer = await retrieve(work, id)
    return render_deleted(customer) if customer.deleted else render(customer)


async def living(work: Work, id: str, *, param: str = "customer", lock: bool = False) -> Customer:
    """The customer with this id, unless it was deleted: what other resources may refer to."""
    customer = await retrieve(work, id, param=param, lock=lock)
    if customer.deleted:
        raise ResourceMissing("customer", id, param=param)
    return customer


async def update(work: Work, id: str, params: CustomerUpdateParams) -> Customer:
    """Change a customer."""
    customer = await living(work, id, param="id", lock=True)
    before = render(customer)
    _set(customer, params)
    after = render(customer)
    if difference := changes(before, after):
        record(work, "customer.updated", after, difference)
    return customer


async def delete(work: Work, id: str) -> Customer:
    """Delete a customer for good. Its payments stay."""
    customer = await living(work, id, param="id", lock=True)
    customer.deleted = True
    record(work, "customer.deleted", render(customer))
    return customer


async def page(work: Work, params: CustomerListParams) -> Page[Customer]:
    """The account's customers, newest first."""
    conditions: list[ColumnElement[bool]] = [Customer.deleted.is_(False), *created_between(Customer, params.created)]
    if params.email is not None:
        conditions.append(Customer.email == params.email)
    return await work.page(Customer, params, *conditions)


def _set(customer: Customer, params: CustomerFields) -> None:
    """Write what the client sent. Unknown is what was not sent; None is what was emptied."""
    sent = params.sent()
    prefix = params.invoice_prefix
    if prefix is not None and not (
        3 <= len(prefix) <= 12 and prefix.isascii() and prefix.isalnum() and prefix.isupper()
    ):
        raise InvalidRequest("An invoice prefix has 3 to 12 capital letters or digits.", param="invoice_prefix")
    for name in COLUMNS:
        if name in sent and (sent[name] is not None or name in ("email", "name", "phone")):
            setattr(customer, name, sent[name])
    details = dict(customer.details)
    for name in DETAILS:
        if name in sent:
            value = sent[name]
            details[name] = value.model_dump(exclude_unset=True) if hasattr(value, "model_dump") else value
    if params.invoice_settings is not None:
        details["invoice_settings"] = (details.get("invoice_settings") or {}) | params.invoice_settings.sent()
    customer.details = details
    if params.given("metadata"):
        customer.meta = metadata.merge(customer.meta, params.metadata)
