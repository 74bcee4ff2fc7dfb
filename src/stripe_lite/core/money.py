"""Money as Stripe counts it: integers in a currency's minor unit, with its limits and its way of being shown.

Stripe's exponents are not ISO 4217's. ISK and UGX have no coins any more but are still written with two decimals that
must be zero, MGA is counted without decimals, and three-decimal currencies must end in a zero.
"""

from dataclasses import dataclass

from stripe_lite.core.errors import InvalidParameter, InvalidRequest

AMOUNT_MAX = 99_999_999

# In the order in which Stripe lists them when it refuses another one; the retired ones at the end are still accepted.
_LISTED = (
    "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf "
    "chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl hrk htg "
    "huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt "
    "mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar "
    "sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd "
    "xcg xof xpf yer zar zmw btn ghs eek lvl svc vef ltl sll mro"
)
CODES = tuple(_LISTED.split())

ZERO_DECIMAL = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
THREE_DECIMAL = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
WHOLE_UNITS_ONLY = frozenset({"isk", "ugx"})
# Charged with decimals, paid out without: a payout's amount must be a multiple of 100.
WHOLE_UNIT_PAYOUTS = frozenset({"huf", "twd"})

# The smallest charge Stripe documents for each settlement currency. Elsewhere Stripe converts into the account's
# settlement currency at the day's rate; without rates the smallest charge there is one minor unit.
MINIMUMS = {
    "usd": 50, "aed": 200, "ars": 50, "aud": 50, "brl": 50, "cad": 50, "chf": 50, "cop": 50, "czk": 1500, "dkk": 250,
    "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "idr": 50, "ils": 50, "inr": 50, "jpy": 50, "krw": 50, "mxn": 1000,
    "myr": 200, "nok": 300, "nzd": 50, "php": 50, "pln": 200, "ron": 200, "rub": 50, "sek": 300, "sgd": 50,
    "thb": 1000, "zar": 50,
}  # fmt: skip

MAXIMUMS = {"idr": 999_999_999_999, "cop": 9_999_999_999, "inr": 999_999_999}

# How an amount is written in messages: the sign before it, or after it with a space; else the code follows in capitals.
SIGNS_BEFORE = {
    "usd": "$", "eur": "€", "gbp": "£", "jpy": "¥", "cny": "¥", "inr": "₹", "krw": "₩", "ils": "₪", "php": "₱",
    "vnd": "₫", "ngn": "₦", "thb": "฿", "uah": "₴", "brl": "R$", "myr": "RM", "zar": "R", "idr": "Rp", "chf": "CHF",
    "aud": "$", "cad": "$", "nzd": "$", "hkd": "$", "sgd": "$", "mxn": "$", "twd": "$", "ars": "$", "clp": "$",
    "cop": "$",
}  # fmt: skip
SIGNS_AFTER = {
    "czk": "Kč", "dkk": "kr.", "huf": "Ft", "isk": "kr", "nok": "kr", "pln": "zł", "ron": "Lei", "sek": "kr",
    "aed": "د.إ", "dzd": "د.ج", "rub": "₽", "xaf": "Fr", "xof": "Fr", "xpf": "Fr",
}  # fmt: skip
# Signs that several currencies have: alone they mean this one.
MEANT_BY_SIGN = {"$": "usd", "¥": "jpy", "kr": "sek", "Fr": "xof"}


@dataclass(frozen=True, slots=True)
class Currency:
    """What amounts of one currency look like; every number is in its minor unit."""

    code: str
    decimals: int
    step: int
    minimum: int
    maximum: int


def _decimals(code: str) -> int:
    if code in ZERO_DECIMAL:
        return 0
    return 3 if code in THREE_DECIMAL else 2


def _step(code: str) -> int:
    """Amounts must be multiples of this: coins that are not minted, digits that the card networks do not carry."""
    if code in WHOLE_UNITS_ONLY:
        return 100
    return 10 if code in THREE_DECIMAL else 1


CURRENCIES = {
    code: Currency(code, _decimals(code), _step(code), MINIMUMS.get(code, 1), MAXIMUMS.get(code, AMOUNT_MAX))
    for code in CODES
}


def find_currency(code: str, param: str = "currency") -> Currency:
    """The currency that a client named, in either case, or a refusal that lists them all."""
    currency = CURRENCIES.get(code.lower())
    if currency is None:
        listed = ", ".join(CODES)
        raise InvalidParameter(
            f"Invalid currency: {code.lower()}. Stripe currently supports these currencies: {listed}", param=param
        )
    return currency


def check_currency(code: str, param: str = "currency") -> str:
    """The currency's code in lower case, as it is stored."""
    return find_currency(code, param).code


def check_amount(amount: int, currency: str, param: str = "amount") -> None:
    """Refuse an amount that cannot be charged: not positive, too small, too large, or in coins that do not exist."""
    known = find_currency(currency)
    if amount < 1:
        raise InvalidParameter(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param=param
        )
    if amount > known.maximum:
        raise InvalidRequest(
            f"Amount must be no more than {display(known.maximum, known.code)}", code="amount_too_large", param=param
        )
    if amount < known.minimum:
        least = display(known.minimum, known.code)
        raise InvalidRequest(f"Amount must be at least {least} {known.code}", code="amount_too_small", param=param)
    check_step(amount, known.code, param)


def check_step(amount: int, currency: str, param: str = "amount") -> None:
    """Refuse fractions that the currency does not have: 5.50 ISK, or 5.124 KWD."""
    known = find_currency(currency)
    if amount % known.step:
        raise InvalidRequest(
            f"Invalid amount: amounts in {known.code} must be evenly divisible by {known.step}.",
            code="invalid_charge_amount",
            param=param,
        )


def check_payout_amount(amount: int, currency: str, param: str = "amount") -> None:
    """Refuse a payout in fractions of a currency that is only paid out whole, HUF and TWD among them."""
    known = find_currency(currency)
    if known.code in WHOLE_UNIT_PAYOUTS and amount % 100:
        raise InvalidRequest(
            f"Invalid amount: payouts in {known.code} must be evenly divisible by 100.",
            code="invalid_charge_amount",
            param=param,
        )
    check_step(amount, known.code, param)


def display(amount: int, currency: str) -> str:
    """The amount as messages show it: `$1,234.50`, `¥500`, `20 Fr`, `12.00 KES`."""
    known = find_currency(currency)
    scale = 10**known.decimals
    whole, rest = divmod(abs(amount), scale)
    number = f"{whole:,}.{rest:0{known.decimals}d}" if known.decimals else f"{whole:,}"
    minus = "-" if amount < 0 else ""
    if known.code in SIGNS_BEFORE:
        return f"{minus}{SIGNS_BEFORE[known.code]}{number}"
    return f"{minus}{number} {SIGNS_AFTER.get(known.code, known.code.upper())}"


def display_clearly(amount: int, currency: str) -> str:
    """The same where nobody says which currency it is in: `$12.00` for US dollars, `$12.00 CAD` for Canadian ones."""
    code = currency.lower()
    sign = SIGNS_BEFORE.get(code) or SIGNS_AFTER.get(code)
    shared = sign is not None and MEANT_BY_SIGN.get(sign, code) != code
    return f"{display(amount, code)} {code.upper()}" if shared else display(amount, code)
