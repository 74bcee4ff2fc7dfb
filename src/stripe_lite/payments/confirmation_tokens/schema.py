"""What clients send and see of confirmation tokens."""

from typing import Literal

from pydantic import Field

from stripe_lite.core.clock import unix
from stripe_lite.core.contacts import AddressObject, AddressParams, address_object
from stripe_lite.core.objects import Expandable, Params, StripeObject, Tree
from stripe_lite.payments.confirmation_tokens.model import ConfirmationToken
from stripe_lite.payments.payment_methods.schema import (
    BillingDetailsObject,
    PaymentMethodDataParams,
    PaymentMethodDetailsObject,
)


class TokenShippingParams(Params):
    """Where goods are sent, and to whom."""

    address: AddressParams = Field(description="The address to ship to.")
    name: str = Field(description="The recipient's name.")
    phone: str | None = Field(None, description="The recipient's phone number.")


class ConfirmationTokenCreateParams(Params):
    """A new confirmation token, as a payer's browser would make it."""

    payment_method: str | None = Field(None, description="The payment method to confirm with.")
    payment_method_data: PaymentMethodDataParams | None = Field(
        None, description="A payment method that is created when the token is used."
    )
    payment_method_options: Tree | None = Field(None, description="Settings for a card: its plan of installments.")
    return_url: str | None = Field(None, description="Where the payer returns to after an action elsewhere.")
    setup_future_usage: Literal["off_session", "on_session"] | None = Field(
        None, description="Whether the method is kept for later payments."
    )
    shipping: TokenShippingParams | None = Field(None, description="Where goods are sent.")


class PreviewHeadObject(StripeObject):
    """What a payment method that does not exist yet tells of itself."""

    allow_redisplay: str = Field(description="Whether it may be shown to its customer again.")
    billing_details: BillingDetailsObject = Field(description="Whose payment method it is.")
    customer: Expandable | None = Field(description="The customer that it is attached to.")
    customer_account: str | None = Field(description="Always null: accounts as customers are not served.")
    type: str = Field(description="The type; the hash named like it holds the details.")


class PaymentMethodPreviewObject(PaymentMethodDetailsObject, PreviewHeadObject):
    """The payment method that the token brings."""


class TokenShippingObject(StripeObject):
    """Where goods are sent, and to whom."""

    address: AddressObject
    name: str
    phone: str | None


class ConfirmationTokenObject(StripeObject):
    """A confirmation token: what a payer filled in, to confirm one intent with."""

    id: str = Field(description="The token's id.")
    object: Literal["confirmation_token"] = "confirmation_token"
    created: int = Field(description="When the token was created, in seconds since 1970.")
    expires_at: int | None = Field(description="Until when it can be used, in seconds since 1970.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    mandate_data: Tree | None = Field(description="Always null: only a browser's token says how a mandate was given.")
    payment_intent: str | None = Field(description="The payment intent that was confirmed with it.")
    payment_method_options: Tree | None = Field(description="Settings for a card.")
    payment_method_preview: PaymentMethodPreviewObject | None = Field(description="The payment method it brings.")
    return_url: str | None = Field(description="Where the payer returns to after an action elsewhere.")
    setup_future_usage: str | None = Field(description="Whether the method is kept for later payments.")
    setup_intent: str | None = Field(description="The setup intent that was confirmed with it.")
    shipping: TokenShippingObject | None = Field(description="Where goods are sent.")
    use_stripe_sdk: bool = Field(description="Whether a client library handles actions of the payer's.")


def render(token: ConfirmationToken) -> ConfirmationTokenObject:
    """A confirmation token as clients see it."""
    details = token.details
    preview: Tree | None = details["preview"]
    return ConfirmationTokenObject(
        id=token.id,
        created=unix(token.created_at),
        expires_at=unix(token.expires_at),
        livemode=token.livemode,
        mandate_data=None,
        payment_intent=token.payment_intent_id,
        payment_method_options=_options(details.get("payment_method_options")),
        payment_method_preview=None if preview is None else PaymentMethodPreviewObject(**preview),
        return_url=details.get("return_url"),
        setup_future_usage=token.setup_future_usage,
        setup_intent=token.setup_intent_id,
        shipping=_shipping(details.get("shipping")),
        use_stripe_sdk=True,
    )


def _options(stored: Tree | None) -> Tree | None:
    if stored is None:
        return None
    card: Tree | None = stored.get("card")
    return {"card": None if card is None else {"cvc_token": None} | card}


def _shipping(stored: Tree | None) -> TokenShippingObject | None:
    if stored is None:
        return None
    address = address_object(stored["address"])
    assert address is not None
    return TokenShippingObject(address=address, name=stored["name"], phone=stored.get("phone"))
