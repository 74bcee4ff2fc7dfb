"""The bank as the processor sees it: six questions and one form of answer, all of them plain JSON.

A question carries a `ref`, which the asker chose and keeps. Whoever asks twice with the same ref gets the first answer
again and moves no money twice, so that a crash or a lost answer is cured by asking once more.
"""

from typing import Literal, Protocol, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Kind: TypeAlias = Literal["authorize", "increment", "capture", "void", "refund"]
Result: TypeAlias = Literal["approved", "declined", "pending", "not_found"]
Check: TypeAlias = Literal["pass", "fail", "unavailable", "unchecked"]
ThreeDSecureResult: TypeAlias = Literal[
    "authenticated", "attempt_acknowledged", "exempted", "failed", "not_supported", "processing_error"
]

REF_LENGTH_MAX = 255
AMOUNT_MAX = 999_999_999_999  # In minor units: what the largest amount of the API leaves room for.


class BankUnreachable(Exception):
    """No answer came, so that the effect is unknown: the same question, or `inquire`, must be asked later."""


class BankRefused(Exception):
    """The bank does not understand the question; asking it again is of no use."""


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Question(_Message):
    """What every question says."""

    account_id: str = Field(min_length=1, max_length=REF_LENGTH_MAX)
    """The account on whose behalf the bank is asked; refs are unique within it."""

    ref: str = Field(min_length=1, max_length=REF_LENGTH_MAX)
    """The asker's own name for this operation: one ref and kind have one effect."""

    at: AwareDatetime
    """The moment of the question by the asker's clock, which a test clock may have moved."""


class Authorization(Question):
    """May this amount be taken? With an amount of 0: is this payment method good at all?"""

    amount: int = Field(ge=0, le=AMOUNT_MAX)
    """Amount in the currency's minor unit. 0 verifies the payment method without reserving anything."""

    currency: str = Field(pattern="^[a-z]{3}$")
    """Three-letter currency, in lower case."""

    method: str
    """Type of the payment method, such as `card` or `us_bank_account`."""

    outcome: str
    """Outcome class of the payment method: what `cards.recognise` or `accounts.recognise` told of it."""

    capture: bool = True
    """Whether the amount is taken at once, or reserved until it is captured."""

    off_session: bool = False
    """Whether the payer is absent, and can therefore not authenticate."""

    set_up: bool = False
    """Whether the payment method was set up, with the payer's consent, for payments in their absence."""

    authentication: ThreeDSecureResult | None = None
    """What 3-D Secure said, where it was asked."""

    cvc: bool = False
    """Whether a security code came with the card."""

    line1: bool = False
    """Whether the first line of the billing address came with the card."""

    postal_code: bool = False
    """Whether the postal code of the billing address came with the card."""


class Increment(Question):
    """May more be reserved on an authorization that is not captured yet?"""

    of: str
    """The authorization's ref."""

    amount: int = Field(gt=0, le=AMOUNT_MAX)
    """The additional amount in minor units, not the new total."""

    currency: str = Field(pattern="^[a-z]{3}$")
    """The authorization's currency."""


class Capture(Question):
    """Take what was reserved, or part of it."""

    of: str
    """The authorization's ref."""

    amount: int = Field(gt=0, le=AMOUNT_MAX)
    """The amount to take in minor units."""

    currency: str = Field(pattern="^[a-z]{3}$")
    """The authorization's currency."""

    final: bool = True
    """Whether the rest of the reservation is released."""


class Void(Question):
    """Release an authorization of which nothing was taken, or stop a payment that is still pending."""

    of: str
    """The authorization's ref."""


class Refund(Question):
    """Give back what was taken, or part of it."""

    of: str
    """The authorization's ref."""

    amount: int = Field(gt=0, le=AMOUNT_MAX)
    """The amount to give back in minor units."""

    currency: str = Field(pattern="^[a-z]{3}$")
    """The authorization's currency."""


class Inquiry(Question):
    """What became of the operation with this ref?"""

    kind: Kind = "authorize"
    """Which of the questions was asked with this ref."""


class Checks(_Message):
    """What the issuer found of the details that came with the card; None where a detail was not given."""

    cvc_check: Check | None = None
    """The security code."""

    address_line1_check: Check | None = None
    """The first line of the billing address."""

    address_postal_code_check: Check | None = None
    """The postal code of the billing address."""


class Assessment(_Message):
    """How an authorization went, in the words of a charge's `outcome`."""

    type: Literal["authorized", "manual_review", "issuer_declined", "blocked", "invalid"]
    """Who decided, and how."""

    network_status: Literal[
        "approved_by_network", "declined_by_network", "not_sent_to_network", "reversed_after_approval"
    ]
    """What the card network said, if it was asked."""

    reason: str | None = None
    """Why, where the type alone does not say it."""

    risk_level: Literal["normal", "elevated", "highest", "not_assessed", "unknown"] = "normal"
    """How risky the payment looks."""

    risk_score: int | None = Field(default=None, ge=0, le=100)
    """The same as a number from 0 to 100; None for what is not a card."""

    seller_message: str
    """The explanation for the merchant's eyes."""


class Answer(_Message):
    """What the bank says of one operation."""

    ref: str
    """The question's ref."""

    kind: Kind
    """Which question this answers."""

    result: Result
    """`pending` is decided later; `not_found` answers an inquiry after a ref the bank never saw."""

    amount: int = 0
    """The amount concerned in minor units; of a void, what was released."""

    currency: str | None = None
    """The currency of the amount."""

    code: str | None = None
    """For a decline: Stripe's error or failure code, such as `card_declined`; of a refund, its failure reason."""

    decline_code: str | None = None
    """For a declined card: the issuer's reason, such as `insufficient_funds`."""

    message: str | None = None
    """For a decline: the sentence for the payer."""

    network_decline_code: str | None = None
    """The card network's own code of the decline."""

    advice_code: Literal["confirm_card_data", "do_not_try_again", "try_again_later"] | None = None
    """What the issuer advises to do after the decline."""

    assessment: Assessment | None = None
    """How an authorization went; None for the other kinds."""

    checks: Checks | None = None
    """What was checked of a card; None for the other kinds and methods."""

    authorization_code: str | None = None
    """The issuer's code of an authorization that it was asked for."""

    network_transaction_id: str | None = None
    """The network's id of an authorization that went through it."""

    recheck_at: AwareDatetime | None = None
    """When to inquire again: the answer will have changed by then. None where it is final, or never decided."""


class Bank(Protocol):
    """Where money moves. Each verb may be asked any number of times with one ref, and has one effect.

    Every verb raises BankUnreachable where it cannot tell whether it had an effect.
    """

    async def authorize(self, question: Authorization) -> Answer:
        """Take or reserve an amount, or verify a payment method."""
        ...

    async def increment(self, question: Increment) -> Answer:
        """Reserve more on an open authorization."""
        ...

    async def capture(self, question: Capture) -> Answer:
        """Take what was reserved."""
        ...

    async def void(self, question: Void) -> Answer:
        """Release what was reserved."""
        ...

    async def refund(self, question: Refund) -> Answer:
        """Give back what was taken."""
        ...

    async def inquire(self, question: Inquiry) -> Answer:
        """Tell what became of an operation, without changing anything."""
        ...
