"""HTTP operations on top-ups."""

from stripe_lite.balance.topups import service as topups
from stripe_lite.balance.topups.schema import (
    TopupCreateParams,
    TopupListParams,
    TopupObject,
    TopupUpdateParams,
    render,
)
from stripe_lite.core.lists import ListObject
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router

router = Router(tag="Topups")


@router.post("/v1/topups")
async def create_topup(work: Work, params: TopupCreateParams) -> TopupObject:
    """Add money to the balance from a bank account."""
    return render(await topups.create(work, params))


@router.get("/v1/topups/{topup}")
async def retrieve_topup(work: Work, topup: str) -> TopupObject:
    """Retrieve a top-up."""
    return await topups.show(work, topup)


@router.post("/v1/topups/{topup}")
async def update_topup(work: Work, topup: str, params: TopupUpdateParams) -> TopupObject:
    """Change a top-up's description and metadata."""
    return render(await topups.update(work, topup, params))


@router.post("/v1/topups/{topup}/cancel")
async def cancel_topup(work: Work, topup: str) -> TopupObject:
    """Cancel a top-up that the bank has not paid yet."""
    return render(await topups.cancel(work, topup))


@router.get("/v1/topups")
async def list_topups(work: Work, params: TopupListParams) -> ListObject[TopupObject]:
    """List top-ups, newest first."""
    page = await topups.page(work, params)
    return ListObject(data=[render(row) for row in page.rows], has_more=page.has_more, url="/v1/topups")
