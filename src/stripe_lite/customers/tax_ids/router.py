"""HTTP operations on tax ids."""

from stripe_lite.core.lists import ListObject
from stripe_lite.customers.tax_ids import service as tax_ids
from stripe_lite.customers.tax_ids.schema import (
    CustomerTaxIdCreateParams,
    CustomerTaxIdListParams,
    DeletedTaxIdObject,
    TaxIdCreateParams,
    TaxIdListParams,
    TaxIdObject,
    render,
    render_deleted,
)
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router

router = Router(tag="Tax IDs", permission="customers")


@router.post("/v1/tax_ids")
async def create_tax_id(work: Work, params: TaxIdCreateParams) -> TaxIdObject:
    """Create a tax id of the account, or of a customer."""
    return render(await tax_ids.create(work, params))


@router.get("/v1/tax_ids/{id}")
async def retrieve_tax_id(work: Work, id: str) -> TaxIdObject:
    """Retrieve a tax id."""
    return await tax_ids.show(work, id)


@router.delete("/v1/tax_ids/{id}")
async def delete_tax_id(work: Work, id: str) -> DeletedTaxIdObject:
    """Delete a tax id."""
    return render_deleted(await tax_ids.delete(work, id))


@router.get("/v1/tax_ids")
async def list_tax_ids(work: Work, params: TaxIdListParams) -> ListObject[TaxIdObject]:
    """List the account's own tax ids, or those of an owner, newest first."""
    return tax_ids.listed(await tax_ids.page(work, params), "/v1/tax_ids")


@router.post("/v1/customers/{customer}/tax_ids")
async def create_customer_tax_id(work: Work, customer: str, params: CustomerTaxIdCreateParams) -> TaxIdObject:
    """Create a tax id of a customer."""
    return render(await tax_ids.create_for(work, customer, params))


@router.get("/v1/customers/{customer}/tax_ids/{id}")
async def retrieve_customer_tax_id(work: Work, customer: str, id: str) -> TaxIdObject:
    """Retrieve a tax id of a customer."""
    return render(await tax_ids.retrieve(work, id, customer_id=customer))


@router.delete("/v1/customers/{customer}/tax_ids/{id}")
async def delete_customer_tax_id(work: Work, customer: str, id: str) -> DeletedTaxIdObject:
    """Delete a tax id of a customer."""
    return render_deleted(await tax_ids.delete(work, id, customer_id=customer))


@router.get("/v1/customers/{customer}/tax_ids")
async def list_customer_tax_ids(work: Work, customer: str, params: CustomerTaxIdListParams) -> ListObject[TaxIdObject]:
    """List a customer's tax ids, newest first."""
    page = await tax_ids.page_of(work, customer, params)
    return tax_ids.listed(page, f"/v1/customers/{customer}/tax_ids")
