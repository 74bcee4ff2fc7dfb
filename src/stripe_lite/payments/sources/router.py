"""HTTP operations on a customer's legacy sources."""

from stripe_lite.core.lists import ListObject
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router
from stripe_lite.payments.sources import service as sources
from stripe_lite.payments.sources import verification
from stripe_lite.payments.sources.schema import (
    DeletedSourceObject,
    SourceCreateParams,
    SourceListParams,
    SourceObject,
    SourceUpdateParams,
    SourceVerifyParams,
    render,
    render_deleted,
)

router = Router(tag="Sources")


@router.post("/v1/customers/{customer}/sources", ephemeral=("source",))
async def create_source(work: Work, customer: str, params: SourceCreateParams) -> SourceObject:
    """Save a card or a bank account with a customer."""
    return render(await sources.create(work, customer, params))


@router.get("/v1/customers/{customer}/sources/{id}", ephemeral=())
async def retrieve_source(work: Work, customer: str, id: str) -> SourceObject:
    """Retrieve a customer's source."""
    return render(await sources.retrieve(work, customer, id))


@router.post("/v1/customers/{customer}/sources/{id}")
async def update_source(work: Work, customer: str, id: str, params: SourceUpdateParams) -> SourceObject:
    """Change a customer's source: what is not sent stays as it is."""
    return render(await sources.update(work, customer, id, params))


@router.post("/v1/customers/{customer}/sources/{id}/verify")
async def verify_source(work: Work, customer: str, id: str, params: SourceVerifyParams) -> SourceObject:
    """Prove that a bank account is the customer's."""
    return render(await verification.verify(work, customer, id, params))


@router.delete("/v1/customers/{customer}/sources/{id}", ephemeral=())
async def delete_source(work: Work, customer: str, id: str) -> DeletedSourceObject:
    """Delete a customer's source."""
    return render_deleted(await sources.delete(work, customer, id))


@router.get("/v1/customers/{customer}/sources", ephemeral=("ending_before", "limit", "object", "starting_after"))
async def list_sources(work: Work, customer: str, params: SourceListParams) -> ListObject[SourceObject]:
    """List a customer's sources, newest first."""
    page = await sources.page(work, customer, params)
    return ListObject(
        data=[render(row) for row in page.rows],
        has_more=page.has_more,
        url=f"/v1/customers/{customer}/sources",
    )
