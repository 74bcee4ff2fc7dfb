"""HTTP operations on payment intents."""

from stripe_lite.core.lists import ListObject, SearchResultObject, listed
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router
from stripe_lite.payments.payment_intents import actions, balances, captures, confirmation, increments, line_items
from stripe_lite.payments.payment_intents import service as intents
from stripe_lite.payments.payment_intents.schema import (
    LineItemListParams,
    LineItemObject,
    PaymentIntentApplyBalanceParams,
    PaymentIntentCancelParams,
    PaymentIntentCaptureParams,
    PaymentIntentConfirmParams,
    PaymentIntentCreateParams,
    PaymentIntentIncrementParams,
    PaymentIntentListParams,
    PaymentIntentObject,
    PaymentIntentRetrieveParams,
    PaymentIntentSearchParams,
    PaymentIntentUpdateParams,
    PaymentIntentVerifyParams,
    render,
)

router = Router(tag="Payment Intents")


@router.post("/v1/payment_intents")
async def create_payment_intent(work: Work, params: PaymentIntentCreateParams) -> PaymentIntentObject:
    """Create a payment intent, and confirm it at once with `confirm=true`."""
    return render(await confirmation.create(work, params))


@router.get("/v1/payment_intents/{intent}", publishable=True)
async def retrieve_payment_intent(work: Work, intent: str, params: PaymentIntentRetrieveParams) -> PaymentIntentObject:
    """Retrieve a payment intent; with a publishable key by its client secret."""
    return await intents.show(work, intent, params.client_secret)


@router.post("/v1/payment_intents/{intent}")
async def update_payment_intent(work: Work, intent: str, params: PaymentIntentUpdateParams) -> PaymentIntentObject:
    """Change a payment intent without confirming it."""
    return render(await intents.update(work, intent, params))


@router.post("/v1/payment_intents/{intent}/confirm", publishable=True)
async def confirm_payment_intent(work: Work, intent: str, params: PaymentIntentConfirmParams) -> PaymentIntentObject:
    """Confirm that the payer means to pay, and start an attempt."""
    return intents.seen(work, await confirmation.confirm(work, intent, params))


@router.post("/v1/payment_intents/{intent}/capture")
async def capture_payment_intent(work: Work, intent: str, params: PaymentIntentCaptureParams) -> PaymentIntentObject:
    """Take the reserved amount, or part of it."""
    return render(await captures.capture(work, intent, params))


@router.post("/v1/payment_intents/{intent}/cancel")
async def cancel_payment_intent(work: Work, intent: str, params: PaymentIntentCancelParams) -> PaymentIntentObject:
    """Give a payment up; what was reserved is released."""
    return render(await captures.cancel(work, intent, params))


@router.get("/v1/payment_intents")
async def list_payment_intents(work: Work, params: PaymentIntentListParams) -> ListObject[PaymentIntentObject]:
    """List payment intents, newest first."""
    page = await intents.page(work, params)
    return listed(page, render, "/v1/payment_intents")


@router.get("/v1/payment_intents/search")
async def search_payment_intents(
    work: Work, params: PaymentIntentSearchParams
) -> SearchResultObject[PaymentIntentObject]:
    """Search payment intents with Stripe's query language, newest first."""
    found = await intents.search(work, params)
    return found.shown([render(row) for row in found.rows], "/v1/payment_intents/search")


@router.post("/v1/payment_intents/{intent}/increment_authorization")
async def increment_payment_intent_authorization(
    work: Work, intent: str, params: PaymentIntentIncrementParams
) -> PaymentIntentObject:
    """Reserve more on an authorization that was not captured yet."""
    return render(await increments.increment(work, intent, params))


@router.post("/v1/payment_intents/{intent}/apply_customer_balance")
async def apply_customer_balance_to_payment_intent(
    work: Work, intent: str, params: PaymentIntentApplyBalanceParams
) -> PaymentIntentObject:
    """Pay with the cash that the customer sent by bank transfer."""
    return render(await balances.apply_customer_balance(work, intent, params))


@router.post("/v1/payment_intents/{intent}/verify_microdeposits", publishable=True)
async def verify_payment_intent_microdeposits(
    work: Work, intent: str, params: PaymentIntentVerifyParams
) -> PaymentIntentObject:
    """Prove by small deposits that the bank account is the payer's; then the payment goes on."""
    return intents.seen(work, await actions.verify(work, intent, params))


@router.get("/v1/payment_intents/{intent}/amount_details_line_items")
async def list_payment_intent_line_items(
    work: Work, intent: str, params: LineItemListParams
) -> ListObject[LineItemObject]:
    """List the products that an amount consists of, in the order they were given."""
    return await line_items.page(work, intent, params)
