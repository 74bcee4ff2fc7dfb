"""What clients send and see of charges."""

from typing import Literal

from pydantic import Field, SerializeAsAny

from stripe_lite.core.clock import unix
from stripe_lite.core.contacts import AddressObject, ShippingParams, address_object
from stripe_lite.core.lists import CreatedFilter, ListParams, SearchParams
from stripe_lite.core.objects import Expandable, Metadata, Params, StripeObject, Tree, TrustedObject
from stripe_lite.customers.customers.source_params import CardSourceParams
from stripe_lite.payments.charges.machine import ChargeStatus
from stripe_lite.payments.charges.model import Charge

# Given back as they came; None empties them.
METHOD_DETAILS = "payment_method_details"
RELEASED_BY_REFUND = "released_by_refund"  # Kept in the details of a charge that was refunded before its capture.
# What an `ach_debit` tells of the account.
ACH_DEBIT = ("account_holder_type", "bank_name", "fingerprint", "last4", "routing_number")
STORED = ("description", "receipt_email", "statement_descriptor", "statement_descriptor_suffix")


class RadarOptionsParams(Params):
    """What you know about the payer's session."""

    session: str | None = Field(None, description="A Radar session of the payer's browser.")


class FraudDetailsParams(Params):
    """What you think of the charge."""

    user_report: Literal["fraudulent", "safe", ""] | None = Field(
        description="Whether it is fraudulent or safe; an empty value takes the report back."
    )


class ChargeCreateParams(Params):
    """A new charge of a legacy source."""

    amount: int | None = Field(None, description="The amount in the currency's minor unit.", examples=[2000])
    capture: bool = Field(True, description="Whether the money is taken at once, or only reserved.")
    card: CardSourceParams | str | None = Field(None, description="The card to charge, or its token.")
    currency: str | None = Field(None, description="Three-letter currency, in lower case.", examples=["usd"])
    customer: str | None = Field(None, description="Whom the charge belongs to; their default source is charged.")
    description: str | None = Field(None, description="Your own note about the charge.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")
    radar_options: RadarOptionsParams | None = Field(None, description="What you know about the payer's session.")
    receipt_email: str | None = Field(None, description="Where the receipt is sent to.")
    shipping: ShippingParams | None = Field(None, description="Where goods are sent.")
    source: CardSourceParams | str | None = Field(
        None, description="A token, a card, or one of the customer's sources.", examples=["tok_visa"]
    )
    statement_descriptor: str | None = Field(None, description="The statement's text for other payments than by card.")
    statement_descriptor_suffix: str | None = Field(None, description="What follows your prefix on a card's statement.")
    transfer_group: str | None = Field(None, description="Groups charges and transfers that belong together.")


class ChargeUpdateParams(Params):
    """Changes to a charge."""

    customer: str | None = Field(None, description="Whom the charge belongs to, where it belongs to nobody yet.")
    description: str | None = Field(None, description="Your own note about the charge.")
    fraud_details: FraudDetailsParams | None = Field(None, description="What you think of the charge.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")
    receipt_email: str | None = Field(None, description="Where the receipt is sent to.")
    shipping: ShippingParams | None = Field(None, description="Where goods are sent.")
    transfer_group: str | None = Field(None, description="Groups charges and transfers; can be set once.")


class ChargeCaptureParams(Params):
    """How to capture a charge."""

    amount: int | None = Field(None, description="How much to take, in minor units; all if absent.")
    receipt_email: str | None = Field(None, description="Where the receipt is sent to.")
    statement_descriptor: str | None = Field(None, description="The statement's text for other payments than by card.")
    statement_descriptor_suffix: str | None = Field(None, description="What follows your prefix on a card's statement.")
    transfer_group: str | None = Field(None, description="Groups charges and transfers; can be set once.")


class ChargeListParams(ListParams):
    """Which charges to list."""

    created: CreatedFilter | None = Field(None, description="Bounds on the time of creation.")
    customer: str | None = Field(None, description="Only charges of this customer.")
    payment_intent: str | None = Field(None, description="Only attempts of this payment intent.")
    transfer_group: str | None = Field(None, description="Only charges of this group.")


class ChargeSearchParams(SearchParams):
    """Which charges to search for."""


class ChargeShippingObject(StripeObject):
    """Where goods are sent, and to whom."""

    address: AddressObject | None
    carrier: str | None
    name: str | None
    phone: str | None
    tracking_number: str | None


