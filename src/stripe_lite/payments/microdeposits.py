"""Small deposits that prove a bank account to be the payer's: what the test values mean, and what is said of them."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from stripe_lite.core.errors import InvalidRequest
from stripe_lite.payments.payment_methods.model import PaymentMethod

# A test account gets no real deposits: these values stand for what happens when they are told.
AMOUNTS = {(32, 45): "right", (10, 11): "exceeded", (40, 41): "late"}
CODES = {"SM11AA": "right", "SM33CC": "exceeded", "SM44DD": "late"}
ATTEMPTS_MAX = {"amounts": 3, "descriptor_code": 10}
# How long the payer has to tell what they found.
LIFE = timedelta(days=10)
CODE = "payment_method_microdeposit_verification_"


class Verdict(StrEnum):
    """What comes of telling the values of the deposits."""

    RIGHT = "right"
    WRONG = "wrong"
    EXCEEDED = "exceeded"
    LATE = "late"


class VerificationFailed(InvalidRequest):
    """The values were wrong, or came too late; the try counts."""

    keeps_work = True


def kind_of(method: PaymentMethod) -> str:
    """Which sort of deposit is sent to an account of this type: two amounts, or one with a code beside it."""
    return "descriptor_code" if method.type == "us_bank_account" else "amounts"


def judge(amounts: Sequence[int] | None, code: str | None, tries_before: int) -> Verdict:
    """What comes of values that a client tells; raises InvalidRequest where they cannot be values of deposits."""
    if (amounts is None) == (code is None):
        raise InvalidRequest(
            "You must provide either `amounts` or `descriptor_code`.", code="parameter_missing", param="amounts"
        )
    if amounts is not None:
        if len(amounts) != 2 or min(amounts) < 1:
            raise InvalidRequest(
                "You must provide exactly two positive amounts, in the currency's minor unit.",
                code=CODE + "amounts_invalid",
                param="amounts",
            )
        verdict = Verdict(AMOUNTS.get((min(amounts), max(amounts)), "wrong"))
    else:
        verdict = Verdict(CODES.get((code or "").upper(), "wrong"))
    most = ATTEMPTS_MAX["descriptor_code" if amounts is None else "amounts"]
    return Verdict.EXCEEDED if verdict is Verdict.WRONG and tries_before + 1 >= most else verdict


def failure(verdict: Verdict, *, by_code: bool) -> VerificationFailed:
    """The error that tells of a verification that failed."""
    match verdict:
        case Verdict.EXCEEDED:
            return VerificationFailed(
                "You have exceeded the number of allowed verification attempts.", code=CODE + "attempts_exceeded"
            )
        case Verdict.LATE:
            return VerificationFailed(
                "The microdeposits were not verified within the allowed time.", code=CODE + "timeout"
            )
        case Verdict.WRONG | Verdict.RIGHT if by_code:
            return VerificationFailed(
                "The descriptor code provided does not match the one that was sent to the bank account.",
                code=CODE + "descriptor_code_mismatch",
                param="descriptor_code",
            )
        case _:
            return VerificationFailed(
                "The amounts provided do not match the amounts that were sent to the bank account.",
                code=CODE + "amounts_mismatch",
                param="amounts",
            )
