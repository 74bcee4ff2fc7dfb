"""`receipt_url`: what was paid, on a page that can be printed."""

from fastapi import APIRouter, Response
from starlette.responses import HTMLResponse

from stripe_lite.hosted import pages, visits
from stripe_lite.http.phases import Kit
from stripe_lite.payments import kinds
from stripe_lite.payments.charges.machine import ChargeStatus
from stripe_lite.payments.charges.model import Charge


def router(kit: Kit) -> APIRouter:
    """The page of a charge's receipt."""
    routes = APIRouter(tags=["Payer's pages"])

    @routes.get("/receipts/{account_id}/{name}", response_class=HTMLResponse)
    async def receipt(account_id: str, name: str) -> Response:
        """Show a receipt to whoever knows its address."""
        visit = await visits.of_receipt(kit, account_id, name)
        if visit is None:
            return pages.missing()
        charge = visit.charge
        return pages.page(
            "receipt.html",
            merchant=visit.merchant,
            charge=charge,
            livemode=charge.livemode,
            description=charge.details.get("description"),
            method=_method(charge),
            headline=_headline(charge),
            kept=charge.amount_refundable,
            waiting=visit.waiting,
        )

    return routes


def _headline(charge: Charge) -> str:
    match charge.status:
        case ChargeStatus.FAILED:
            return "Payment failed"
        case ChargeStatus.PENDING:
            return "Payment pending"
    if charge.captured and charge.amount_captured and charge.amount_refunded == charge.amount_captured:
        return "Refunded"
    if charge.amount_captured:
        return "Paid"
    return "Canceled" if charge.amount_released else "Authorized"


def _method(charge: Charge) -> str:
    """The payment method in a receipt's words: `Visa •••• 4242`."""
    details = charge.details.get("payment_method_details") or {}
    type: str = details.get("type") or "card"
    own = details.get(type) or {}
    kind = kinds.KINDS.get(type)
    label = pages.BRANDS.get(own.get("brand", ""), kind.label if kind else type)
    return f"{label} •••• {own['last4']}" if own.get("last4") else label
