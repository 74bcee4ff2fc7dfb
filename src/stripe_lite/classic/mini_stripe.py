"""Mini Stripe: customers and payment intents, whose confirmation is settled in the background.

Every path is served with and without its last slash.
"""

from typing import Annotated, TypeAlias

from fastapi import APIRouter, Depends, Response

from stripe_lite.classic import payments
from stripe_lite.classic.calls import LIMIT_DEFAULT, REFUSALS, After, Limit, array, official
from stripe_lite.classic.door import ClassicRoute, Session, admitted
from stripe_lite.classic.schema import (
    ClassicCustomer,
    ClassicPaymentIntent,
    Confirmation,
    NewCustomer,
    NewPaymentIntent,
)
from stripe_lite.customers.customers import router as customers
from stripe_lite.customers.customers.lookup import living
from stripe_lite.customers.customers.schema import CustomerCreateParams, CustomerListParams, CustomerObject, render
from stripe_lite.db.work import Work
from stripe_lite.payments.payment_intents import router as intents
from stripe_lite.payments.payment_intents import service as intent_service
from stripe_lite.payments.payment_intents.schema import PaymentIntentCreateParams

# Stripe's parameters by the names that they have here.
NAMES = {"customer": "customer_id", "intent": "id"}

Customers: TypeAlias = Annotated[Session, Depends(admitted("customer", NAMES))]
Intents: TypeAlias = Annotated[Session, Depends(admitted("payment_intent", NAMES))]

router = APIRouter(tags=["Mini Stripe"], route_class=ClassicRoute, responses=REFUSALS)


@router.post("/customers", include_in_schema=False)
@router.post("/customers/")
async def create_classic_customer(session: Customers, given: NewCustomer) -> ClassicCustomer:
    """Create a customer."""
    params = official(CustomerCreateParams, "POST", "/v1/customers", given.model_dump())
    return ClassicCustomer.of(await session.carry_out(lambda work: customers.create_customer(work, params)))


@router.get("/customers", include_in_schema=False)
@router.get("/customers/")
async def list_classic_customers(
    session: Customers, response: Response, limit: Limit = LIMIT_DEFAULT, starting_after: After = None
) -> list[ClassicCustomer]:
    """List customers, newest first. Where more follow, the `Link` header leads to them."""
    asked = {"limit": limit, "starting_after": starting_after}
    params = official(CustomerListParams, "GET", "/v1/customers", asked)
    page = await session.carry_out(lambda work: customers.list_customers(work, params))
    return array(response, "/customers/", page, limit, ClassicCustomer.of)


@router.get("/customers/{id}", include_in_schema=False)
@router.get("/customers/{id}/")
async def retrieve_classic_customer(session: Customers, id: str) -> ClassicCustomer:
    """Retrieve a customer."""

    async def show(work: Work) -> CustomerObject:
        return render(await living(work, id, param="id"))

    return ClassicCustomer.of(await session.carry_out(show))


@router.post("/payment_intents", include_in_schema=False)
@router.post("/payment_intents/")
async def create_classic_payment_intent(session: Intents, given: NewPaymentIntent) -> ClassicPaymentIntent:
    """Prepare a payment by card. Nothing is paid until it is confirmed."""
    params = official(PaymentIntentCreateParams, "POST", "/v1/payment_intents", by_card(given))
    return ClassicPaymentIntent.of(await session.carry_out(lambda work: intents.create_payment_intent(work, params)))


@router.get("/payment_intents/{id}", include_in_schema=False)
@router.get("/payment_intents/{id}/")
async def retrieve_classic_payment_intent(session: Intents, id: str) -> ClassicPaymentIntent:
    """Retrieve a payment intent: ask until it has succeeded or failed, or wait for the webhook."""
    return ClassicPaymentIntent.of(await session.carry_out(lambda work: intent_service.show(work, id)))


@router.post("/payment_intents/{id}/confirm", include_in_schema=False)
@router.post("/payment_intents/{id}/confirm/")
async def confirm_classic_payment_intent(
    session: Intents, id: str, given: Confirmation | None = None
) -> ClassicPaymentIntent:
    """Confirm a payment intent: the answer says `processing`, and the bank is asked in the background.

    It succeeds or fails as the card says, or at random by the settings `STRIPE_LITE_BANK_FAILURE_RATE` and
    `STRIPE_LITE_BANK_SEED`, after `STRIPE_LITE_BANK_LATENCY` seconds; `payment_intent.succeeded` or
    `payment_intent.failed` tells of it. Without a payment method `pm_card_visa` is used. A payment intent is confirmed
    once; a card whose owner would have to authenticate is refused with 402.
    """
    method = None if given is None else given.payment_method
    return ClassicPaymentIntent.of(
        await session.carry_out(lambda work: payments.confirm(work, id, method), waits=False)
    )


def by_card(given: NewPaymentIntent) -> dict[str, object]:
    """Stripe's parameters for a payment: cards only, because other methods lead the payer to pages of their own."""
    sent = given.model_dump()
    return sent | {"customer": sent.pop("customer_id"), "payment_method_types": ["card"]}
