"""HTTP operations on tokens."""

from stripe_lite.db.work import Work
from stripe_lite.http.route import Router
from stripe_lite.payments.tokens import service as tokens
from stripe_lite.payments.tokens.schema import TokenCreateParams, TokenObject

router = Router(tag="Tokens")


@router.post("/v1/tokens", publishable=True)
async def create_token(work: Work, params: TokenCreateParams) -> TokenObject:
    """Create a single-use token."""
    return tokens.rendered(work, await tokens.create(work, params))


@router.get("/v1/tokens/{token}", publishable=True)
async def retrieve_token(work: Work, token: str) -> TokenObject:
    """Retrieve a token."""
    return await tokens.show(work, token)
