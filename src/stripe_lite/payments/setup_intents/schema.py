"""What clients send and see of setup intents."""

from typing import Literal

from pydantic import Field

from stripe_lite.core.clock import unix
from stripe_lite.core.lists import CreatedFilter, ListParams
from stripe_lite.core.objects import Expandable, Metadata, Params, StripeObject, Tree
from stripe_lite.payments.payment_intents.schema import AutomaticPaymentMethodsParams
from stripe_lite.payments.payment_methods.schema import PaymentMethodDataParams
from stripe_lite.payments.setup_intents.model import SetupIntent

Direction = Literal["inbound", "outbound"]

# What a publishable key may not see.
SERVER_SIDE = (
    "application",
    "attach_to_self",
    "customer",
    "customer_account",
    "excluded_payment_method_types",
    "flow_directions",
    "latest_attempt",
    "managed_payments",
    "mandate",
    "metadata",
    "on_behalf_of",
    "payment_method_options",
    "single_use_mandate",
)


class SingleUseParams(Params):
    """For which one payment the method is set up, and no other."""

    amount: int = Field(description="The payment's amount in minor units.")
    currency: str = Field(description="Three-letter currency, in lower case.")


class SetupFields(Params):
    """What may be set until the method is set up."""

    attach_to_self: bool | None = Field(None, description="Whether the method is your own account's, for its money.")
    customer: str | None = Field(None, description="Whose the payment method becomes.")
    description: str | None = Field(None, description="Your own note about the setup.")
    excluded_payment_method_types: list[str] | None = Field(None, description="Types that must not be used.")
    flow_directions: list[Direction] | None = Field(None, description="Which way money will flow by the method.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")
    payment_method: str | None = Field(None, description="The payment method to set up.")
    payment_method_configuration: str | None = Field(
        None, description="The configuration that decides on the types, instead of the default one."
    )
    payment_method_data: PaymentMethodDataParams | None = Field(
        None, description="A payment method to create and to set up."
    )
    payment_method_options: Tree | None = Field(None, description="Settings for each type of payment method.")
    payment_method_types: list[str] | None = Field(None, description="The types that may be used.")


class SetupConfirmationFields(Params):
    """How a setup is confirmed."""

    confirmation_token: str | None = Field(
        None, description="What the payer filled in; what the request says itself comes first."
    )
    mandate_data: Tree | None = Field(None, description="What the payer agreed to, and how.")
    return_url: str | None = Field(None, description="Where the payer returns to after an action elsewhere.")
    use_stripe_sdk: bool = Field(False, description="Whether a client library handles actions of the payer's.")


class SetupIntentCreateParams(SetupFields, SetupConfirmationFields):
    """A new setup intent."""

    automatic_payment_methods: AutomaticPaymentMethodsParams | None = Field(
        None, description="Whether every compatible payment method may be set up."
    )
    confirm: bool = Field(False, description="Whether to confirm it at once.")
    single_use: SingleUseParams | None = Field(None, description="The one payment that it is set up for.")
    usage: Literal["off_session", "on_session"] = Field(
        "off_session", description="Whether later payments will be made in the payer's absence."
    )


class SetupIntentUpdateParams(SetupFields):
    """Changes to a setup intent; an empty `payment_method` takes the one away that it has."""


class SetupIntentConfirmParams(SetupConfirmationFields):
    """How to confirm a setup intent."""

    client_secret: str | None = Field(None, description="The intent's secret, with a publishable key.")
    payment_method: str | None = Field(None, description="The payment method to set up.")
    payment_method_data: PaymentMethodDataParams | None = Field(
        None, description="A payment method to create and to set up."
    )
    payment_method_options: Tree | None = Field(None, description="Settings for each type of payment method.")


class SetupIntentRetrieveParams(Params):
    """How to retrieve a setup intent."""

    client_secret: str | None = Field(None, description="The intent's secret; needed with a publishable key.")


class SetupIntentCancelParams(Params):
    """Why a setup intent is canceled."""

    cancellation_reason: Literal["abandoned", "duplicate", "requested_by_customer"] | None = Field(
        None, description="Why the setup is given up."
    )


class SetupIntentVerifyParams(Params):
    """What the payer found on their account."""

    amounts: list[int] | None = Field(None, description="The two small amounts, in minor units.")
    client_secret: str | None = Field(None, description="The intent's secret; needed with a publishable key.")
    descriptor_code: str | None = Field(None, description="The code beside the deposit: SM and four characters.")


