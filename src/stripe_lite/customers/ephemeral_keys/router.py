"""HTTP operations on ephemeral keys."""

from stripe_lite.customers.ephemeral_keys import service as ephemeral_keys
from stripe_lite.customers.ephemeral_keys.schema import EphemeralKeyCreateParams, EphemeralKeyObject, render
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router

router = Router(tag="Ephemeral keys")


@router.post("/v1/ephemeral_keys", sealed=True)
async def create_ephemeral_key(work: Work, params: EphemeralKeyCreateParams) -> EphemeralKeyObject:
    """Make a short-lived key that opens one customer to an app."""
    return await ephemeral_keys.create(work, params)


@router.delete("/v1/ephemeral_keys/{key}")
async def delete_ephemeral_key(work: Work, key: str) -> EphemeralKeyObject:
    """End an ephemeral key before its time."""
    return render(await ephemeral_keys.delete(work, key))
