"""What clients send and see of refunds."""

from typing import Literal

from pydantic import Field

from stripe_lite.core.clock import unix
from stripe_lite.core.lists import CreatedFilter, ListParams
from stripe_lite.core.objects import Expandable, Metadata, Params, StripeObject, Tree
from stripe_lite.payments.refunds.destinations import destination_details
from stripe_lite.payments.refunds.model import Refund

AWAITS_CHARGE = "awaits_charge"  # Kept in the details of a refund whose payment is still pending.

RefundReason = Literal["duplicate", "fraudulent", "requested_by_customer"]


class ChargeRefundParams(Params):
    """A new refund of the charge that the path names."""

    amount: int | None = Field(None, description="How much to give back, in minor units; all that is left if absent.")
    instructions_email: str | None = Field(
        None, description="Where the payer learns how to get the money, for methods that cannot send it back."
    )
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")
    payment_intent: str | None = Field(None, description="The payment intent whose charge is refunded.")
    reason: RefundReason | None = Field(None, description="Why the money is given back.")


class CashParams(Params):
    """What names a customer's cash instead of a charge."""

    currency: str | None = Field(None, description="Of the customer's cash: three-letter currency, in lower case.")
    customer: str | None = Field(None, description="Whose cash is given back, with `origin`.")
    origin: Literal["customer_balance"] | None = Field(
        None, description="Give back what a customer transferred, instead of a charge."
    )


class ChargeRefundCreateParams(ChargeRefundParams, CashParams):
    """A new refund of the charge that the path names, which cannot be one of a customer's cash."""


class RefundCreateParams(ChargeRefundParams, CashParams):
    """A new refund."""

    charge: str | None = Field(None, description="The charge to refund.")


class RefundUpdateParams(Params):
    """Changes to a refund."""

    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")


class ChargeRefundListParams(ListParams):
    """Which part of a charge's refunds to list."""


class RefundListParams(ListParams):
    """Which refunds to list."""

    charge: str | None = Field(None, description="Only refunds of this charge.")
    created: CreatedFilter | None = Field(None, description="Bounds on the time of creation.")
    payment_intent: str | None = Field(None, description="Only refunds of this payment intent.")


class RefundObject(StripeObject):
    """A refund: money given back of a charge."""

    id: str = Field(description="The refund's id.")
    object: Literal["refund"] = "refund"
    amount: int = Field(description="The amount given back, in minor units.")
    balance_transaction: Expandable | None = Field(description="The effect on the balance; null until it is booked.")
    charge: Expandable | None = Field(description="The charge that is refunded.")
    created: int = Field(description="When the refund was created, in seconds since 1970.")
    currency: str = Field(description="Three-letter currency, in lower case.")
    description: str | None = Field(None, description="For the payer: where to say which account the money goes to.")
    destination_details: Tree | None = Field(None, description="How the money gets back to the payer.")
    failure_balance_transaction: Expandable | None = Field(
        None, description="What undid the effect on the balance, where the refund failed."
    )
    failure_reason: str | None = Field(None, description="Why the refund failed.")
    instructions_email: str | None = Field(None, description="Where the payer learns how to get the money.")
    metadata: Metadata = Field(description="Your own key-value pairs.")
    next_action: Tree | None = Field(None, description="What the payer has to do to get the money.")
    payment_intent: Expandable | None = Field(description="The payment intent that is refunded.")
    pending_reason: str | None = Field(None, description="What a pending refund waits for.")
    reason: str | None = Field(description="Why the money is given back.")
    receipt_number: str | None = Field(description="The number on e-mailed receipts.")
    source_transfer_reversal: Expandable | None = Field(description="Always null: Connect is not served yet.")
    status: str | None = Field(description="`pending`, `requires_action`, `succeeded`, `failed` or `canceled`.")
    transfer_reversal: Expandable | None = Field(description="Always null: Connect is not served yet.")


def render(refund: Refund) -> RefundObject:
    """A refund as clients see it."""
    details = refund.details
    rare: Tree = {
        "description": _asked(refund),
        "destination_details": destination_details(refund),
        "failure_balance_transaction": refund.failure_balance_transaction_id,
        "failure_reason": refund.failure_reason,
        "instructions_email": details.get("instructions_email"),
        "next_action": details.get("next_action"),
        "pending_reason": _pending_reason(refund),
    }
    return RefundObject(
        id=refund.id,
        amount=refund.amount,
        balance_transaction=refund.balance_transaction_id,
        charge=refund.charge_id,
        created=unix(refund.created_at),
        currency=refund.currency,
        metadata=refund.meta,
        payment_intent=refund.payment_intent_id,
        reason=refund.reason,
        receipt_number=details.get("receipt_number"),
        source_transfer_reversal=None,
        status=refund.status,
        transfer_reversal=None,
        **{name: value for name, value in rare.items() if value is not None},
    )


def _asked(refund: Refund) -> str | None:
    """What the payer is to be told while they must answer."""
    page = refund.details.get("page")
    waits = page is not None and refund.details.get("next_action") is not None
    return f"Tell us at {page} where to send your money." if waits else None


def _pending_reason(refund: Refund) -> str | None:
    if refund.status != "pending":
        return None
    return "charge_pending" if refund.details.get(AWAITS_CHARGE) else "processing"
