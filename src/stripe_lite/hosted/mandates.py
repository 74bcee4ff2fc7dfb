"""The page of a mandate: what a payer allowed, for them to keep."""

from fastapi import APIRouter, Response
from starlette.responses import HTMLResponse

from stripe_lite.hosted import pages, visits
from stripe_lite.http.phases import Kit
from stripe_lite.payments import kinds
from stripe_lite.payments.mandates.machine import MandateStatus

HEADLINES = {
    MandateStatus.PENDING: "Waiting for your bank",
    MandateStatus.ACTIVE: "In force",
    MandateStatus.INACTIVE: "Ended",
}


def router(kit: Kit) -> APIRouter:
    """The page that the details of a debit's mandate name."""
    routes = APIRouter(tags=["Payer's pages"])

    @routes.get("/hosted/mandates/{account_id}/{name}", response_class=HTMLResponse)
    async def mandate(account_id: str, name: str) -> Response:
        """Show a mandate to whoever knows its address."""
        visit = await visits.of_mandate(kit, account_id, name)
        if visit is None:
            return pages.missing()
        found = visit.mandate
        told = found.details["payment_method_details"]
        kind = kinds.KINDS.get(told["type"])
        return pages.page(
            "mandate.html",
            merchant=visit.merchant,
            mandate=found,
            livemode=found.livemode,
            label=told["type"] if kind is None else kind.label,
            headline=HEADLINES[MandateStatus(found.status)],
            reference=told.get(told["type"], {}).get("reference"),
            last4=None if visit.method is None else visit.method.details.get("last4"),
        )

    return routes
