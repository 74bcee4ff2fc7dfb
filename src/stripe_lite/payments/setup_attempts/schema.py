"""What clients send and see of setup attempts."""

from typing import Literal

from pydantic import Field

from stripe_lite.core.clock import unix
from stripe_lite.core.lists import CreatedFilter, ListParams
from stripe_lite.core.objects import Expandable, StripeObject, Tree
from stripe_lite.payments.setup_attempts.model import SetupAttempt


class SetupAttemptListParams(ListParams):
    """Which setup attempts to list."""

    setup_intent: str = Field(description="The setup intent whose attempts are listed.")
    created: CreatedFilter | None = Field(None, description="Bounds on the time of creation.")


class GeneratedDebitObject(StripeObject):
    """What a payment elsewhere told of the payer's bank account, and the direct debit that was made of it."""

    bank: str | None = Field(None, description="The payer's bank; of iDEAL only.")
    bank_code: str | None = Field(None, description="The bank's code; not of iDEAL.")
    bank_name: str | None = Field(None, description="The bank's name; not of iDEAL.")
    bic: str | None = Field(None, description="The bank's identifier.")
    generated_sepa_debit: Expandable | None = Field(None, description="The direct debit by which to pay later.")
    generated_sepa_debit_mandate: Expandable | None = Field(None, description="The mandate of that direct debit.")
    iban_last4: str | None = Field(None, description="The last characters of the payer's account.")
    preferred_language: str | None = Field(None, description="The language of the payer's page; not of iDEAL.")
    verified_name: str | None = Field(None, description="The account's owner, as their bank says.")


class SetupAttemptDetailsObject(StripeObject):
    """What is known of the payment method at the time of the attempt, under the name of its type."""

    acss_debit: Tree | None = None
    amazon_pay: Tree | None = None
    au_becs_debit: Tree | None = None
    bacs_debit: Tree | None = None
    bancontact: GeneratedDebitObject | None = None
    boleto: Tree | None = None
    card: Tree | None = None
    card_present: Tree | None = None
    cashapp: Tree | None = None
    ideal: GeneratedDebitObject | None = None
    kakao_pay: Tree | None = None
    klarna: Tree | None = None
    kr_card: Tree | None = None
    link: Tree | None = None
    naver_pay: Tree | None = None
    nz_bank_account: Tree | None = None
    paypal: Tree | None = None
    pix: Tree | None = None
    revolut_pay: Tree | None = None
    sepa_debit: Tree | None = None
    sofort: GeneratedDebitObject | None = None
    twint: Tree | None = None
    type: str = Field(description="The payment method's type.")
    upi: Tree | None = None
    us_bank_account: Tree | None = None


class SetupAttemptObject(StripeObject):
    """A setup attempt: one confirmation of a setup intent, however it ended."""

    id: str = Field(description="The attempt's id.")
    object: Literal["setup_attempt"] = "setup_attempt"
    application: Expandable | None = Field(description="Always null: Connect is not served yet.")
    attach_to_self: bool | None = Field(None, description="Whether the method was to be your own account's.")
    created: int = Field(description="When the attempt was made, in seconds since 1970.")
    customer: Expandable | None = Field(description="The setup intent's customer at that time.")
    customer_account: str | None = Field(description="Always null: accounts as customers are not served.")
    flow_directions: list[str] | None = Field(description="Which way money was to flow by the method.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    on_behalf_of: Expandable | None = Field(description="Always null: Connect is not served yet.")
    payment_method: Expandable = Field(description="The payment method that was to be set up.")
    payment_method_details: SetupAttemptDetailsObject = Field(description="What was known of it.")
    setup_error: Tree | None = Field(description="Why the attempt failed.")
    setup_intent: Expandable = Field(description="The setup intent that was confirmed.")
    status: str = Field(description="`requires_action`, `processing`, `succeeded`, `failed` or `abandoned`.")
    usage: str = Field(description="Whether later payments were to be made in the payer's absence.")


def render(attempt: SetupAttempt) -> SetupAttemptObject:
    """A setup attempt as clients see it."""
    details = attempt.details
    told: Tree = {} if details.get("attach_to_self") is None else {"attach_to_self": details["attach_to_self"]}
    return SetupAttemptObject(
        id=attempt.id,
        application=None,
        created=unix(attempt.created_at),
        customer=attempt.customer_id,
        customer_account=None,
        flow_directions=details.get("flow_directions"),
        livemode=attempt.livemode,
        on_behalf_of=None,
        payment_method=attempt.payment_method_id,
        payment_method_details=SetupAttemptDetailsObject(**details["payment_method_details"]),
        setup_error=details.get("setup_error"),
        setup_intent=attempt.setup_intent_id,
        status=attempt.status,
        usage=attempt.usage,
        **told,
    )
