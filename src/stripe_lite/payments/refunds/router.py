"""HTTP operations on refunds, by themselves and under their charge."""

from stripe_lite.core.lists import ListObject, listed
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router
from stripe_lite.payments.charges.schema import ChargeObject
from stripe_lite.payments.charges.schema import render as render_charge
from stripe_lite.payments.refunds import answers, origins
from stripe_lite.payments.refunds import service as refunds
from stripe_lite.payments.refunds.schema import (
    ChargeRefundCreateParams,
    ChargeRefundListParams,
    ChargeRefundParams,
    RefundCreateParams,
    RefundListParams,
    RefundObject,
    RefundUpdateParams,
    render,
)

router = Router(tag="Refunds")


@router.post("/v1/refunds")
async def create_refund(work: Work, params: RefundCreateParams) -> RefundObject:
    """Give money back of a charge or a payment intent, or of a customer's cash balance."""
    return render(await origins.create(work, params))


@router.get("/v1/refunds/{refund}")
async def retrieve_refund(work: Work, refund: str) -> RefundObject:
    """Retrieve a refund."""
    return await refunds.show(work, refund)


@router.post("/v1/refunds/{refund}")
async def update_refund(work: Work, refund: str, params: RefundUpdateParams) -> RefundObject:
    """Change a refund's metadata."""
    return render(await refunds.update(work, refund, params))


@router.post("/v1/refunds/{refund}/cancel")
async def cancel_refund(work: Work, refund: str) -> RefundObject:
    """Cancel a refund that waits for the payer."""
    return render(await answers.cancel(work, refund))


@router.get("/v1/refunds")
async def list_refunds(work: Work, params: RefundListParams) -> ListObject[RefundObject]:
    """List refunds, newest first."""
    page = await refunds.page(work, params)
    return listed(page, render, "/v1/refunds")


@router.post("/v1/charges/{charge}/refund")
async def refund_charge(work: Work, charge: str, params: ChargeRefundParams) -> ChargeObject:
    """Give money back of a charge, and answer with the charge."""
    return render_charge(await refunds.refund_charge(work, charge, params))


@router.post("/v1/charges/{charge}/refunds")
async def create_charge_refund(work: Work, charge: str, params: ChargeRefundCreateParams) -> RefundObject:
    """Give money back of a charge."""
    return render(await refunds.create_of_charge(work, charge, params))


@router.get("/v1/charges/{charge}/refunds")
async def list_charge_refunds(work: Work, charge: str, params: ChargeRefundListParams) -> ListObject[RefundObject]:
    """List a charge's refunds, newest first."""
    page = await refunds.page_of_charge(work, charge, params)
    rows = [render(row) for row in page.rows]
    return ListObject(data=rows, has_more=page.has_more, url=f"/v1/charges/{charge}/refunds")


@router.get("/v1/charges/{charge}/refunds/{refund}")
async def retrieve_charge_refund(work: Work, charge: str, refund: str) -> RefundObject:
    """Retrieve a charge's refund."""
    return render(await refunds.of_charge(work, charge, refund))


@router.post("/v1/charges/{charge}/refunds/{refund}")
async def update_charge_refund(work: Work, charge: str, refund: str, params: RefundUpdateParams) -> RefundObject:
    """Change the metadata of a charge's refund."""
    return render(await refunds.update_of_charge(work, charge, refund, params))


@router.post("/v1/test_helpers/refunds/{refund}/expire")
async def expire_refund(work: Work, refund: str) -> RefundObject:
    """Let a refund expire that waits for the payer, who never says where the money is to be sent."""
    return render(await answers.expire(work, refund))
