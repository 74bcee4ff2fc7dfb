"""Why the payers of test cards dispute, and in which words their networks say so."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from stripe_lite.bank.facts import Disputed
from stripe_lite.core.objects import Tree
from stripe_lite.payments.disputes.machine import DisputeStatus

# What the networks call the same reason.
FRAUD = {"visa": "10.4", "mastercard": "4837", "amex": "F29", "discover": "UA02"}
NOT_RECEIVED = {"visa": "13.1", "mastercard": "4853", "amex": "C08", "discover": "RG"}
COMPLIANCE = {"visa": "C1"}


@dataclass(frozen=True, slots=True)
class Case:
    """One way to be disputed. `parts` disputes share the amount; a `final` one is lost as it begins."""

    reason: str
    case_type: Literal["chargeback", "compliance", "inquiry"] = "chargeback"
    codes: Mapping[str, str] | None = None
    status: DisputeStatus = DisputeStatus.NEEDS_RESPONSE
    parts: int = 1
    final: bool = False
    eligibility: str | None = None

    @property
    def enhanced_eligibility(self) -> Tree:
        """What further evidence the network takes."""
        match self.eligibility:
            case "visa_compelling_evidence_3":
                wanted = ["missing_customer_identifiers", "missing_prior_undisputed_transactions"]
                return {self.eligibility: {"required_actions": wanted, "status": "requires_action"}}
            case "visa_compliance":
                return {self.eligibility: {"status": "requires_fee_acknowledgement"}}
            case _:
                return {}


CASES: Mapping[Disputed, Case] = {
    "fraudulent": Case("fraudulent", codes=FRAUD),
    "product_not_received": Case("product_not_received", codes=NOT_RECEIVED),
    "inquiry": Case("fraudulent", "inquiry", FRAUD, DisputeStatus.WARNING_NEEDS_RESPONSE),
    "multiple": Case("fraudulent", codes=FRAUD, parts=2),
    "compelling_evidence": Case("fraudulent", codes=FRAUD, eligibility="visa_compelling_evidence_3"),
    "compliance": Case("noncompliant", "compliance", COMPLIANCE, eligibility="visa_compliance"),
    # A bank gives a debit back whatever the merchant says.
    "debit_not_authorized": Case("debit_not_authorized", final=True),
}
