"""What can be done with ephemeral keys."""

from datetime import timedelta

from stripe_lite.core.errors import InvalidParameter, InvalidRequest, ResourceMissing
from stripe_lite.core.ids import new_id
from stripe_lite.customers.customers import lookup
from stripe_lite.customers.ephemeral_keys.schema import EphemeralKeyCreateParams, EphemeralKeyObject, render
from stripe_lite.db.work import Work
from stripe_lite.http import ephemeral
from stripe_lite.http.ephemeral import EphemeralKey
from stripe_lite.http.keys import digest

LIFETIME = timedelta(hours=1)


async def create(work: Work, params: EphemeralKeyCreateParams) -> EphemeralKeyObject:
    """Make a key for a customer. The app's API version must be named, because the key is answered in it."""
    if not work.request.version_named or work.request.api_version is None:
        raise InvalidRequest(
            "The Stripe-Version header is required to create an ephemeral key: name the API version that the app uses."
        )
    if params.customer is None:
        raise InvalidParameter("Missing required param: customer.", code="parameter_missing", param="customer")
    customer = await lookup.living(work, params.customer)
    secret = ephemeral.new_key(work.account_id, livemode=work.livemode)
    key = EphemeralKey(
        account_id=work.account_id,
        id=new_id("ephkey"),
        livemode=work.livemode,
        created_at=work.now,
        digest=digest(secret),
        customer_id=customer.id,
        api_version=work.request.api_version,
        expires_at=work.now + LIFETIME,
    )
    work.add(key)
    return render(key).model_copy(update={"secret": secret})


async def delete(work: Work, id: str) -> EphemeralKey:
    """End a key before its time."""
    key = await work.get(EphemeralKey, id, lock=True)
    if key is None:
        raise ResourceMissing("ephemeral key", id, param="key")
    key.expires_at = min(key.expires_at, work.now)
    return key
