"""What clients send and see of payment intents."""

from typing import Literal

from pydantic import Field

from stripe_lite.core.clock import unix, unix_or_none
from stripe_lite.core.contacts import AddressObject, ShippingParams, address_object
from stripe_lite.core.lists import CreatedFilter, ListObject, ListParams, SearchParams
from stripe_lite.core.objects import Expandable, Metadata, Params, StripeObject, Tree, TrustedObject
from stripe_lite.payments.payment_intents.model import PaymentIntent
from stripe_lite.payments.payment_methods.schema import PaymentMethodDataParams

CaptureMethod = Literal["automatic", "automatic_async", "manual"]
FutureUsage = Literal["off_session", "on_session"]

# What a publishable key may not see.
SERVER_SIDE = (
    "amount_capturable",
    "amount_received",
    "application",
    "application_fee_amount",
    "customer",
    "customer_account",
    "excluded_payment_method_types",
    "hooks",
    "latest_charge",
    "managed_payments",
    "metadata",
    "on_behalf_of",
    "payment_details",
    "payment_method_options",
    "review",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_data",
    "transfer_group",
)


class AutomaticPaymentMethodsParams(Params):
    """Whether the payment takes every compatible payment method."""

    enabled: bool = Field(description="Whether compatible payment methods are found automatically.")
    allow_redirects: Literal["always", "never"] | None = Field(
        None, description="Whether methods that lead the payer to another page are among them."
    )


class TaxTotalParams(Params):
    """How much of an amount is tax."""

    total_tax_amount: int = Field(description="The tax in minor units.")


class LineItemParams(Params):
    """One product that is paid for."""

    product_name: str = Field(description="The product's name.")
    quantity: int = Field(description="How many units.")
    unit_cost: int = Field(description="The price of a unit in minor units.")
    discount_amount: int | None = Field(None, description="The discount on all units together, in minor units.")
    payment_method_options: Tree | None = Field(None, description="What single payment methods want to know of it.")
    product_code: str | None = Field(None, description="Your own code of the product.")
    tax: TaxTotalParams | None = Field(None, description="How much tax comes on top.")
    unit_of_measure: str | None = Field(None, description="What a unit is.")


class FreightParams(Params):
    """What it costs to ship, and from where to where."""

    amount: int | None = Field(None, description="The cost in minor units.")
    from_postal_code: str | None = Field(None, description="The postal code that is shipped from.")
    to_postal_code: str | None = Field(None, description="The postal code that is shipped to.")


class AmountDetailsParams(Params):
    """What an amount consists of."""

    discount_amount: int | None = Field(None, description="The discount on everything, in minor units.")
    enforce_arithmetic_validation: bool = Field(
        True, description="Whether details that do not add up to the amount are refused, or only remarked upon."
    )
    line_items: list[LineItemParams] | None = Field(None, description="The products, at most 200.")
    shipping: FreightParams | None = Field(None, description="What shipping costs.")
    tax: TaxTotalParams | None = Field(None, description="How much of the amount is tax.")


class IntentFields(Params):
    """What may be set until the payment is made."""

    amount_details: AmountDetailsParams | None = Field(None, description="What the amount consists of.")
    capture_method: CaptureMethod | None = Field(None, description="When the money is taken.")
    customer: str | None = Field(None, description="Whom the payment belongs to.")
    description: str | None = Field(None, description="Your own note about the payment.")
    excluded_payment_method_types: list[str] | None = Field(None, description="Types that must not be used.")
    hooks: Tree | None = Field(None, description="What else happens during the payment's life.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")
    payment_details: Tree | None = Field(None, description="References of the order and of the customer.")
    payment_method: str | None = Field(None, description="The payment method to use.")
    payment_method_configuration: str | None = Field(
        None, description="The configuration that decides on the types, instead of the default one."
    )
    payment_method_data: PaymentMethodDataParams | None = Field(None, description="A payment method to create and use.")
    payment_method_options: Tree | None = Field(None, description="Settings for each type of payment method.")
    payment_method_types: list[str] | None = Field(None, description="The types that may be used.")
    receipt_email: str | None = Field(None, description="Where the receipt is sent to.")
    setup_future_usage: FutureUsage | None = Field(None, description="Whether the method is kept for later payments.")
    shipping: ShippingParams | None = Field(None, description="Where goods are sent.")
    statement_descriptor: str | None = Field(None, description="The statement's text for other payments than by card.")
    statement_descriptor_suffix: str | None = Field(None, description="What follows your prefix on a card's statement.")
    transfer_group: str | None = Field(None, description="Groups payments that belong together.")


