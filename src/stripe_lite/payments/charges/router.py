"""HTTP operations on charges."""

from stripe_lite.core.lists import ListObject, SearchResultObject, listed
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router
from stripe_lite.payments.charges import direct, finding
from stripe_lite.payments.charges import service as charges
from stripe_lite.payments.charges.schema import (
    ChargeCaptureParams,
    ChargeCreateParams,
    ChargeListParams,
    ChargeObject,
    ChargeSearchParams,
    ChargeUpdateParams,
    render,
)

router = Router(tag="Charges")


@router.post("/v1/charges")
async def create_charge(work: Work, params: ChargeCreateParams) -> ChargeObject:
    """Charge a token, a customer's source, or a customer's default source."""
    return render(await direct.create(work, params))


@router.get("/v1/charges/{charge}")
async def retrieve_charge(work: Work, charge: str) -> ChargeObject:
    """Retrieve a charge."""
    return await charges.show(work, charge)


@router.post("/v1/charges/{charge}")
async def update_charge(work: Work, charge: str, params: ChargeUpdateParams) -> ChargeObject:
    """Change what a charge is filed under."""
    return render(await charges.update(work, charge, params))


@router.post("/v1/charges/{charge}/capture")
async def capture_charge(work: Work, charge: str, params: ChargeCaptureParams) -> ChargeObject:
    """Take what a charge reserved, or part of it."""
    return render(await direct.capture(work, charge, params))


@router.get("/v1/charges")
async def list_charges(work: Work, params: ChargeListParams) -> ListObject[ChargeObject]:
    """List charges, newest first."""
    page = await finding.page(work, params)
    return listed(page, render, "/v1/charges")


@router.get("/v1/charges/search")
async def search_charges(work: Work, params: ChargeSearchParams) -> SearchResultObject[ChargeObject]:
    """Search for charges in Stripe's query language, newest first."""
    found = await finding.search(work, params)
    return found.shown([render(row) for row in found.rows], "/v1/charges/search")
