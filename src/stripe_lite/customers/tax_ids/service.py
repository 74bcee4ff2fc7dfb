"""What can be done with tax ids."""

from sqlalchemy import ColumnElement, func, select

from stripe_lite.core.errors import InvalidParameter, InvalidRequest, ResourceMissing
from stripe_lite.core.lists import LIST_LIMIT_DEFAULT, ListObject, ListParams, Page
from stripe_lite.core.objects import StripeObject
from stripe_lite.customers.customers import lookup
from stripe_lite.customers.tax_ids import registration
from stripe_lite.customers.tax_ids.model import TaxId
from stripe_lite.customers.tax_ids.schema import (
    CustomerTaxIdCreateParams,
    CustomerTaxIdListParams,
    OwnerParams,
    TaxIdCreateParams,
    TaxIdListParams,
    TaxIdObject,
    render,
)
from stripe_lite.db import locks
from stripe_lite.db.work import Work

NOUN = "tax ID"
ACCOUNT_MAX = 25
SELF = OwnerParams(type="self")


async def create(work: Work, params: TaxIdCreateParams) -> TaxId:
    """Create a tax id of the account, or of a customer."""
    owner = params.owner or SELF
    customer_id = await _customer_of(work, owner)
    if customer_id is not None:
        return await create_for(work, customer_id, params)
    await locks.hold(work, "tax_ids")  # Of the account itself, for which no row stands that could be locked.
    await _keep_within_limit(work, TaxId.customer_id.is_(None), ACCOUNT_MAX, "An account")
    return registration.register(
        work, params.type, params.value, owner_type="account" if owner.type == "account" else "self"
    )


async def create_for(work: Work, customer_id: str, params: CustomerTaxIdCreateParams) -> TaxId:
    """Create a tax id of a customer."""
    await lookup.living(work, customer_id, lock=True)
    await _keep_within_limit(work, TaxId.customer_id == customer_id, registration.CUSTOMER_MAX, "A customer")
    return registration.register(work, params.type, params.value, customer_id=customer_id)


async def retrieve(work: Work, id: str, *, customer_id: str | None = None, lock: bool = False) -> TaxId:
    """The tax id, of whomever it is, or only if it belongs to the customer."""
    if customer_id is not None:
        await lookup.living(work, customer_id)
    tax_id = await work.get(TaxId, id, lock=lock)
    if tax_id is None or customer_id not in (None, tax_id.customer_id):
        raise ResourceMissing(NOUN, id)
    return tax_id


async def show(work: Work, id: str) -> TaxIdObject:
    """The tax id as clients see it."""
    return render(await retrieve(work, id))


async def delete(work: Work, id: str, *, customer_id: str | None = None) -> TaxId:
    """Delete a tax id; invoices that were finalized with it keep it."""
    tax_id = await retrieve(work, id, customer_id=customer_id, lock=True)
    work.delete(tax_id)
    registration.tell(work, "customer.tax_id.deleted", tax_id)
    return tax_id


async def page(work: Work, params: TaxIdListParams) -> Page[TaxId]:
    """The account's own tax ids, or those of the owner that the client named; newest first."""
    owner = params.owner or SELF
    customer_id = await _customer_of(work, owner)
    if customer_id is not None:
        return await work.page(TaxId, params, TaxId.customer_id == customer_id, noun=NOUN)
    return await work.page(TaxId, params, TaxId.owner_type == owner.type, noun=NOUN)


async def page_of(work: Work, customer_id: str, params: CustomerTaxIdListParams) -> Page[TaxId]:
    """A customer's tax ids, newest first."""
    await lookup.living(work, customer_id)
    return await work.page(TaxId, params, TaxId.customer_id == customer_id, noun=NOUN)


async def all_of(work: Work, customer_id: str) -> list[TaxId]:
    """Every tax id of a customer, in the order in which they were created: what an invoice carries."""
    mine = (TaxId.account_id == work.account_id, TaxId.livemode == work.livemode, TaxId.customer_id == customer_id)
    return await work.all(select(TaxId).where(*mine).order_by(TaxId.id))


async def include(work: Work, customer: StripeObject) -> ListObject[TaxIdObject]:
    """The `tax_ids` of a customer, for `expand`."""
    customer_id = getattr(customer, "id", "")
    await work.flush()  # A customer that is being created has just been given them.
    page = await work.page(TaxId, ListParams(limit=LIST_LIMIT_DEFAULT), TaxId.customer_id == customer_id)
    return listed(page, f"/v1/customers/{customer_id}/tax_ids")


def listed(page: Page[TaxId], url: str) -> ListObject[TaxIdObject]:
    """A page of tax ids as clients see it."""
    return ListObject(data=[render(row) for row in page.rows], has_more=page.has_more, url=url)


async def _keep_within_limit(work: Work, owned: ColumnElement[bool], most: int, owner: str) -> None:
    """Refuse one more where an owner has as many as it can. The owner must be locked."""
    mine = (TaxId.account_id == work.account_id, TaxId.livemode == work.livemode, owned)
    [[count]] = await work.values(select(func.count()).select_from(TaxId).where(*mine))
    if count >= most:
        raise registration.too_many(owner, most)


async def _customer_of(work: Work, owner: OwnerParams) -> str | None:
    """The customer that the owner is, or None where it is the account; refuses every other owner."""
    if owner.type == "customer":
        if owner.customer is None:
            raise InvalidParameter(
                "Missing required param: owner[customer].", code="parameter_missing", param="owner[customer]"
            )
        return (await lookup.living(work, owner.customer, param="owner[customer]")).id
    if owner.type == "account" and owner.account != work.account_id:
        raise ResourceMissing("account", owner.account or "", param="owner[account]")
    if owner.type == "application":
        raise InvalidRequest("The account has no Connect application that could own a tax ID.", param="owner[type]")
    return None
