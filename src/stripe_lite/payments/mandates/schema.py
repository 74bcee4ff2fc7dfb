"""What clients see of mandates."""

from typing import Literal

from pydantic import Field

from stripe_lite.core.objects import Expandable, StripeObject, Tree
from stripe_lite.payments.mandates.model import Mandate


class MandateObject(StripeObject):
    """A mandate: a payer's permission to charge a payment method."""

    id: str = Field(description="The mandate's id.")
    object: Literal["mandate"] = "mandate"
    customer_acceptance: Tree = Field(description="How and when the payer agreed.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    multi_use: Tree | None = Field(None, description="There if it is good for many payments.")
    payment_method: Expandable = Field(description="The payment method that may be charged.")
    payment_method_details: Tree = Field(description="What its type tells of a mandate.")
    single_use: Tree | None = Field(None, description="The one payment that it is good for, if it is.")
    status: str = Field(description="`pending`, `active` or `inactive`.")
    type: str = Field(description="`multi_use` or `single_use`.")


def render(mandate: Mandate) -> MandateObject:
    """A mandate as clients see it."""
    use = {} if mandate.amount is None else {"amount": mandate.amount, "currency": mandate.currency}
    uses: Tree = {mandate.type: use}
    return MandateObject(
        id=mandate.id,
        customer_acceptance=mandate.details["customer_acceptance"],
        livemode=mandate.livemode,
        payment_method=mandate.payment_method_id,
        payment_method_details=mandate.details["payment_method_details"],
        status=mandate.status,
        type=mandate.type,
        **uses,
    )
