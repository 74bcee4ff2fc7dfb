"""What a client sends of a way to pay, read into what may be kept: numbers are looked at here and go no further."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TypeAlias

from stripe_lite.bank import accounts, cards
from stripe_lite.bank.facts import AccountFact, Method, fingerprint
from stripe_lite.bank.outcomes import by_slug
from stripe_lite.core.errors import InvalidParameter, ResourceMissing
from stripe_lite.core.objects import Tree
from stripe_lite.payments.payment_methods.known import Known, fingerprint_key, of_card
from stripe_lite.payments.payment_methods.payers import BICS
from stripe_lite.payments.payment_methods.schema import (
    CardParams,
    DateOfBirthParams,
    PaymentMethodCreateParams,
    PaymentMethodDataParams,
)

BANK_NAME = "STRIPE TEST BANK"
NZ_ACCOUNT_DIGITS = 7
CUSTOM_PREFIX = "cpmt_"

# Where bank and branch stand in an IBAN, counted from its start; countries without a line have neither in their hash.
IBAN_PARTS: dict[str, tuple[slice, slice | None]] = {
    "AT": (slice(4, 9), None),
    "BE": (slice(4, 7), None),
    "CH": (slice(4, 9), None),
    "DE": (slice(4, 12), None),
    "EE": (slice(4, 6), slice(6, 8)),
    "ES": (slice(4, 8), slice(8, 12)),
    "FI": (slice(4, 7), None),
    "FR": (slice(4, 9), slice(9, 14)),
    "GB": (slice(4, 8), slice(8, 14)),
    "GI": (slice(4, 8), None),
    "HR": (slice(4, 11), None),
    "IE": (slice(4, 8), slice(8, 14)),
    "IT": (slice(5, 10), slice(10, 15)),
    "LI": (slice(4, 9), None),
    "LT": (slice(4, 9), None),
    "LU": (slice(4, 7), None),
    "NL": (slice(4, 8), None),
    "NO": (slice(4, 8), None),
    "PT": (slice(4, 8), slice(8, 12)),
    "SE": (slice(4, 7), None),
}


def read(params: PaymentMethodDataParams, account_id: str, today: date) -> Known:
    """Read the details of a new payment method; raises CardError or InvalidRequest where they cannot be right."""
    if params.type is None:
        raise missing("type")
    key = fingerprint_key(account_id)
    if params.type == "card":
        if params.card is None:
            raise missing("card")
        return _typed_card(params.card, key, today)
    reader = READERS.get(params.type)
    return Known(params.type, {}) if reader is None else reader(params, key)


def check_fit(params: PaymentMethodDataParams) -> None:
    """Refuse details of another type than the payment method has."""
    others = set(type(params).model_fields) - COMMON - {params.type}
    for name in sorted(others) if params.type is not None else ():
        if params.given(name):
            raise InvalidParameter(
                f"You provided the {name} parameter, but the payment method has the type {params.type}.", param=name
            )


def is_named(name: str) -> bool:
    """Whether it is a documented name."""
    return cards.by_name(name) is not None or accounts.by_name(name) is not None


def named(name: str, account_id: str, today: date) -> Known | None:
    """What a documented name such as `pm_card_visa`, `tok_visa` or `btok_us_verified` stands for."""
    key = fingerprint_key(account_id)
    card = cards.by_name(name)
    if card is not None:
        outcome = by_slug(card.outcome)
        address = outcome is not None and outcome.named_with_address
        billing: Tree = {"address": {"line1": "510 Townsend St", "postal_code": "94103"}} if address else {}
        return of_card(card, today.month, today.year + 1, key, cvc=True, billing_details=billing)
    account = accounts.by_name(name)
    if account is None:
        return None
    outcome = by_slug(account.outcome)
    # Named accounts count as verified, save for the one that no deposit reaches.
    return _OF_ACCOUNT[account.method](account, key, outcome is None or outcome.microdeposits == "sent")


def missing(param: str) -> InvalidParameter:
    """The error for a parameter that the type needs."""
    return InvalidParameter(f"Missing required param: {param}.", code="parameter_missing", param=param)


def _typed_card(card: CardParams, key: bytes, today: date) -> Known:
    for name, value in (("number", card.number), ("exp_month", card.exp_month), ("exp_year", card.exp_year)):
        if value is None:
            raise missing(f"card[{name}]")
    assert card.number is not None and card.exp_month is not None and card.exp_year is not None
    fact = cards.recognise(
        card.number, exp_month=card.exp_month, exp_year=card.exp_year, cvc=card.cvc or None, today=today
    )
    preferred = None if card.networks is None else card.networks.preferred
    year = cards.expiry_year(card.exp_year, today)
    return of_card(fact, card.exp_month, year, key, cvc=bool(card.cvc), preferred=preferred)


def of_us_bank_account(account: AccountFact, key: bytes, verified: bool) -> Known:
    """What may be kept of a US bank account."""
    mark = fingerprint(f"{account.routing}:{account.number}", key)
    details: Tree = {
        "account_holder_type": "individual",
        "account_type": "checking",
        "bank_name": BANK_NAME,
        "financial_connections_account": None,
        "fingerprint": mark,
        "last4": account.last4,
        "networks": {"preferred": "ach", "supported": ["ach"]},
        "routing_number": account.routing,
        "status_details": {},
    }
    return Known("us_bank_account", details, account.outcome, mark, verified=verified)


def of_sepa_debit(account: AccountFact, key: bytes, verified: bool) -> Known:
    """What may be kept of a European bank account."""
    bank, branch = IBAN_PARTS.get(account.country, (None, None))
    mark = fingerprint(account.number, key)
    details: Tree = {
        "bank_code": "" if bank is None else account.number[bank],
        "branch_code": "" if branch is None else account.number[branch],
        "country": account.country,
        "fingerprint": mark,
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": account.last4,
    }
    return Known("sepa_debit", details, account.outcome, mark)


def _of_bacs_debit(account: AccountFact, key: bytes, verified: bool) -> Known:
    mark = fingerprint(f"{account.routing}:{account.number}", key)
    digits = account.routing or ""
    details: Tree = {
        "fingerprint": mark,
        "last4": account.last4,
        "sort_code": "-".join(digits[start : start + 2] for start in range(0, len(digits), 2)),
    }
    return Known("bacs_debit", details, account.outcome, mark)


def _of_au_becs_debit(account: AccountFact, key: bytes, verified: bool) -> Known:
    mark = fingerprint(f"{account.routing}:{account.number}", key)
    details: Tree = {"bsb_number": account.routing, "fingerprint": mark, "last4": account.last4}
    return Known("au_becs_debit", details, account.outcome, mark)


def _of_acss_debit(account: AccountFact, key: bytes, verified: bool) -> Known:
    mark = fingerprint(f"{account.routing}:{account.number}", key)
    transit, _, institution = (account.routing or "").partition("-")
    details: Tree = {
        "bank_name": BANK_NAME,
        "fingerprint": mark,
        "institution_number": institution,
        "last4": account.last4,
        "transit_number": transit,
    }
    return Known("acss_debit", details, account.outcome, mark, verified=verified)


def _of_nz_bank_account(account: AccountFact, key: bytes, verified: bool) -> Known:
    mark = fingerprint(f"{account.routing}:{account.number}", key)
    bank, _, branch = (account.routing or "").partition("-")
    number, suffix = account.number[:NZ_ACCOUNT_DIGITS], account.number[NZ_ACCOUNT_DIGITS:]
    details: Tree = {
        "account_holder_name": None,
        "bank_code": bank,
        "bank_name": BANK_NAME,
        "branch_code": branch,
        "last4": number[-4:],
        "suffix": suffix,
    }
    return Known("nz_bank_account", details, account.outcome, mark)


_OF_ACCOUNT: dict[Method, Callable[[AccountFact, bytes, bool], Known]] = {
    "us_bank_account": of_us_bank_account,
    "sepa_debit": of_sepa_debit,
    "bacs_debit": _of_bacs_debit,
    "au_becs_debit": _of_au_becs_debit,
    "acss_debit": _of_acss_debit,
    "nz_bank_account": _of_nz_bank_account,
}


def _account(method: Method, number: str, routing: str) -> AccountFact:
    """The test account with this number, at the branch that the client named."""
    return replace(accounts.recognise(method, number, routing=routing), routing=routing)


def _read_us_bank_account(params: PaymentMethodDataParams, key: bytes) -> Known:
    given = params.us_bank_account
    if given is None:
        raise missing("us_bank_account")
    if given.account_number is None:
        raise missing("us_bank_account[account_number]")
    if given.routing_number is None:
        raise missing("us_bank_account[routing_number]")
    known = of_us_bank_account(_account("us_bank_account", given.account_number, given.routing_number), key, False)
    known.details["account_holder_type"] = given.account_holder_type
    known.details["account_type"] = given.account_type or "checking"
    return known


def _read_sepa_debit(params: PaymentMethodDataParams, key: bytes) -> Known:
    if params.sepa_debit is None:
        raise missing("sepa_debit")
    return of_sepa_debit(accounts.recognise("sepa_debit", params.sepa_debit.iban), key, True)


def _read_bacs_debit(params: PaymentMethodDataParams, key: bytes) -> Known:
    given = params.bacs_debit
    if given is None or given.account_number is None:
        raise missing("bacs_debit[account_number]")
    if given.sort_code is None:
        raise missing("bacs_debit[sort_code]")
    routing = given.sort_code.replace("-", "")
    return _of_bacs_debit(_account("bacs_debit", given.account_number, routing), key, True)


def _read_au_becs_debit(params: PaymentMethodDataParams, key: bytes) -> Known:
    given = params.au_becs_debit
    if given is None:
        raise missing("au_becs_debit")
    routing = given.bsb_number.replace("-", "")
    return _of_au_becs_debit(_account("au_becs_debit", given.account_number, routing), key, True)


def _read_acss_debit(params: PaymentMethodDataParams, key: bytes) -> Known:
    given = params.acss_debit
    if given is None:
        raise missing("acss_debit")
    routing = f"{given.transit_number}-{given.institution_number}"
    return _of_acss_debit(_account("acss_debit", given.account_number, routing), key, False)


def _read_boleto(params: PaymentMethodDataParams, key: bytes) -> Known:
    if params.boleto is None:
        raise missing("boleto")
    return Known("boleto", {"tax_id": params.boleto.tax_id})


def _read_cashapp(params: PaymentMethodDataParams, key: bytes) -> Known:
    return Known("cashapp", {"buyer_id": None, "cashtag": None})


def _read_custom(params: PaymentMethodDataParams, key: bytes) -> Known:
    given = params.custom if isinstance(params, PaymentMethodCreateParams) else None
    if given is None:
        raise missing("custom")
    if not given.type.startswith(CUSTOM_PREFIX):
        raise ResourceMissing("custom payment method type", given.type, param="custom[type]")
    return Known("custom", {"display_name": None, "logo": None, "type": given.type})


def _read_eps(params: PaymentMethodDataParams, key: bytes) -> Known:
    return Known("eps", {"bank": None if params.eps is None else params.eps.bank})


def _read_fpx(params: PaymentMethodDataParams, key: bytes) -> Known:
    if params.fpx is None:
        raise missing("fpx")
    return Known("fpx", {"bank": params.fpx.bank})


def _read_ideal(params: PaymentMethodDataParams, key: bytes) -> Known:
    bank = None if params.ideal is None else params.ideal.bank
    return Known("ideal", {"bank": bank, "bic": None if bank is None else BICS.get(bank)})


def _read_klarna(params: PaymentMethodDataParams, key: bytes) -> Known:
    dob = None if params.klarna is None else params.klarna.dob
    if dob is not None:
        _check_birth(dob)
    return Known("klarna", {"dob": None if dob is None else dob.model_dump()})


def _check_birth(dob: DateOfBirthParams) -> None:
    """Refuse what is no date: a day, a month and a year of four digits."""
    bounds = (("day", dob.day, 1, 31), ("month", dob.month, 1, 12), ("year", dob.year, 1000, 9999))
    for name, value, least, most in bounds:
        if not least <= value <= most:
            raise InvalidParameter(
                f"This value must be between {least} and {most}.",
                code="parameter_invalid_integer",
                param=f"klarna[dob][{name}]",
            )


def _read_kr_card(params: PaymentMethodDataParams, key: bytes) -> Known:
    return Known("kr_card", {"brand": None, "last4": None})


def _read_link(params: PaymentMethodDataParams, key: bytes) -> Known:
    return Known("link", {"email": None if params.billing_details is None else params.billing_details.email})


def _read_naver_pay(params: PaymentMethodDataParams, key: bytes) -> Known:
    funding = None if params.naver_pay is None else params.naver_pay.funding
    return Known("naver_pay", {"buyer_id": None, "funding": funding or "card"})


def _read_nz_bank_account(params: PaymentMethodDataParams, key: bytes) -> Known:
    given = params.nz_bank_account
    if given is None:
        raise missing("nz_bank_account")
    routing = f"{given.bank_code}-{given.branch_code}"
    fact = _account("nz_bank_account", f"{given.account_number}{given.suffix}", routing)
    known = _of_nz_bank_account(fact, key, True)
    shown: Tree = {
        "account_holder_name": given.account_holder_name,
        "last4": given.account_number[-4:],
        "suffix": given.suffix,
    }
    return replace(known, details=known.details | shown)


def _read_p24(params: PaymentMethodDataParams, key: bytes) -> Known:
    return Known("p24", {"bank": None if params.p24 is None else params.p24.bank})


def _read_paypal(params: PaymentMethodDataParams, key: bytes) -> Known:
    return Known("paypal", {"country": None, "payer_email": None, "payer_id": None})


def _read_payto(params: PaymentMethodDataParams, key: bytes) -> Known:
    given = params.payto
    number = None if given is None else given.account_number
    details: Tree = {
        "bsb_number": None if given is None else given.bsb_number,
        "last4": None if number is None else number[-4:],
        "pay_id": None if given is None else given.pay_id,
    }
    return Known("payto", details, fingerprint=None if number is None else fingerprint(number, key))


def _read_sofort(params: PaymentMethodDataParams, key: bytes) -> Known:
    if params.sofort is None:
        raise missing("sofort")
    return Known("sofort", {"country": params.sofort.country})


def _read_upi(params: PaymentMethodDataParams, key: bytes) -> Known:
    return Known("upi", {"vpa": None})


Reader: TypeAlias = Callable[[PaymentMethodDataParams, bytes], Known]

# The types that carry details; every other type is an empty hash.
READERS: dict[str, Reader] = {
    "acss_debit": _read_acss_debit,
    "au_becs_debit": _read_au_becs_debit,
    "bacs_debit": _read_bacs_debit,
    "boleto": _read_boleto,
    "cashapp": _read_cashapp,
    "custom": _read_custom,
    "eps": _read_eps,
    "fpx": _read_fpx,
    "ideal": _read_ideal,
    "klarna": _read_klarna,
    "kr_card": _read_kr_card,
    "link": _read_link,
    "naver_pay": _read_naver_pay,
    "nz_bank_account": _read_nz_bank_account,
    "p24": _read_p24,
    "paypal": _read_paypal,
    "payto": _read_payto,
    "sepa_debit": _read_sepa_debit,
    "sofort": _read_sofort,
    "upi": _read_upi,
    "us_bank_account": _read_us_bank_account,
}

COMMON = {"type", "allow_redisplay", "billing_details", "metadata", "radar_options"}
