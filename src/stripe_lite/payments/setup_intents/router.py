"""HTTP operations on setup intents."""

from stripe_lite.core.lists import ListObject
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router
from stripe_lite.payments.setup_intents import actions, confirmation
from stripe_lite.payments.setup_intents import service as intents
from stripe_lite.payments.setup_intents.schema import (
    SetupIntentCancelParams,
    SetupIntentConfirmParams,
    SetupIntentCreateParams,
    SetupIntentListParams,
    SetupIntentObject,
    SetupIntentRetrieveParams,
    SetupIntentUpdateParams,
    SetupIntentVerifyParams,
    render,
)

router = Router(tag="Setup Intents")


@router.post("/v1/setup_intents")
async def create_setup_intent(work: Work, params: SetupIntentCreateParams) -> SetupIntentObject:
    """Create a setup intent, and confirm it at once with `confirm=true`."""
    return render(await confirmation.create(work, params))


@router.get("/v1/setup_intents/{intent}", publishable=True)
async def retrieve_setup_intent(work: Work, intent: str, params: SetupIntentRetrieveParams) -> SetupIntentObject:
    """Retrieve a setup intent; with a publishable key by its client secret."""
    return await intents.show(work, intent, params.client_secret)


@router.post("/v1/setup_intents/{intent}")
async def update_setup_intent(work: Work, intent: str, params: SetupIntentUpdateParams) -> SetupIntentObject:
    """Change a setup intent without confirming it."""
    return render(await intents.update(work, intent, params))


@router.post("/v1/setup_intents/{intent}/confirm", publishable=True)
async def confirm_setup_intent(work: Work, intent: str, params: SetupIntentConfirmParams) -> SetupIntentObject:
    """Confirm that the payer means to have the payment method set up, and start an attempt."""
    return intents.seen(work, await confirmation.confirm(work, intent, params))


@router.post("/v1/setup_intents/{intent}/cancel")
async def cancel_setup_intent(work: Work, intent: str, params: SetupIntentCancelParams) -> SetupIntentObject:
    """Give a setup up."""
    return render(await intents.cancel(work, intent, params))


@router.post("/v1/setup_intents/{intent}/verify_microdeposits", publishable=True)
async def verify_setup_intent_microdeposits(
    work: Work, intent: str, params: SetupIntentVerifyParams
) -> SetupIntentObject:
    """Prove by small deposits that the bank account is the payer's; then it is set up."""
    return intents.seen(work, await actions.verify(work, intent, params))


@router.get("/v1/setup_intents")
async def list_setup_intents(work: Work, params: SetupIntentListParams) -> ListObject[SetupIntentObject]:
    """List setup intents, newest first."""
    page = await intents.page(work, params)
    return ListObject(data=[render(row) for row in page.rows], has_more=page.has_more, url="/v1/setup_intents")
