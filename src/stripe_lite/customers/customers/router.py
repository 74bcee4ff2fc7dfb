"""HTTP operations on customers."""

from stripe_lite.core.lists import ListObject, SearchResultObject, listed
from stripe_lite.customers.customers import service as customers
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
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router

router = Router(tag="Customers")

# What a customer may change of itself, by an ephemeral key.
SELF_SERVICE = ("address", "default_source", "email", "name", "phone", "preferred_locales", "shipping", "source")


@router.post("/v1/customers")
async def create_customer(work: Work, params: CustomerCreateParams) -> CustomerObject:
    """Create a customer."""
    return render(await customers.create(work, params))


@router.get("/v1/customers/{customer}", ephemeral=())
async def retrieve_customer(work: Work, customer: str) -> CustomerObject | DeletedCustomerObject:
    """Retrieve a customer; of a deleted one little is left."""
    return await customers.show(work, customer)


@router.post("/v1/customers/{customer}", ephemeral=SELF_SERVICE)
async def update_customer(work: Work, customer: str, params: CustomerUpdateParams) -> CustomerObject:
    """Change a customer: what is not sent stays as it is."""
    return render(await customers.update(work, customer, params))


@router.delete("/v1/customers/{customer}")
async def delete_customer(work: Work, customer: str) -> DeletedCustomerObject:
    """Delete a customer for good."""
    return render_deleted(await customers.delete(work, customer))


@router.get("/v1/customers")
async def list_customers(work: Work, params: CustomerListParams) -> ListObject[CustomerObject]:
    """List customers, newest first."""
    page = await customers.page(work, params)
    return listed(page, render, "/v1/customers")


@router.get("/v1/customers/search")
async def search_customers(work: Work, params: CustomerSearchParams) -> SearchResultObject[CustomerObject]:
    """Search for customers in Stripe's query language, newest first."""
    found = await customers.search(work, params)
    return found.shown([render(row) for row in found.rows], "/v1/customers/search")
