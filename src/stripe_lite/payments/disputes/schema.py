"""What clients send and see of disputes."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from stripe_lite.balance.balance_transactions.schema import BalanceTransactionObject
from stripe_lite.core.clock import unix, unix_or_none
from stripe_lite.core.lists import CreatedFilter, ListParams
from stripe_lite.core.objects import Expandable, Metadata, Params, StripeObject, Tree
from stripe_lite.payments.disputes import eligibility
from stripe_lite.payments.disputes.machine import INQUIRIES, DisputeStatus
from stripe_lite.payments.disputes.model import Dispute

TEXTS = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_tracking_number",
    "uncategorized_text",
)
FILES = (
    "cancellation_policy",
    "customer_communication",
    "customer_signature",
    "duplicate_charge_documentation",
    "receipt",
    "refund_policy",
    "service_documentation",
    "shipping_documentation",
    "uncategorized_file",
)
ANSWERABLE = (DisputeStatus.NEEDS_RESPONSE, DisputeStatus.WARNING_NEEDS_RESPONSE)


class DisputeListParams(ListParams):
    """Which disputes to list."""

    charge: str | None = Field(None, description="Only disputes of this charge.")
    created: CreatedFilter | None = Field(None, description="Bounds on the time of creation.")
    payment_intent: str | None = Field(None, description="Only disputes of this payment intent.")


class DisputeUpdateParams(Params):
    """An answer to a dispute."""

    evidence: Tree | None = Field(None, description="What speaks for you, by field.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")
    submit: bool | None = Field(
        None, description="Whether the evidence goes to the bank now, the default, or is only kept as a draft."
    )


class EvidenceDetailsObject(StripeObject):
    """How far the answer to a dispute is."""

    due_by: int | None = Field(description="Until when evidence is taken, in seconds since 1970.")
    enhanced_eligibility: Tree = Field(description="What further evidence the network takes.")
    has_evidence: bool = Field(description="Whether there is any evidence, be it only a draft.")
    past_due: bool = Field(description="Whether the time passed without an answer.")
    submission_count: int = Field(description="How often evidence went to the bank.")


class DisputeObject(StripeObject):
    """A dispute: a payer asks their bank for their money back."""

    id: str = Field(description="The dispute's id.")
    object: Literal["dispute"] = "dispute"
    amount: int = Field(description="How much is asked back, in minor units.")
    balance_transactions: list[BalanceTransactionObject] = Field(description="What was withdrawn and reinstated.")
    charge: Expandable = Field(description="The disputed charge.")
    created: int = Field(description="When it was opened, in seconds since 1970.")
    currency: str = Field(description="Three-letter currency, in lower case.")
    enhanced_eligibility_types: list[str] = Field(description="The kinds of further evidence the network takes.")
    evidence: Tree = Field(description="What you answered, by field.")
    evidence_details: EvidenceDetailsObject = Field(description="How far the answer is.")
    is_charge_refundable: bool = Field(description="Whether the charge can still be refunded: true of inquiries.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    metadata: Metadata = Field(description="Your own key-value pairs.")
    payment_intent: Expandable | None = Field(description="The payment intent that was disputed.")
    payment_method_details: Tree | None = Field(None, description="The card, and how its network calls the case.")
    reason: str = Field(description="Why the payer disputes.")
    status: str = Field(description="How the dispute stands.")


def render(dispute: Dispute, now: datetime) -> DisputeObject:
    """A dispute as clients see it at a moment."""
    details = dispute.details
    enhanced = eligibility.complete(dispute.evidence.get("enhanced_evidence") or {})
    eligible: Tree = details.get("enhanced_eligibility") or {}
    rendered = DisputeObject(
        id=dispute.id,
        amount=dispute.amount,
        balance_transactions=[BalanceTransactionObject(**booked) for booked in details.get("booked", [])],
        charge=dispute.charge_id,
        created=unix(dispute.created_at),
        currency=dispute.currency,
        enhanced_eligibility_types=list(eligible),
        evidence=dict.fromkeys((*TEXTS, *FILES)) | dispute.evidence | {"enhanced_evidence": enhanced},
        evidence_details=EvidenceDetailsObject(
            due_by=unix_or_none(dispute.due_by_at),
            enhanced_eligibility=eligibility.standing(eligible, dispute.evidence),
            has_evidence=bool(dispute.evidence),
            past_due=_past_due(dispute, now),
            submission_count=dispute.submission_count,
        ),
        is_charge_refundable=dispute.status in INQUIRIES,
        livemode=dispute.livemode,
        metadata=dispute.meta,
        payment_intent=dispute.payment_intent_id,
        reason=dispute.reason,
        status=dispute.status,
    )
    if details.get("payment_method") is not None:
        rendered.payment_method_details = details["payment_method"]
    return rendered


def _past_due(dispute: Dispute, now: datetime) -> bool:
    return dispute.submission_count == 0 and dispute.due_by_at is not None and dispute.due_by_at < now
