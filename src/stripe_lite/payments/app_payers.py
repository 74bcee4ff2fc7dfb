"""Payers who pay in an app of their bank, by a QR code or a notification: until when, and how test payers behave."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias

from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.objects import Tree
from stripe_lite.payments import vouchers

Ending: TypeAlias = Literal["paid", "expired", "failed"]

PIX_LIFE = timedelta(days=1)
PIX_SECONDS = range(10, 1_209_601)
PIX_SPAN = f"a code is good for {PIX_SECONDS.start} to {PIX_SECONDS.stop - 1} seconds"
BLIK_CODE = re.compile(r"[0-9]{6}")
BLIK_CODE_PARAM = "payment_method_options[blik][code]"
BLIK_DECLINE_TAKES = timedelta(seconds=8)
BLIK_TIMEOUT_TAKES = timedelta(seconds=60)
MB_WAY_SLOW = "+351911111112"
MB_WAY_TAKES = timedelta(seconds=30)

DECLINE, TIMEOUT, NO_CODE = (
    "payment_method_provider_decline",
    "payment_method_provider_timeout",
    "payment_method_invalid_parameter",
)
# How a payment by BLIK fails, by what the payer's e-mail address ends with before the @.
BLIK_FAILURES: dict[str, tuple[str, str]] = {
    "invalid_code": (NO_CODE, "The code that was passed is not a valid BLIK code."),
    "expired_code": (NO_CODE, "The BLIK code that was passed has expired: ask the payer for another one."),
    "limit_exceeded": (DECLINE, "The payment was declined: the payment limit of the bank account has been reached."),
    "insufficient_funds": (DECLINE, "The payment was declined: the bank account has insufficient funds."),
    "customer_declined": (DECLINE, "The customer declined this payment."),
    "bank_declined": (DECLINE, "The payment was declined by the customer's bank for an unknown reason."),
    "blik_declined": (DECLINE, "The payment was declined for an unknown reason."),
    "customer_timeout": (TIMEOUT, "The customer did not approve this payment within 60 seconds."),
    "bank_timeout": (TIMEOUT, "The request to the customer's bank timed out."),
    "blik_timeout": (TIMEOUT, "The request to the BLIK network timed out."),
}
# How a payment by MB WAY fails, by the payer's telephone number.
MB_WAY_FAILURES: dict[str, tuple[str, str]] = {
    "+351911111113": ("payment_method_not_available", "MB WAY is not available at the moment: try again later."),
    "+351911111114": (DECLINE, "The payment was declined by MB WAY."),
    "+351911111115": (
        "payment_intent_payment_attempt_expired",
        "The payment attempt has expired: the payer did not complete it in time.",
    ),
    "+351911111116": ("payment_method_customer_decline", "The customer declined this payment."),
}


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a payment ends by itself, and when; `error` is why it fails."""

    ending: Ending
    at: datetime
    error: InvalidRequest | None = None


def check_settings(type: str, given: Tree, now: datetime | None = None) -> None:
    """Refuse an expiry that codes of this type cannot have; by the clock only where the code is made out."""
    if type != "pix":
        return
    seconds, at = given.get("expires_after_seconds"), given.get("expires_at")
    if seconds is not None and at is not None:
        raise _wrong("expires_at", "`expires_after_seconds` says already when the code expires")
    if seconds is not None and seconds not in PIX_SECONDS:
        raise _wrong(
            "expires_after_seconds", f"a code is good for {PIX_SECONDS.start} to {PIX_SECONDS.stop - 1} seconds"
        )
    if at is not None and now is not None and int(at - now.timestamp()) not in PIX_SECONDS:
        raise _wrong("expires_at", PIX_SPAN)


def check_code(settings: Tree | None) -> None:
    """Refuse a payment by BLIK without the code that the payer's bank gave them."""
    code: str | None = ((settings or {}).get("blik") or {}).get("code")
    if code is None:
        raise InvalidRequest(
            f"Missing required param: {BLIK_CODE_PARAM}.", code="parameter_missing", param=BLIK_CODE_PARAM
        )
    if BLIK_CODE.fullmatch(code) is None:
        raise InvalidRequest("A BLIK code has six digits.", code=NO_CODE, param=BLIK_CODE_PARAM)


def refuse_code(settings: Tree | None) -> None:
    """Refuse a BLIK code where nothing is confirmed: it is good for two minutes only, and is not kept."""
    if ((settings or {}).get("blik") or {}).get("code") is not None:
        raise InvalidRequest(
            f"{BLIK_CODE_PARAM} can only be provided when the PaymentIntent is confirmed.", param=BLIK_CODE_PARAM
        )


def expires_at(type: str, settings: Tree, life: timedelta | None, now: datetime) -> datetime:
    """When the payer can no longer pay."""
    if type == "pix" and settings.get("expires_at") is not None:
        return datetime.fromtimestamp(int(settings["expires_at"]), UTC)
    if type == "pix" and settings.get("expires_after_seconds") is not None:
        return now + timedelta(seconds=int(settings["expires_after_seconds"]))
    return now + (PIX_LIFE if life is None else life)


def behaviour(type: str, billing: Tree, now: datetime, expiry: datetime, settles: timedelta) -> Behaviour:
    """How a test payer will behave; who is not known by name uses the page, or lets the time pass."""
    match type:
        case "blik":
            return _blik(str(billing.get("email") or ""), now, settles)
        case "mb_way":
            return _mb_way(str(billing.get("phone") or ""), now)
        case "pix" | "swish":
            return _by_email(str(billing.get("email") or ""), now, expiry, settles)
    return Behaviour("expired", expiry)


def _by_email(email: str, now: datetime, expiry: datetime, settles: timedelta) -> Behaviour:
    if not email:
        return Behaviour("expired", expiry)
    return Behaviour(*vouchers.ends(vouchers.by_email(email), now, expiry, settles))


def _blik(email: str, now: datetime, settles: timedelta) -> Behaviour:
    name = email.partition("@")[0]
    found = next((failure for part, failure in BLIK_FAILURES.items() if name.endswith(part)), None)
    if found is None:
        return Behaviour("paid", now + settles)
    code, message = found
    takes = {NO_CODE: timedelta(0), DECLINE: BLIK_DECLINE_TAKES, TIMEOUT: BLIK_TIMEOUT_TAKES}[code]
    return Behaviour("failed", now + takes, InvalidRequest(message, code=code))


def _mb_way(phone: str, now: datetime) -> Behaviour:
    found = MB_WAY_FAILURES.get("".join(phone.split()))
    if found is not None:
        code, message = found
        return Behaviour("failed", now, InvalidRequest(message, code=code))
    return Behaviour("paid", now + (MB_WAY_TAKES if phone == MB_WAY_SLOW else timedelta(0)))


def _wrong(name: str, why: str) -> InvalidRequest:
    param = f"payment_method_options[pix][{name}]"
    return InvalidRequest(f"Invalid {param}: {why}.", code="payment_intent_invalid_parameter", param=param)