class ConfirmationFields(Params):
    """How a payment is confirmed."""

    confirmation_token: str | None = Field(
        None, description="What the payer filled in; what the request says itself comes first."
    )
    error_on_requires_action: bool = Field(False, description="Fail instead of waiting for an action of the payer's.")
    mandate: str | None = Field(None, description="The mandate that the payment is made under.")
    mandate_data: Tree | None = Field(None, description="What the payer agreed to, and how.")
    off_session: bool | Literal["one_off", "recurring"] = Field(False, description="Whether the payer is absent.")
    payment_method_options: Tree | None = Field(None, description="Settings for each type of payment method.")
    radar_options: Tree | None = Field(None, description="What you know about the payer's session.")
    return_url: str | None = Field(None, description="Where the payer returns to after an action elsewhere.")
    use_stripe_sdk: bool = Field(False, description="Whether a client library handles actions of the payer's.")


class PaymentIntentCreateParams(IntentFields, ConfirmationFields):
    """A new payment intent."""

    amount: int = Field(description="The amount in the currency's minor unit.", examples=[2000])
    currency: str = Field(description="Three-letter currency, in lower case.", examples=["usd"])
    automatic_payment_methods: AutomaticPaymentMethodsParams | None = Field(
        None, description="Whether the payment takes every compatible payment method."
    )
    confirm: bool = Field(False, description="Whether to confirm it at once.")
    confirmation_method: Literal["automatic", "manual"] = Field(
        "automatic", description="Whether an action of the payer's is enough to go on, or your server confirms again."
    )


class PaymentIntentUpdateParams(IntentFields):
    """Changes to a payment intent; an empty `payment_method` takes the one away that it has."""

    amount: int | None = Field(None, description="The amount in the currency's minor unit.")
    currency: str | None = Field(None, description="Three-letter currency, in lower case.")


class PaymentIntentConfirmParams(ConfirmationFields):
    """How to confirm a payment intent."""

    amount_details: AmountDetailsParams | None = Field(None, description="What the amount consists of.")
    amount_to_confirm: int | None = Field(None, description="The amount that the payer agreed to; it must be right.")
    capture_method: CaptureMethod | None = Field(None, description="When the money is taken.")
    client_secret: str | None = Field(None, description="The intent's secret, with a publishable key.")
    excluded_payment_method_types: list[str] | None = Field(None, description="Types that must not be used.")
    hooks: Tree | None = Field(None, description="What else happens during the payment's life.")
    payment_details: Tree | None = Field(None, description="References of the order and of the customer.")
    payment_method: str | None = Field(None, description="The payment method to use.")
    payment_method_data: PaymentMethodDataParams | None = Field(None, description="A payment method to create and use.")
    payment_method_types: list[str] | None = Field(None, description="The types that may be used.")
    receipt_email: str | None = Field(None, description="Where the receipt is sent to.")
    setup_future_usage: FutureUsage | None = Field(None, description="Whether the method is kept for later payments.")
    shipping: ShippingParams | None = Field(None, description="Where goods are sent.")


class PaymentIntentRetrieveParams(Params):
    """How to retrieve a payment intent."""

    client_secret: str | None = Field(None, description="The intent's secret; needed with a publishable key.")


class PaymentIntentCaptureParams(Params):
    """How to capture a payment intent."""

    amount_details: AmountDetailsParams | None = Field(None, description="What the amount consists of.")
    amount_to_capture: int | None = Field(None, description="How much to take, in minor units; all if absent.")
    final_capture: bool = Field(True, description="Whether the rest of the reservation is released.")
    hooks: Tree | None = Field(None, description="What else happens during the payment's life.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")
    payment_details: Tree | None = Field(None, description="References of the order and of the customer.")
    statement_descriptor: str | None = Field(None, description="The statement's text for other payments than by card.")
    statement_descriptor_suffix: str | None = Field(None, description="What follows your prefix on a card's statement.")


class PaymentIntentCancelParams(Params):
    """Why a payment intent is canceled."""

    cancellation_reason: Literal["abandoned", "duplicate", "fraudulent", "requested_by_customer"] | None = Field(
        None, description="Why the payment is given up."
    )


class PaymentIntentIncrementParams(Params):
    """How much more to reserve."""

    amount: int = Field(description="The new total in minor units, more than what is reserved already.")
    amount_details: AmountDetailsParams | None = Field(None, description="What the new amount consists of.")
    description: str | None = Field(None, description="Your own note about the payment.")
    hooks: Tree | None = Field(None, description="What else happens during the payment's life.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")
    payment_details: Tree | None = Field(None, description="References of the order and of the customer.")
    statement_descriptor: str | None = Field(None, description="The statement's text for other payments than by card.")


class PaymentIntentApplyBalanceParams(Params):
    """How much of the customer's cash to use."""

    amount: int | None = Field(None, description="The amount in minor units.")
    currency: str | None = Field(None, description="Three-letter currency, in lower case.")


