"""What clients send and see of ephemeral keys."""

from typing import Literal

from pydantic import Field

from stripe_lite.core.clock import unix
from stripe_lite.core.objects import Params, StripeObject
from stripe_lite.http.ephemeral import EphemeralKey


class EphemeralKeyCreateParams(Params):
    """A new ephemeral key."""

    customer: str | None = Field(None, description="The customer that the key may read and change.")


class AssociatedObject(StripeObject):
    """An object that an ephemeral key opens."""

    id: str = Field(description="The object's id.")
    type: Literal["customer"] = Field(description="The object's kind.")


class EphemeralKeyObject(StripeObject):
    """A key for an app on a customer's device: it opens this customer and its payment methods, for an hour."""

    id: str = Field(description="The id of the object.")
    object: Literal["ephemeral_key"] = "ephemeral_key"
    # Not in Stripe's description, but Stripe sends it, and its SDKs for apps cannot do without.
    associated_objects: list[AssociatedObject] = Field(description="What the key opens: the customer.")
    created: int = Field(description="When the object was created, in seconds since 1970.")
    expires: int = Field(description="When the key ends, in seconds since 1970.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    secret: str | None = Field(None, description="The key itself; shown once, when it is created.")


def render(key: EphemeralKey) -> EphemeralKeyObject:
    """An ephemeral key as clients see it."""
    return EphemeralKeyObject(
        id=key.id,
        associated_objects=[AssociatedObject(id=key.customer_id, type="customer")],
        created=unix(key.created_at),
        expires=unix(key.expires_at),
        livemode=key.livemode,
    )
