"""Vouchers: what a payer takes to a shop, a machine or a bank to pay with, until when, and how test payers behave."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal, TypeAlias

from stripe_lite.core import money
from stripe_lite.core.clock import unix
from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.objects import Tree

Ending: TypeAlias = Literal["paid", "expired"]


@dataclass(frozen=True, slots=True)
class Habit:
    """How a test payer behaves after so much time; with no ending, they let the time pass.

    Without a delay it takes as long as the bank's days are made to last.
    """

    ending: Ending | None
    delay: timedelta | None = timedelta(0)


DELAY = timedelta(minutes=3)
CODE_DIGITS = 6
CONFIRMATION_DIGITS = 11


@dataclass(frozen=True, slots=True)
class Voucher:
    """How vouchers of a type are made out."""

    action: str  # The type of `next_action`, and the name of its details.
    zone: timezone  # A voucher is good until the end of a day there.
    days: int  # Without settings it is good for so many days.
    days_allowed: range  # What `expires_after_days` may be.
    amount_min: int  # What shops and banks take for one voucher, in minor units.
    amount_max: int
    expiry: str = "expires_at"


VOUCHERS: dict[str, Voucher] = {
    "boleto": Voucher("boleto_display_details", timezone(timedelta(hours=-3)), 3, range(61), 500, 4_999_999),
    "konbini": Voucher("konbini_display_details", timezone(timedelta(hours=9)), 3, range(1, 61), 120, 300_000),
    "multibanco": Voucher("multibanco_display_details", UTC, 7, range(0), 50, 9_999_900),
    "oxxo": Voucher(
        "oxxo_display_details", timezone(timedelta(hours=-6)), 3, range(1, 8), 1_000, 1_000_000, "expires_after"
    ),
}
NOBODY = Habit("paid", None)  # Who is not known by name pays as other payments settle.
# How a test payer behaves, by what their e-mail address holds before the @.
EMAILS: dict[str, Habit] = {
    "succeed_immediately": Habit("paid"),
    "expire_immediately": Habit("expired"),
    "expire_with_delay": Habit("expired", DELAY),
    "fill_never": Habit(None),
}
# The same by the telephone number that a payer confirms a konbini payment with.
CONFIRMATION_NUMBERS: dict[str, Habit] = {
    "11111111110": Habit("paid", DELAY),
    "22222222220": Habit("paid"),
    "33333333330": Habit("expired"),
    "44444444440": Habit("expired", DELAY),
    "55555555550": Habit(None),
}


def check_settings(type: str, given: Tree) -> None:
    """Refuse an expiry, or a number to confirm with, that vouchers of this type cannot have."""
    voucher = VOUCHERS[type]
    days = given.get("expires_after_days")
    if days is not None and days not in voucher.days_allowed:
        raise _wrong(type, "expires_after_days", f"a voucher is good for {_span(voucher.days_allowed)} days")
    if days is not None and given.get("expires_at") is not None:
        raise _wrong(type, "expires_at", "`expires_after_days` says already when the voucher expires")
    number = given.get("confirmation_number")
    if number is not None and not (len(number) in (10, 11) and number.isascii() and number.isdigit()):
        raise _wrong(type, "confirmation_number", "it has 10 or 11 digits")
    if number is not None and not number.strip("0"):
        raise _wrong(type, "confirmation_number", "it cannot consist of zeros only")


def check_amount(type: str, amount: int, currency: str) -> None:
    """Refuse an amount that vouchers of this type are not made out for."""
    voucher = VOUCHERS[type]
    if amount > voucher.amount_max:
        most = money.display(voucher.amount_max, currency)
        raise InvalidRequest(f"Amount must be no more than {most}", code="amount_too_large", param="amount")
    if amount < voucher.amount_min:
        least = money.display(voucher.amount_min, currency)
        raise InvalidRequest(f"Amount must be at least {least} {currency}", code="amount_too_small", param="amount")


def expires_at(type: str, settings: Tree, now: datetime) -> datetime:
    """When the voucher stops being good: at the moment that was set, or at the end of a day where it is paid."""
    at = settings.get("expires_at")
    if at is not None:
        return datetime.fromtimestamp(int(at), UTC)
    voucher = VOUCHERS[type]
    days = settings.get("expires_after_days")
    day = now.astimezone(voucher.zone) + timedelta(days=voucher.days if days is None else days)
    return day.replace(hour=23, minute=59, second=59, microsecond=0).astimezone(UTC)


def make_out(type: str, settings: Tree, expiry: datetime, url: str) -> tuple[Tree, Tree]:
    """A new voucher: what its payer is shown, and what the charge tells of it later."""
    shown: Tree = {VOUCHERS[type].expiry: unix(expiry), "hosted_voucher_url": url}
    match type:
        case "konbini":
            number = settings.get("confirmation_number") or _digits(CONFIRMATION_DIGITS)
            codes: Tree = {"confirmation_number": number, "payment_code": _digits(CODE_DIGITS)}
            shown["stores"] = {store: codes for store in ("familymart", "lawson", "ministop", "seicomart")}
            told: Tree = {"store": {"chain": "familymart"}}
        case "multibanco":
            told = {"entity": _digits(5), "reference": _digits(9)}
            shown |= told
        case "boleto":
            told = {}
            shown |= {"number": _digits(47), "pdf": None}
        case _:
            told = {"number": _digits(32)}
            shown |= told
    return shown, told


def ending(
    type: str, settings: Tree, billing: Tree, now: datetime, expiry: datetime, settles: timedelta
) -> tuple[Ending, datetime]:
    """How a test payer will deal with the voucher, and when."""
    number = settings.get("confirmation_number") if type == "konbini" else None
    habit = by_email(str(billing.get("email") or ""))
    if habit is NOBODY:
        habit = CONFIRMATION_NUMBERS.get(str(number), NOBODY)
    return ends(habit, now, expiry, settles)


def ends(habit: Habit, now: datetime, expiry: datetime, settles: timedelta) -> tuple[Ending, datetime]:
    """What comes of a habit, and when: nobody pays what has expired."""
    at = now + (settles if habit.delay is None else habit.delay)
    return ("expired", expiry) if habit.ending is None or at > expiry else (habit.ending, at)


def by_email(email: str) -> Habit:
    """How the test payer with this e-mail address behaves."""
    name = email.partition("@")[0]
    return next((habit for part, habit in EMAILS.items() if part in name), NOBODY)


def _digits(count: int) -> str:
    return "".join(secrets.choice("123456789") for _ in range(count))


def _span(days: range) -> str:
    return f"{days.start} to {days.stop - 1}"


def _wrong(type: str, name: str, why: str) -> InvalidRequest:
    param = f"payment_method_options[{type}][{name}]"
    return InvalidRequest(f"Invalid {param}: {why}.", code="payment_intent_invalid_parameter", param=param)
