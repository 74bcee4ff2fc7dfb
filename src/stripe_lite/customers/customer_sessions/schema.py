"""What clients send and see of customer sessions."""

from typing import Literal

from pydantic import Field

from stripe_lite.core.clock import unix
from stripe_lite.core.objects import Expandable, Params, StripeObject
from stripe_lite.customers.customer_sessions.model import CustomerSession

Switch = Literal["disabled", "enabled"]
Redisplay = Literal["always", "limited", "unspecified"]

FILTERS = "Which saved payment methods are shown, by their `allow_redisplay`."


class SwitchParams(Params):
    """Whether a component is enabled."""

    enabled: bool = Field(description="Whether the component is enabled.")


class SheetFeaturesParams(Params):
    """What the customer sheet can do."""

    payment_method_allow_redisplay_filters: list[Redisplay] | None = Field(None, description=FILTERS)
    payment_method_remove: Switch | None = Field(None, description="Whether saved methods can be removed.")


class MobileFeaturesParams(SheetFeaturesParams):
    """What the payment element of apps can do."""

    payment_method_redisplay: Switch | None = Field(None, description="Whether saved methods are shown.")
    payment_method_save: Switch | None = Field(None, description="Whether the customer may save a method.")
    payment_method_save_allow_redisplay_override: Redisplay | None = Field(
        None, description="What saved methods get as `allow_redisplay`."
    )


class ElementFeaturesParams(SheetFeaturesParams):
    """What the payment element can do."""

    payment_method_redisplay: Switch | None = Field(None, description="Whether saved methods are shown.")
    payment_method_redisplay_limit: int | None = Field(None, description="How many are shown, 1 to 10.")
    payment_method_save: Switch | None = Field(None, description="Whether the customer may save a method.")
    payment_method_save_usage: Literal["off_session", "on_session"] | None = Field(
        None, description="What a saved method is set up for."
    )


class CustomerSheetParams(SwitchParams):
    """The sheet on which a customer manages payment methods in an app."""

    features: SheetFeaturesParams | None = Field(None, description="What it can do.")


class MobilePaymentElementParams(SwitchParams):
    """The payment element of apps."""

    features: MobileFeaturesParams | None = Field(None, description="What it can do.")


class PaymentElementParams(SwitchParams):
    """The payment element of web pages."""

    features: ElementFeaturesParams | None = Field(None, description="What it can do.")


class ComponentsParams(Params):
    """Which components the session is for."""

    buy_button: SwitchParams | None = Field(None, description="The buy button.")
    customer_sheet: CustomerSheetParams | None = Field(None, description="The sheet to manage payment methods.")
    mobile_payment_element: MobilePaymentElementParams | None = Field(None, description="The element of apps.")
    payment_element: PaymentElementParams | None = Field(None, description="The element of web pages.")
    pricing_table: SwitchParams | None = Field(None, description="The pricing table.")


class CustomerSessionCreateParams(Params):
    """A new customer session."""

    components: ComponentsParams = Field(description="Which component it is for, and what that can do.")
    customer: str | None = Field(None, description="The customer that the page is shown to.")


class SwitchObject(StripeObject):
    """Whether a component is enabled."""

    enabled: bool = Field(description="Whether the component is enabled.")


class SheetFeaturesObject(StripeObject):
    """What the customer sheet can do."""

    payment_method_allow_redisplay_filters: list[str] | None = Field(description=FILTERS)
    payment_method_remove: str | None = Field(description="Whether saved methods can be removed.")


class MobileFeaturesObject(SheetFeaturesObject):
    """What the payment element of apps can do."""

    payment_method_redisplay: str | None = Field(description="Whether saved methods are shown.")
    payment_method_save: str | None = Field(description="Whether the customer may save a method.")
    payment_method_save_allow_redisplay_override: str | None = Field(
        description="What saved methods get as `allow_redisplay`."
    )


class ElementFeaturesObject(SheetFeaturesObject):
    """What the payment element can do."""

    payment_method_redisplay: str = Field(description="Whether saved methods are shown.")
    payment_method_redisplay_limit: int | None = Field(description="How many are shown.")
    payment_method_save: str = Field(description="Whether the customer may save a method.")
    payment_method_save_usage: str | None = Field(description="What a saved method is set up for.")


class CustomerSheetObject(SwitchObject):
    """The sheet on which a customer manages payment methods in an app."""

    features: SheetFeaturesObject | None = Field(description="What it can do, where it is enabled.")


class MobilePaymentElementObject(SwitchObject):
    """The payment element of apps."""

    features: MobileFeaturesObject | None = Field(description="What it can do, where it is enabled.")


class PaymentElementObject(SwitchObject):
    """The payment element of web pages."""

    features: ElementFeaturesObject | None = Field(description="What it can do, where it is enabled.")


class ComponentsObject(StripeObject):
    """Which components the session is for."""

    buy_button: SwitchObject = Field(description="The buy button.")
    customer_sheet: CustomerSheetObject = Field(description="The sheet to manage payment methods.")
    mobile_payment_element: MobilePaymentElementObject = Field(description="The element of apps.")
    payment_element: PaymentElementObject = Field(description="The element of web pages.")
    pricing_table: SwitchObject = Field(description="The pricing table.")


class CustomerSessionObject(StripeObject):
    """A session in which a page may show one customer what is saved of it."""

    object: Literal["customer_session"] = "customer_session"
    client_secret: str = Field(description="What the page proves its right with; shown once.")
    components: ComponentsObject = Field(description="Which components the session is for.")
    created: int = Field(description="When the object was created, in seconds since 1970.")
    customer: Expandable = Field(description="The customer that the page is shown to.")
    customer_account: str | None = Field(description="Always null: accounts as customers are not served.")
    expires_at: int = Field(description="When the session ends, in seconds since 1970.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")


def render(session: CustomerSession, client_secret: str) -> CustomerSessionObject:
    """A customer session as clients see it, once."""
    return CustomerSessionObject(
        client_secret=client_secret,
        components=ComponentsObject.model_validate(session.components),
        created=unix(session.created_at),
        customer=session.customer_id,
        customer_account=None,
        expires_at=unix(session.expires_at),
        livemode=session.livemode,
    )
