"""HTTP operations on mandates."""

from stripe_lite.db.work import Work
from stripe_lite.http.route import Router
from stripe_lite.payments.mandates import service as mandates
from stripe_lite.payments.mandates.schema import MandateObject

router = Router(tag="Mandates")


@router.get("/v1/mandates/{mandate}")
async def retrieve_mandate(work: Work, mandate: str) -> MandateObject:
    """Retrieve a mandate."""
    return await mandates.show(work, mandate)