class PaymentIntentVerifyParams(Params):
    """What the payer found on their account."""

    amounts: list[int] | None = Field(None, description="The two small amounts, in minor units.")
    client_secret: str | None = Field(None, description="The intent's secret; needed with a publishable key.")
    descriptor_code: str | None = Field(None, description="The code beside the deposit: SM and four characters.")


class PaymentIntentSearchParams(SearchParams):
    """What payment intents to search for."""


class LineItemListParams(ListParams):
    """Which line items to list."""


class PaymentIntentListParams(ListParams):
    """Which payment intents to list."""

    created: CreatedFilter | None = Field(None, description="Bounds on the time of creation.")
    customer: str | None = Field(None, description="Only payments of this customer.")


class LineItemObject(StripeObject):
    """One product that is paid for."""

    id: str = Field(description="The line item's id.")
    object: Literal["payment_intent_amount_details_line_item"] = "payment_intent_amount_details_line_item"
    discount_amount: int | None = Field(description="The discount on all units together, in minor units.")
    payment_method_options: Tree | None = Field(description="What single payment methods want to know of it.")
    product_code: str | None = Field(description="Your own code of the product.")
    product_name: str = Field(description="The product's name.")
    quantity: int = Field(description="How many units.")
    tax: Tree | None = Field(description="How much tax comes on top.")
    unit_cost: int = Field(description="The price of a unit in minor units.")
    unit_of_measure: str | None = Field(description="What a unit is.")


class AmountDetailsObject(TrustedObject):
    """What an amount consists of."""

    discount_amount: int | None = Field(None, description="The discount on everything, in minor units.")
    error: Tree | None = Field(None, description="Why the details do not add up to the amount.")
    line_items: ListObject[LineItemObject] | None = Field(None, description="The products; only when expanded.")
    shipping: Tree | None = Field(None, description="What shipping costs.")
    tax: Tree | None = Field(None, description="How much of the amount is tax.")
    tip: Tree = Field(description="What the payer added; always empty, as there are no terminals.")


class IntentShippingObject(StripeObject):
    """Where goods are sent, and to whom."""

    address: AddressObject | None
    carrier: str | None
    name: str | None
    phone: str | None
    tracking_number: str | None


