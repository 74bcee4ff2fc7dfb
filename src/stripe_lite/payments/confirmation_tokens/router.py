"""HTTP operations on confirmation tokens."""

from stripe_lite.db.work import Work
from stripe_lite.http.route import Router
from stripe_lite.payments.confirmation_tokens import service as confirmation_tokens
from stripe_lite.payments.confirmation_tokens.schema import (
    ConfirmationTokenCreateParams,
    ConfirmationTokenObject,
    render,
)

router = Router(tag="Confirmation tokens")


@router.get("/v1/confirmation_tokens/{confirmation_token}")
async def retrieve_confirmation_token(work: Work, confirmation_token: str) -> ConfirmationTokenObject:
    """Retrieve a confirmation token."""
    return await confirmation_tokens.show(work, confirmation_token)


@router.post("/v1/test_helpers/confirmation_tokens")
async def create_test_confirmation_token(work: Work, params: ConfirmationTokenCreateParams) -> ConfirmationTokenObject:
    """Create a confirmation token for tests, as a payer's browser does elsewhere."""
    return render(await confirmation_tokens.create(work, params))
