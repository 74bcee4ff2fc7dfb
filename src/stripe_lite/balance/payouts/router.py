"""HTTP operations on payouts."""

from stripe_lite.balance.payouts import service as payouts
from stripe_lite.balance.payouts.schema import (
    PayoutCreateParams,
    PayoutListParams,
    PayoutObject,
    PayoutReverseParams,
    PayoutUpdateParams,
    render,
)
from stripe_lite.core.lists import ListObject
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router

router = Router(tag="Payouts")


@router.post("/v1/payouts")
async def create_payout(work: Work, params: PayoutCreateParams) -> PayoutObject:
    """Pay out what is available to a bank account or a debit card."""
    return render(await payouts.create(work, params))


@router.get("/v1/payouts/{payout}")
async def retrieve_payout(work: Work, payout: str) -> PayoutObject:
    """Retrieve a payout."""
    return await payouts.show(work, payout)


@router.post("/v1/payouts/{payout}")
async def update_payout(work: Work, payout: str, params: PayoutUpdateParams) -> PayoutObject:
    """Change a payout's metadata."""
    return render(await payouts.update(work, payout, params))


@router.post("/v1/payouts/{payout}/cancel")
async def cancel_payout(work: Work, payout: str) -> PayoutObject:
    """Cancel a payout that was not submitted to the bank yet."""
    return render(await payouts.cancel(work, payout))


@router.post("/v1/payouts/{payout}/reverse")
async def reverse_payout(work: Work, payout: str, params: PayoutReverseParams) -> PayoutObject:
    """Take a payout back from the bank account that it went to."""
    return render(await payouts.reverse(work, payout, params))


@router.get("/v1/payouts")
async def list_payouts(work: Work, params: PayoutListParams) -> ListObject[PayoutObject]:
    """List payouts, newest first."""
    page = await payouts.page(work, params)
    return ListObject(data=[render(row) for row in page.rows], has_more=page.has_more, url="/v1/payouts")
