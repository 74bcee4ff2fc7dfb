"""HTTP operations on disputes, by themselves and under their charge."""

from stripe_lite.core.lists import ListObject
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router
from stripe_lite.payments.disputes import service as disputes
from stripe_lite.payments.disputes.schema import DisputeListParams, DisputeObject, DisputeUpdateParams

router = Router(tag="Disputes")


@router.get("/v1/disputes")
async def list_disputes(work: Work, params: DisputeListParams) -> ListObject[DisputeObject]:
    """List disputes, newest first."""
    return await disputes.listed(work, params)


@router.get("/v1/disputes/{dispute}")
async def retrieve_dispute(work: Work, dispute: str) -> DisputeObject:
    """Retrieve a dispute."""
    return await disputes.show(work, dispute)


@router.post("/v1/disputes/{dispute}")
async def update_dispute(work: Work, dispute: str, params: DisputeUpdateParams) -> DisputeObject:
    """Answer a dispute with evidence, or change its metadata."""
    return await disputes.update(work, dispute, params)


@router.post("/v1/disputes/{dispute}/close")
async def close_dispute(work: Work, dispute: str) -> DisputeObject:
    """Give a dispute up as lost. This cannot be taken back."""
    return await disputes.close(work, dispute)


@router.get("/v1/charges/{charge}/dispute")
async def retrieve_charge_dispute(work: Work, charge: str) -> DisputeObject:
    """Retrieve the newest dispute of a charge."""
    return await disputes.show(work, await disputes.of_charge(work, charge))


@router.post("/v1/charges/{charge}/dispute")
async def update_charge_dispute(work: Work, charge: str, params: DisputeUpdateParams) -> DisputeObject:
    """Answer the newest dispute of a charge."""
    return await disputes.update(work, await disputes.of_charge(work, charge), params)


@router.post("/v1/charges/{charge}/dispute/close")
async def close_charge_dispute(work: Work, charge: str) -> DisputeObject:
    """Give the newest dispute of a charge up as lost."""
    return await disputes.close(work, await disputes.of_charge(work, charge))