class ChargeObject(TrustedObject):
    """A charge: one attempt to move money into the account."""

    id: str = Field(description="The charge's id.")
    object: Literal["charge"] = "charge"
    amount: int = Field(description="The amount asked for, in the currency's minor unit.")
    amount_captured: int = Field(description="The amount taken, in minor units.")
    amount_refunded: int = Field(description="The amount given back, in minor units.")
    application: Expandable | None = Field(description="Always null: Connect is not served yet.")
    application_fee: Expandable | None = Field(description="Always null: Connect is not served yet.")
    application_fee_amount: int | None = Field(description="Always null: Connect is not served yet.")
    balance_transaction: Expandable | None = Field(description="The effect on the balance; null until it is booked.")
    billing_details: Tree = Field(description="The payer's details as they were at the time of the payment.")
    calculated_statement_descriptor: str | None = Field(description="What the payer's statement says.")
    captured: bool = Field(description="Whether the money was taken, not only reserved.")
    created: int = Field(description="When the attempt was made, in seconds since 1970.")
    currency: str = Field(description="Three-letter currency, in lower case.")
    customer: Expandable | None = Field(description="Whom the charge belongs to.")
    description: str | None = Field(description="Your own note about the charge.")
    disputed: bool = Field(description="Whether the payer disputed it.")
    failure_balance_transaction: Expandable | None = Field(description="The reversal of a payment that failed late.")
    failure_code: str | None = Field(description="Why the attempt failed.")
    failure_message: str | None = Field(description="The same as a sentence.")
    fraud_details: Tree = Field(description="What you and Stripe think of it: `user_report`, `stripe_report`.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    metadata: Metadata = Field(description="Your own key-value pairs.")
    on_behalf_of: Expandable | None = Field(description="Always null: Connect is not served yet.")
    outcome: Tree | None = Field(description="Whether the payment was accepted, by whom and why.")
    paid: bool = Field(description="Whether the attempt succeeded, be it only as a reservation.")
    payment_intent: Expandable | None = Field(description="The payment intent that made the attempt.")
    payment_method: str | None = Field(description="The payment method used.")
    payment_method_details: Tree | None = Field(description="The payment method as it was at the time.")
    presentment_details: Tree | None = Field(None, description="The amount in the payer's currency, where converted.")
    radar_options: Tree = Field(description="What you told about the payer's session.")
    receipt_email: str | None = Field(description="Where the receipt is sent to.")
    receipt_number: str | None = Field(description="The number on e-mailed receipts.")
    receipt_url: str | None = Field(description="The page that shows the receipt; null where the charge failed.")
    refunded: bool = Field(description="Whether all of it was given back.")
    refunds: SerializeAsAny[StripeObject] | None = Field(None, description="The refunds; only when expanded.")
    review: Expandable | None = Field(description="The review of the payment, where it looked risky.")
    shipping: ChargeShippingObject | None = Field(description="Where goods are sent.")
    source: SerializeAsAny[StripeObject] | Tree | None = Field(description="The legacy source that was charged.")
    source_transfer: Expandable | None = Field(description="Always null: Connect is not served yet.")
    statement_descriptor: str | None = Field(description="What you asked the statement to say.")
    statement_descriptor_suffix: str | None = Field(description="What follows your prefix on the statement.")
    status: str = Field(description="`succeeded`, `pending` or `failed`.")
    transfer_data: Tree | None = Field(description="Always null: Connect is not served yet.")
    transfer_group: str | None = Field(description="Groups charges and transfers that belong together.")


def render(charge: Charge) -> ChargeObject:
    """A charge as clients see it."""
    row = charge.__dict__  # Past SQLAlchemy's attributes: a payment shows its charge three times.
    details = row["details"]
    by_refund = row["amount_released"] if details.get(RELEASED_BY_REFUND) else 0
    given_back = row["amount_refunded"] + by_refund
    return ChargeObject(
        id=row["id"],
        amount=row["amount"],
        amount_captured=row["amount_captured"],
        amount_refunded=given_back,
        application=None,
        application_fee=None,
        application_fee_amount=None,
        balance_transaction=row["balance_transaction_id"] if row["balance_transaction_told"] else None,
        billing_details=details["billing_details"],
        calculated_statement_descriptor=details.get("calculated_statement_descriptor"),
        captured=row["captured"],
        created=unix(row["created_at"]),
        currency=row["currency"],
        customer=row["customer_id"],
        description=details.get("description"),
        disputed=row["disputed"],
        failure_balance_transaction=row["failure_balance_transaction_id"],
        failure_code=row["failure_code"],
        failure_message=row["failure_message"],
        fraud_details=details.get("fraud_details") or {},
        livemode=row["livemode"],
        metadata=row["meta"],
        on_behalf_of=None,
        outcome=details.get("outcome"),
        paid=row["status"] == "succeeded",
        payment_intent=row["payment_intent_id"],
        payment_method=row["payment_method_id"],
        payment_method_details=_as_paid(details) if row["payment_intent_id"] is None else details.get(METHOD_DETAILS),
        radar_options=details.get("radar_options") or {},
        receipt_email=details.get("receipt_email"),
        receipt_number=details.get("receipt_number"),
        receipt_url=None if row["status"] == ChargeStatus.FAILED else details.get("receipt_url"),
        refunded=0 < given_back == row["amount_captured"] + by_refund,
        review=details.get("review"),
        shipping=_shipping(details.get("shipping")),
        source=details.get("source"),
        source_transfer=None,
        statement_descriptor=details.get("statement_descriptor"),
        statement_descriptor_suffix=details.get("statement_descriptor_suffix"),
        status=row["status"],
        transfer_data=None,
        transfer_group=row["transfer_group"],
    )


def stored(sent: Tree) -> Tree:
    """What of a request is only kept and given back."""
    kept = {name: sent[name] for name in STORED if name in sent}
    if "shipping" in sent:
        shipping = sent["shipping"]
        kept["shipping"] = None if shipping is None else shipping.model_dump(exclude_unset=True)
    return kept


def _as_paid(details: Tree) -> Tree | None:
    """What a charge without an intent was made with: a US account, given as a source, is an `ach_debit` there."""
    told: Tree | None = details.get(METHOD_DETAILS)
    source: Tree | None = details.get("source")
    if told is None or source is None or told["type"] != "us_bank_account":
        return told
    account = {name: told["us_bank_account"].get(name) for name in ACH_DEBIT}
    return {"ach_debit": account | {"country": "US"}, "type": "ach_debit"}


def _shipping(shipping: Tree | None) -> ChargeShippingObject | None:
    if shipping is None:
        return None
    return ChargeShippingObject(
        address=address_object(shipping.get("address")),
        carrier=shipping.get("carrier"),
        name=shipping.get("name"),
        phone=shipping.get("phone"),
        tracking_number=shipping.get("tracking_number"),
    )
