"""What clients send and see of early fraud warnings."""

from typing import Literal

from pydantic import Field

from stripe_lite.core.clock import unix
from stripe_lite.core.lists import CreatedFilter, ListParams
from stripe_lite.core.objects import Expandable, StripeObject
from stripe_lite.payments.early_fraud_warnings.model import EarlyFraudWarning


class EarlyFraudWarningListParams(ListParams):
    """Which warnings to list."""

    charge: str | None = Field(None, description="Only warnings of this charge.")
    created: CreatedFilter | None = Field(None, description="Bounds on the time of creation.")
    payment_intent: str | None = Field(None, description="Only warnings of this payment intent.")


class EarlyFraudWarningObject(StripeObject):
    """A warning of a card's issuer that a charge may be fraudulent."""

    id: str = Field(description="The warning's id.")
    object: Literal["radar.early_fraud_warning"] = "radar.early_fraud_warning"
    actionable: bool = Field(description="Whether a refund may still prevent a dispute.")
    charge: Expandable = Field(description="The charge that is thought to be fraudulent.")
    created: int = Field(description="When the issuer warned, in seconds since 1970.")
    fraud_type: str = Field(description="What kind of fraud the issuer thinks of.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    payment_intent: Expandable | None = Field(None, description="The payment intent that made the charge.")


def render(warning: EarlyFraudWarning) -> EarlyFraudWarningObject:
    """A warning as clients see it."""
    rendered = EarlyFraudWarningObject(
        id=warning.id,
        actionable=warning.actionable,
        charge=warning.charge_id,
        created=unix(warning.created_at),
        fraud_type=warning.fraud_type,
        livemode=warning.livemode,
    )
    if warning.payment_intent_id is not None:
        rendered.payment_intent = warning.payment_intent_id
    return rendered