class PaymentIntentObject(TrustedObject):
    """A payment intent: one payment, from the wish to be paid through every attempt."""

    id: str = Field(description="The payment intent's id.")
    object: Literal["payment_intent"] = "payment_intent"
    amount: int = Field(description="The amount in the currency's minor unit.")
    amount_capturable: int = Field(description="What is reserved and can be captured, in minor units.")
    amount_details: AmountDetailsObject = Field(description="What the amount consists of.")
    amount_received: int = Field(description="What was taken, in minor units.")
    application: Expandable | None = Field(description="Always null: Connect is not served yet.")
    application_fee_amount: int | None = Field(description="Always null: Connect is not served yet.")
    automatic_payment_methods: Tree | None = Field(description="Whether every compatible method may be used.")
    canceled_at: int | None = Field(description="When the payment was given up, in seconds since 1970.")
    cancellation_reason: str | None = Field(description="Why the payment was given up.")
    capture_method: str = Field(description="`automatic`, `automatic_async` or `manual`.")
    client_secret: str | None = Field(description="What a client with a publishable key proves its right with.")
    confirmation_method: str = Field(description="`automatic` or `manual`.")
    created: int = Field(description="When the intent was created, in seconds since 1970.")
    currency: str = Field(description="Three-letter currency, in lower case.")
    customer: Expandable | None = Field(description="Whom the payment belongs to.")
    customer_account: str | None = Field(description="Always null: accounts as customers are not served.")
    description: str | None = Field(description="Your own note about the payment.")
    excluded_payment_method_types: list[str] | None = Field(description="Types that must not be used.")
    hooks: Tree | None = Field(None, description="What else happens during the payment's life.")
    last_payment_error: Tree | None = Field(description="Why the latest attempt failed.")
    latest_charge: Expandable | None = Field(description="The latest attempt.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    managed_payments: Tree | None = Field(description="Always null: managed payments are not served.")
    metadata: Metadata = Field(description="Your own key-value pairs.")
    next_action: Tree | None = Field(description="What the payer has to do.")
    on_behalf_of: Expandable | None = Field(description="Always null: Connect is not served yet.")
    payment_details: Tree | None = Field(None, description="References of the order and of the customer.")
    payment_method: Expandable | None = Field(description="The payment method to use, or used.")
    payment_method_configuration_details: Tree | None = Field(description="The configuration that chose the types.")
    payment_method_options: Tree | None = Field(description="Settings for each type of payment method.")
    payment_method_types: list[str] = Field(description="The types that may be used.")
    processing: Tree | None = Field(description="What is known of a payment that settles later.")
    receipt_email: str | None = Field(description="Where the receipt is sent to.")
    review: Expandable | None = Field(description="The review of the payment, where it looked risky.")
    setup_future_usage: str | None = Field(description="Whether the method is kept for later payments.")
    shipping: IntentShippingObject | None = Field(description="Where goods are sent.")
    source: str | None = Field(description="Always null: sources are not used by payment intents.")
    statement_descriptor: str | None = Field(description="The statement's text for other payments than by card.")
    statement_descriptor_suffix: str | None = Field(description="What follows your prefix on a card's statement.")
    status: str = Field(description="What the payment waits for, or how it ended.")
    transfer_data: Tree | None = Field(description="Always null: Connect is not served yet.")
    transfer_group: str | None = Field(description="Groups payments that belong together.")


def render(intent: PaymentIntent) -> PaymentIntentObject:
    """A payment intent as clients see it."""
    row = intent.__dict__  # Past SQLAlchemy's attributes, which cost more than the rest of this.
    details = row["details"]
    rare = {name: details[name] for name in ("hooks", "payment_details") if details.get(name) is not None}
    return PaymentIntentObject(
        id=row["id"],
        amount=row["amount"],
        amount_capturable=row["amount_capturable"],
        amount_details=_amount_details(details.get("amount_details") or {}),
        amount_received=row["amount_received"],
        application=None,
        application_fee_amount=None,
        automatic_payment_methods=details.get("automatic_payment_methods"),
        canceled_at=unix_or_none(row["canceled_at"]),
        cancellation_reason=row["cancellation_reason"],
        capture_method=row["capture_method"],
        client_secret=row["client_secret"],
        confirmation_method=row["confirmation_method"],
        created=unix(row["created_at"]),
        currency=row["currency"],
        customer=row["customer_id"],
        customer_account=None,
        description=details.get("description"),
        excluded_payment_method_types=details.get("excluded_payment_method_types"),
        last_payment_error=details.get("last_payment_error"),
        latest_charge=row["latest_charge_id"],
        livemode=row["livemode"],
        managed_payments=None,
        metadata=row["meta"],
        next_action=details.get("next_action"),
        on_behalf_of=None,
        payment_method=row["payment_method_id"],
        payment_method_configuration_details=_configuration(details.get("configuration")),
        payment_method_options=details.get("payment_method_options") or {},
        payment_method_types=details["payment_method_types"],
        processing=details.get("processing"),
        receipt_email=details.get("receipt_email"),
        review=details.get("review"),
        setup_future_usage=row["setup_future_usage"],
        shipping=_shipping(details.get("shipping")),
        source=None,
        statement_descriptor=details.get("statement_descriptor"),
        statement_descriptor_suffix=details.get("statement_descriptor_suffix"),
        status=row["status"],
        transfer_data=None,
        transfer_group=row["transfer_group"],
        **rare,
    )


def render_for_client(intent: PaymentIntent) -> PaymentIntentObject:
    """A payment intent as a publishable key sees it: what concerns the server is left out, and cannot be expanded."""
    rendered = render(intent).model_copy(
        update=dict.fromkeys(SERVER_SIDE) | {"amount_details": AmountDetailsObject(tip={})}
    )
    rendered.__pydantic_fields_set__.difference_update(SERVER_SIDE)
    return rendered


def render_line_item(stored: Tree) -> LineItemObject:
    """A line item as clients see it."""
    return LineItemObject(
        id=stored["id"],
        discount_amount=stored.get("discount_amount"),
        payment_method_options=stored.get("payment_method_options"),
        product_code=stored.get("product_code"),
        product_name=stored["product_name"],
        quantity=stored["quantity"],
        tax=stored.get("tax"),
        unit_cost=stored["unit_cost"],
        unit_of_measure=stored.get("unit_of_measure"),
    )


def _amount_details(stored: Tree) -> AmountDetailsObject:
    if not stored:
        return AmountDetailsObject(tip={})
    shown = {name: value for name, value in stored.items() if name != "line_items"}
    return AmountDetailsObject(tip={}, **shown)


def _configuration(stored: Tree | None) -> Tree | None:
    return None if stored is None else {"id": stored["id"], "parent": None}


def _shipping(stored: Tree | None) -> IntentShippingObject | None:
    if stored is None:
        return None
    return IntentShippingObject(
        address=address_object(stored.get("address")),
        carrier=stored.get("carrier"),
        name=stored.get("name"),
        phone=stored.get("phone"),
        tracking_number=stored.get("tracking_number"),
    )
