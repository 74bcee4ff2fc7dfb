"""The Stripe_lite MVP: charges, refunds and webhooks in camel case; its customers are Mini Stripe's.

Every path is served with and without its last slash.
"""

from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Depends, Response

from stripe_lite.classic import payments
from stripe_lite.classic.calls import LIMIT_DEFAULT, REFUSALS, After, Limit, array, official
from stripe_lite.classic.door import ClassicRoute, Session, admitted
from stripe_lite.classic.refusals import ClassicError, NotServedYet
from stripe_lite.classic.schema import (
    ClassicCharge,
    ClassicRefund,
    ClassicWebhook,
    DeletedWebhook,
    NewCharge,
    NewRefund,
    NewWebhook,
)
from stripe_lite.events.endpoints import router as endpoints
from stripe_lite.events.endpoints.schema import WebhookEndpointCreateParams, WebhookEndpointListParams
from stripe_lite.payments.payment_intents.schema import PaymentIntentCreateParams
from stripe_lite.payments.refunds import router as refunds
from stripe_lite.payments.refunds.schema import RefundCreateParams

# Stripe's parameters by the names that they have here.
NAMES = {
    "charge": "chargeId",
    "customer": "customerId",
    "enabled_events": "events",
    "payment_method": "paymentMethod",
    "webhook_endpoint": "id",
}
LATER: dict[int | str, dict[str, Any]] = {501: {"model": ClassicError, "description": "Not served yet."}}

Payments: TypeAlias = Annotated[Session, Depends(admitted("payment_intent", NAMES))]
Refunds: TypeAlias = Annotated[Session, Depends(admitted("refund", NAMES))]
Webhooks: TypeAlias = Annotated[Session, Depends(admitted("webhook", NAMES))]
Subscriptions: TypeAlias = Annotated[Session, Depends(admitted("subscription", NAMES))]
Dashboard: TypeAlias = Annotated[Session, Depends(admitted("dashboard", NAMES))]

router = APIRouter(tags=["Stripe_lite MVP"], route_class=ClassicRoute, responses=REFUSALS)


@router.post("/payments/charge/", include_in_schema=False)
@router.post("/payments/charge")
async def create_classic_charge(session: Payments, given: NewCharge) -> ClassicCharge:
    """Charge a card at once, and wait for the bank. A declined card is answered with 402."""
    sent = given.model_dump()
    sent |= {"customer": sent.pop("customer_id"), "payment_method_types": ["card"]}
    params = official(PaymentIntentCreateParams, "POST", "/v1/payment_intents", sent)
    return ClassicCharge.of(
        await session.carry_out(lambda work: payments.charge(work, params), expand=["latest_charge"])
    )


@router.post("/payments/refund/", include_in_schema=False)
@router.post("/payments/refund")
async def create_classic_refund(session: Refunds, given: NewRefund) -> ClassicRefund:
    """Give a charge's money back: all that is left of it, or part of it."""
    sent = {"charge": given.charge_id, "amount": given.amount}
    params = official(RefundCreateParams, "POST", "/v1/refunds", sent)
    return ClassicRefund.of(await session.carry_out(lambda work: refunds.create_refund(work, params)))


@router.post("/webhooks", include_in_schema=False, response_model_exclude_none=True)
@router.post("/webhooks/", response_model_exclude_none=True)
async def create_classic_webhook(session: Webhooks, given: NewWebhook) -> ClassicWebhook:
    """Have events posted to a URL, signed in `Stripe-Signature` with the secret that only this answer shows."""
    sent = {"url": given.url, "enabled_events": given.events}
    params = official(WebhookEndpointCreateParams, "POST", "/v1/webhook_endpoints", sent)
    return ClassicWebhook.of(await session.carry_out(lambda work: endpoints.create_webhook_endpoint(work, params)))


@router.get("/webhooks", include_in_schema=False, response_model_exclude_none=True)
@router.get("/webhooks/", response_model_exclude_none=True)
async def list_classic_webhooks(
    session: Webhooks, response: Response, limit: Limit = LIMIT_DEFAULT, starting_after: After = None
) -> list[ClassicWebhook]:
    """List webhooks, newest first. Where more follow, the `Link` header leads to them."""
    asked = {"limit": limit, "starting_after": starting_after}
    params = official(WebhookEndpointListParams, "GET", "/v1/webhook_endpoints", asked)
    page = await session.carry_out(lambda work: endpoints.list_webhook_endpoints(work, params))
    return array(response, "/webhooks/", page, limit, ClassicWebhook.of)


@router.delete("/webhooks/{id}", include_in_schema=False)
@router.delete("/webhooks/{id}/")
async def delete_classic_webhook(session: Webhooks, id: str) -> DeletedWebhook:
    """Send nothing to a webhook any more."""
    deleted = await session.carry_out(lambda work: endpoints.delete_webhook_endpoint(work, id))
    return DeletedWebhook(id=deleted["id"], deleted=deleted["deleted"])


@router.api_route("/subscriptions", methods=["GET", "POST"], include_in_schema=False)
@router.get("/subscriptions/", responses=LATER)
@router.post("/subscriptions/", responses=LATER)
async def classic_subscriptions(session: Subscriptions) -> None:
    """Not served yet: answers 501."""
    raise NotServedYet("Subscriptions are not served yet: they come with stripe_lite's billing.")


@router.get("/dashboard/", include_in_schema=False)
@router.get("/dashboard", responses=LATER)
async def classic_dashboard(session: Dashboard) -> None:
    """Not served yet: answers 501."""
    raise NotServedYet("The dashboard is not served yet; until then /docs shows and tries every operation.")
