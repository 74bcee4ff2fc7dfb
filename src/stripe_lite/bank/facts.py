"""What is known of a test card, a test bank account, and of what the bank does with either."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Literal, TypeAlias

from stripe_lite.core.ids import ALPHABET

FINGERPRINT_LENGTH = 16

Verdict: TypeAlias = Literal["pass", "fail", "unavailable"]
RiskLevel: TypeAlias = Literal["normal", "elevated", "highest", "not_assessed"]
Advice: TypeAlias = Literal["confirm_card_data", "do_not_try_again", "try_again_later"]
Method: TypeAlias = Literal[
    "us_bank_account", "sepa_debit", "bacs_debit", "au_becs_debit", "acss_debit", "nz_bank_account"
]
Funding: TypeAlias = Literal["credit", "debit", "prepaid", "unknown"]

# How a card takes part in 3-D Secure, and so when a payer who is present must authenticate.
ThreeDSecure: TypeAlias = Literal[
    "unsupported",  # It cannot be asked for.
    "unenrolled",  # It can be asked for, and is then acknowledged without a challenge.
    "optional",  # There is a challenge where one is asked for.
    "optional_error",  # Asking for one fails; the payment may go on without.
    "required",  # There is always a challenge; without a passed one every payment is declined.
    "required_error",  # It is required, and the look-up fails: every payment is declined.
    "unless_set_up",  # A challenge, except for payments off session once the card was set up.
    "set_up",  # A challenge on session; payments off session count as set up.
]

# Why a charge is disputed soon after it succeeded; the first two and the last are dispute reasons themselves.
Disputed: TypeAlias = Literal[
    "fraudulent",
    "product_not_received",
    "inquiry",
    "multiple",
    "compelling_evidence",
    "compliance",
    "debit_not_authorized",
]


@dataclass(frozen=True, slots=True)
class Decline:
    """One way of saying no: what the payer, the merchant and the network are told."""

    code: str
    message: str
    decline_code: str | None = None
    network_decline_code: str | None = None
    advice_code: Advice | None = None
    type: Literal["issuer_declined", "blocked"] = "issuer_declined"
    network_status: Literal["declined_by_network", "not_sent_to_network", "reversed_after_approval"] = (
        "declined_by_network"
    )
    reason: str | None = None
    seller_message: str | None = None

    @property
    def outcome_reason(self) -> str:
        """The `reason` of the charge's outcome."""
        return self.reason or self.decline_code or self.code

    @property
    def merchant_message(self) -> str:
        """The sentence for the merchant."""
        return self.seller_message or f"The bank returned the decline code `{self.outcome_reason}`."


@dataclass(frozen=True, slots=True)
class Outcome:
    """A class of behaviour at the bank. Its slug is all that is kept of a number, beside what a receipt shows."""

    slug: str
    decline: str | None = None  # A key of `outcomes.DECLINES`: what a payment is answered.
    attach: Literal["accepted", "declined"] = "accepted"  # Whether saving it for later is declined, too.
    off_session_decline: str | None = None  # What a payment is answered only when the payer is absent.
    declines_given_cvc_only: bool = False  # Without a security code there is nothing to be wrong.
    three_d_secure: ThreeDSecure = "unenrolled"
    cvc_check: Verdict = "pass"
    line1_check: Verdict = "pass"
    postal_code_check: Verdict = "pass"
    risk_level: RiskLevel = "normal"
    disputed: Disputed | None = None
    fraud_warning: bool = False  # An early fraud warning follows the payment.
    refund: Literal["succeeds", "pending", "fails"] = "succeeds"  # `fails`: it succeeds first.
    bypass_pending: bool = False  # The money is available at once.
    captcha: bool = False  # The payer's page asks for a captcha first.
    settlement: Literal["instant", "delayed", "slow", "never"] = "instant"
    mandate: Literal["active", "inactive", "refused"] = "active"  # The mandate's state after the answer.
    microdeposits: Literal["sent", "failed"] = "sent"
    payout_failure: str | None = None  # The failure code of payouts to it.
    instant_payouts: bool = True

    @property
    def named_with_address(self) -> bool:
        """Whether a card known by name (`pm_card_avsFail`) comes with an address; it always comes with a CVC."""
        return self.line1_check != "pass" or self.postal_code_check != "pass"

    def needs_challenge(self, *, off_session: bool, set_up: bool = False, requested: bool = False) -> bool:
        """Tell whether 3-D Secure must be passed before the bank approves a payment."""
        match self.three_d_secure:
            case "required":
                return True
            case "unless_set_up":
                return not (off_session and set_up)
            case "set_up":
                return not off_session
            case "optional":
                return requested and not off_session
            case "unsupported" | "unenrolled" | "optional_error" | "required_error":
                return False


@dataclass(frozen=True, slots=True)
class CardFact:
    """A test card: what is printed on it, and its class of behaviour."""

    number: str
    names: tuple[str, ...]  # What follows `pm_card_` and `tok_` in the names of its payment methods and tokens.
    outcome: str = "approved"
    brand: str = "visa"
    country: str = "US"
    funding: Funding = "credit"
    co_brand: str | None = None

    @property
    def last4(self) -> str:
        """The digits that may be shown."""
        return self.number[-4:]

    @property
    def networks(self) -> tuple[str, ...]:
        """The networks that can carry a payment, the brand's own first."""
        return (self.brand,) if self.co_brand is None else (self.brand, self.co_brand)


@dataclass(frozen=True, slots=True)
class AccountFact:
    """A test bank account: how it is addressed, and its class of behaviour."""

    method: Method
    number: str  # The account number, or the IBAN.
    names: tuple[str, ...]  # Whole names of its payment methods and tokens.
    outcome: str = "debit_success"
    country: str = "US"
    routing: str | None = None  # Routing number, sort code, BSB, or transit and institution number.

    @property
    def last4(self) -> str:
        """The characters that may be shown."""
        return self.number[-4:]


def fingerprint(number: str, key: bytes) -> str:
    """Name a card or account so that the same number is recognised and never recovered; the key stays secret."""
    digest = int.from_bytes(hmac.digest(key, number.encode(), hashlib.sha256))
    characters = []
    for _ in range(FINGERPRINT_LENGTH):
        digest, index = divmod(digest, len(ALPHABET))
        characters.append(ALPHABET[index])
    return "".join(characters)