class SetupIntentListParams(ListParams):
    """Which setup intents to list."""

    attach_to_self: bool | None = Field(None, description="Only those whose method is your own account's, or others.")
    created: CreatedFilter | None = Field(None, description="Bounds on the time of creation.")
    customer: str | None = Field(None, description="Only setups of this customer.")
    payment_method: str | None = Field(None, description="Only setups of this payment method.")


class SetupIntentObject(StripeObject):
    """A setup intent: the payer's consent to later payments by one payment method, through every attempt."""

    id: str = Field(description="The setup intent's id.")
    object: Literal["setup_intent"] = "setup_intent"
    application: Expandable | None = Field(description="Always null: Connect is not served yet.")
    attach_to_self: bool | None = Field(None, description="Whether the method becomes your own account's.")
    automatic_payment_methods: Tree | None = Field(description="Whether every compatible method may be used.")
    cancellation_reason: str | None = Field(description="Why the setup was given up.")
    client_secret: str | None = Field(description="What a client with a publishable key proves its right with.")
    created: int = Field(description="When the intent was created, in seconds since 1970.")
    customer: Expandable | None = Field(description="Whose the payment method becomes.")
    customer_account: str | None = Field(description="Always null: accounts as customers are not served.")
    description: str | None = Field(description="Your own note about the setup.")
    excluded_payment_method_types: list[str] | None = Field(description="Types that must not be used.")
    flow_directions: list[str] | None = Field(description="Which way money will flow by the method.")
    last_setup_error: Tree | None = Field(description="Why the latest attempt failed.")
    latest_attempt: Expandable | None = Field(description="The latest attempt.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    managed_payments: Tree | None = Field(description="Always null: managed payments are not served.")
    mandate: Expandable | None = Field(description="The mandate for later payments that came of it.")
    metadata: Metadata = Field(description="Your own key-value pairs.")
    next_action: Tree | None = Field(description="What the payer has to do.")
    on_behalf_of: Expandable | None = Field(description="Always null: Connect is not served yet.")
    payment_method: Expandable | None = Field(description="The payment method that is set up.")
    payment_method_configuration_details: Tree | None = Field(description="The configuration that chose the types.")
    payment_method_options: Tree | None = Field(description="Settings for each type of payment method.")
    payment_method_types: list[str] = Field(description="The types that may be used.")
    single_use_mandate: Expandable | None = Field(description="The mandate for one payment that came of it.")
    status: str = Field(description="What the setup waits for, or how it ended.")
    usage: str = Field(description="Whether later payments will be made in the payer's absence.")


def render(intent: SetupIntent) -> SetupIntentObject:
    """A setup intent as clients see it."""
    details = intent.details
    configuration: Tree | None = details.get("configuration")
    told: Tree = {"attach_to_self": True} if intent.attach_to_self else {}
    return SetupIntentObject(
        id=intent.id,
        application=None,
        automatic_payment_methods=details.get("automatic_payment_methods"),
        cancellation_reason=intent.cancellation_reason,
        client_secret=intent.client_secret,
        created=unix(intent.created_at),
        customer=intent.customer_id,
        customer_account=None,
        description=details.get("description"),
        excluded_payment_method_types=details.get("excluded_payment_method_types"),
        flow_directions=details.get("flow_directions"),
        last_setup_error=details.get("last_setup_error"),
        latest_attempt=intent.latest_attempt_id,
        livemode=intent.livemode,
        managed_payments=None,
        mandate=intent.mandate_id,
        metadata=intent.meta,
        next_action=details.get("next_action"),
        on_behalf_of=None,
        payment_method=intent.payment_method_id,
        payment_method_configuration_details=None
        if configuration is None
        else {"id": configuration["id"], "parent": None},
        payment_method_options=details.get("payment_method_options") or {},
        payment_method_types=details["payment_method_types"],
        single_use_mandate=intent.single_use_mandate_id,
        status=intent.status,
        usage=intent.usage,
        **told,
    )


def render_for_client(intent: SetupIntent) -> SetupIntentObject:
    """A setup intent as a publishable key sees it: what concerns the server is left out, and cannot be expanded."""
    rendered = render(intent).model_copy(update=dict.fromkeys(SERVER_SIDE))
    rendered.__pydantic_fields_set__.difference_update(SERVER_SIDE)
    return rendered
