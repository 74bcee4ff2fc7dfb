"""How the simulated bank decides: pure functions from a question, a class of behaviour and a little luck."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from stripe_lite.bank.facts import Decline, Outcome
from stripe_lite.bank.outcomes import DECLINES, OUTCOMES
from stripe_lite.bank.port import Answer, Assessment, Authorization, Checks

SLOW_SETTLEMENT_SECONDS = 180.0  # What the test accounts called "delayed" take on top.
# Refunds of these are on their way for a while; of the others they arrive at once.
SLOW_REFUNDS = frozenset(
    {
        "acss_debit",
        "affirm",
        "afterpay_clearpay",
        "alipay",
        "alma",
        "amazon_pay",
        "au_becs_debit",
        "bacs_debit",
        "billie",
        "cashapp",
        "grabpay",
        "kakao_pay",
        "klarna",
        "konbini",
        "kr_card",
        "mb_way",
        "mobilepay",
        "multibanco",
        "naver_pay",
        "nz_bank_account",
        "payco",
        "paynow",
        "pix",
        "promptpay",
        "revolut_pay",
        "samsung_pay",
        "satispay",
        "scalapay",
        "sepa_debit",
        "swish",
        "us_bank_account",
        "wechat_pay",
        "zip",
    }
)
AUTHENTICATED = ("authenticated", "attempt_acknowledged", "exempted")
RISK_SCORES = {"normal": range(65), "elevated": range(65, 75), "highest": range(75, 100)}

_COMPLETE = "Payment complete."
_REVIEWED = "The risk of this payment is elevated: it is complete, and waits in the queue for your review."
_UNKNOWN_OUTCOME = Outcome("unknown", "processing_error")


@dataclass(frozen=True, slots=True)
class Luck:
    """What looks random about an answer: the same whenever it is drawn for the same name and seed."""

    failure: float  # From 0 to 1: a payment fails where this is below the failure rate.
    jitter: float  # From 0 to 1: the share of the largest jitter that is waited.
    transaction: int
    code: int
    risk: int


def luck(seed: int, ref: str) -> Luck:
    """Draw what a ref's answer leaves to chance."""
    digest = blake2b(f"{seed}:{ref}".encode(), digest_size=32).digest()
    return Luck(
        failure=int.from_bytes(digest[:8]) / 2**64,
        jitter=int.from_bytes(digest[8:16]) / 2**64,
        transaction=int.from_bytes(digest[16:24]) % 10**15,
        code=int.from_bytes(digest[24:28]) % 10**6,
        risk=int.from_bytes(digest[28:]),
    )


def outcome_of(question: Authorization) -> Outcome:
    """The class of behaviour that a question names; a slug from a later version reads as an error in processing."""
    return OUTCOMES.get(question.outcome, _UNKNOWN_OUTCOME)


def refund_of(question: Authorization, outcome: Outcome) -> str:
    """How refunds of this payment will go: by its test card, or as its payment method takes them."""
    if outcome.refund == "succeeds" and question.method in SLOW_REFUNDS:
        return "pending"
    return outcome.refund


def decide(question: Authorization, outcome: Outcome, fate: Luck, failure_rate: float) -> Answer:
    """Approve or decline an authorization, for good."""
    decline = refusal(question, outcome, fate, failure_rate)
    is_card = question.method == "card"
    risk_level = outcome.risk_level if is_card or outcome.risk_level != "normal" else "not_assessed"
    scores = RISK_SCORES.get(risk_level)
    risk_score = None if scores is None else scores[fate.risk % len(scores)]
    checks = _checks(question, outcome) if is_card else None
    code = f"{fate.code:06}" if is_card else None
    transaction = f"{fate.transaction:015}" if is_card else None
    if decline is None:
        reviewed = is_card and risk_level == "elevated" and question.amount > 0
        return Answer(
            ref=question.ref,
            kind="authorize",
            result="approved",
            amount=question.amount,
            currency=question.currency,
            assessment=Assessment(
                type="manual_review" if reviewed else "authorized",
                network_status="approved_by_network",
                reason="elevated_risk_level" if reviewed else None,
                risk_level=risk_level,
                risk_score=risk_score,
                seller_message=_REVIEWED if reviewed else _COMPLETE,
            ),
            checks=checks,
            authorization_code=code,
            network_transaction_id=transaction,
        )
    asked = decline.network_status != "not_sent_to_network"
    return Answer(
        ref=question.ref,
        kind="authorize",
        result="declined",
        amount=question.amount,
        currency=question.currency,
        code=decline.code,
        decline_code=decline.decline_code,
        message=decline.message,
        network_decline_code=decline.network_decline_code,
        advice_code=decline.advice_code,
        assessment=Assessment(
            type=decline.type,
            network_status=decline.network_status,
            reason=decline.outcome_reason,
            risk_level=risk_level,
            risk_score=risk_score,
            seller_message=decline.merchant_message,
        ),
        checks=checks,
        authorization_code=code if asked else None,
        network_transaction_id=transaction if asked else None,
    )


def refusal(question: Authorization, outcome: Outcome, fate: Luck, failure_rate: float) -> Decline | None:
    """Tell why an authorization is declined; None where it is approved."""
    decline = None if outcome.decline is None else DECLINES[outcome.decline]
    if outcome.declines_given_cvc_only and not question.cvc:
        decline = None
    # Without an amount a card is asked about that is attached, or set up; only then was 3-D Secure asked before.
    if outcome.three_d_secure == "required_error" and (question.amount > 0 or question.authentication is not None):
        return DECLINES["authentication_failed"]
    if question.amount == 0:
        if question.authentication == "failed":
            return DECLINES["authentication_required"]
        return decline if outcome.attach == "declined" else None
    if _must_authenticate(question, outcome):
        return DECLINES["authentication_required"]
    if question.off_session and outcome.off_session_decline is not None:
        return DECLINES[outcome.off_session_decline]
    if decline is None and fate.failure < failure_rate:
        return DECLINES["generic_decline" if question.method == "card" else "could_not_process"]
    return decline


def settles_at(question: Authorization, outcome: Outcome, delay_seconds: float) -> datetime | None:
    """When a payment that is not decided at once will be; None for never."""
    if outcome.settlement == "never":
        return None
    slow = SLOW_SETTLEMENT_SECONDS if outcome.settlement == "slow" else 0.0
    return question.at + timedelta(seconds=delay_seconds + slow)


def undecided(question: Authorization, recheck_at: datetime | None) -> Answer:
    """The answer of a payer's bank that takes its time."""
    return Answer(
        ref=question.ref,
        kind="authorize",
        result="pending",
        amount=question.amount,
        currency=question.currency,
        recheck_at=recheck_at,
    )


def _must_authenticate(question: Authorization, outcome: Outcome) -> bool:
    if question.authentication == "failed":
        return True
    if question.authentication in AUTHENTICATED:
        return False
    return outcome.needs_challenge(off_session=question.off_session, set_up=question.set_up)


def _checks(question: Authorization, outcome: Outcome) -> Checks:
    return Checks(
        cvc_check=outcome.cvc_check if question.cvc else None,
        address_line1_check=outcome.line1_check if question.line1 else None,
        address_postal_code_check=outcome.postal_code_check if question.postal_code else None,
    )
