"""What is learned of a test payer when they pay elsewhere: at their bank, in their wallet, with their lender.

The payer of a payment is the same whenever they are asked about, and another payment's is another one: all that looks
random is drawn from the charge's id, and what belongs to the payer from the payment method's.
"""

from collections.abc import Callable
from hashlib import blake2b
from typing import TypeAlias

from stripe_lite.core.objects import Tree
from stripe_lite.payments.payment_methods.model import PaymentMethod

DIGITS = "0123456789"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

IDEAL_BANK = "rabobank"
BICS = {
    "abn_amro": "ABNANL2A",
    "adyen": "ADYBNL2A",
    "asn_bank": "ASNBNL21",
    "bunq": "BUNQNL2A",
    "buut": "BUUTNL2A",
    "finom": "FNOMNL22",
    "handelsbanken": "HANDNL2A",
    "ing": "INGBNL2A",
    "knab": "KNABNL2H",
    "mollie": "MLLENL2A",
    "moneyou": "MOYONL21",
    "n26": "NTSBDEB1",
    "nn": "NNBANL2G",
    "rabobank": "RABONL2U",
    "regiobank": "RBRBNL21",
    "revolut": "REVOLT21",
    "sns_bank": "SNSBNL2A",
    "triodos_bank": "TRIONL2U",
    "van_lanschot": "FVLBNL22",
    "yoursafe": "BITSNL2A",
}
FUNDING_CARD: Tree = {
    "brand": "visa",
    "country": "US",
    "exp_month": 12,
    "exp_year": 2034,
    "funding": "credit",
    "last4": "4242",
}
SELLER_PROTECTION: Tree = {"dispute_categories": ["fraudulent", "product_not_received"], "status": "eligible"}

# Whose payments have a number at the payer's side, under this name.
NUMBERED = {
    "afterpay_clearpay": "order_id",
    "billie": "transaction_id",
    "fpx": "transaction_id",
    "grabpay": "transaction_id",
    "promptpay": "reference",
    "satispay": "transaction_id",
    "scalapay": "transaction_id",
}
# The same, where the payer is told too.
KNOWN_BUYERS = ("alipay", "cashapp", "kakao_pay", "kr_card", "naver_pay", "payco", "samsung_pay")
# Where the payer's account is recognised, too.
RECOGNISED = ("alipay", "wechat_pay", "swish")


def of_method(method: PaymentMethod) -> Tree:
    """What the payment method itself shows from its first payment on."""
    learned: Tree = {}
    match method.type:
        case "cashapp":
            learned = {"buyer_id": buyer(method), "cashtag": f"${_handle(method)}"}
        case "ideal":
            bank = method.details.get("bank") or IDEAL_BANK
            learned = {"bank": bank, "bic": BICS.get(bank)}
        case "kr_card":
            learned = {"brand": "shinhan", "last4": _draw(method.id, DIGITS, 4)}
        case "naver_pay":
            learned = {"buyer_id": buyer(method)}
        case "paypal":
            learned = {"country": _country(method), "payer_email": _email(method), "payer_id": _payer_id(method)}
        case "upi":
            learned = {"vpa": method.details.get("vpa") or f"{_handle(method)}@upi"}
    return {name: value for name, value in learned.items() if method.details.get(name) is None}


def of_payment(method: PaymentMethod, charge_id: str, settings: Tree) -> Tree:
    """What a charge tells of the payer beside that. `settings` are the payment's own for this type."""
    told = of_method(method)
    if method.type in NUMBERED:
        told[NUMBERED[method.type]] = _number(charge_id)
    if method.type in KNOWN_BUYERS:
        told |= {"buyer_id": buyer(method), "transaction_id": _number(charge_id)}
    if method.type in RECOGNISED:
        told["fingerprint"] = _draw(method.id, LETTERS, 16)
    more = _OTHERS.get(method.type)
    return told if more is None else told | more(method, charge_id, settings)


def buyer(method: PaymentMethod) -> str:
    """How the wallet names its user."""
    return f"test_buyer_{_draw(method.id, LETTERS, 8)}"


def _affirm(method: PaymentMethod, charge_id: str, settings: Tree) -> Tree:
    return {"transaction_id": _dashed(charge_id)}


def _afterpay(method: PaymentMethod, charge_id: str, settings: Tree) -> Tree:
    return {"reference": settings.get("reference") or charge_id}


def _alma(method: PaymentMethod, charge_id: str, settings: Tree) -> Tree:
    return {"installments": {"count": 3}, "transaction_id": _number(charge_id)}


def _bancontact(method: PaymentMethod, charge_id: str, settings: Tree) -> Tree:
    return {
        "bank_code": "VAPE",
        "bank_name": "VAN DE PUT & CO",
        "bic": "VAPEBE22",
        "iban_last4": "7061",
        "preferred_language": settings.get("preferred_language") or "en",
        "verified_name": _name(method),
    }


def _blik(method: PaymentMethod, charge_id: str, settings: Tree) -> Tree:
    return {"buyer_id": _draw(method.id, DIGITS, 11)}


def _eps(method: PaymentMethod, charge_id: str, settings: Tree) -> Tree:
    return {"verified_name": _name(method)}


def _funded(method: PaymentMethod, charge_id: str, settings: Tree) -> Tree:
    return {"funding": {"card": FUNDING_CARD, "type": "card"}, "transaction_id": _number(charge_id)}


def _giropay(method: PaymentMethod, charge_id: str, settings: Tree) -> Tree:
    bank = {"bank_code": "37040044", "bank_name": "Commerzbank", "bic": "COBADEFFXXX"}
    return bank | {"verified_name": _name(method)}


def _ideal(method: PaymentMethod, charge_id: str, settings: Tree) -> Tree:
    return {"iban_last4": "5264", "transaction_id": _number(charge_id), "verified_name": _name(method)}


def _klarna(method: PaymentMethod, charge_id: str, settings: Tree) -> Tree:
    return {
        "payer_details": {"address": {"country": _country(method)}},
        "payment_method_category": "pay_later",
        "preferred_locale": settings.get("preferred_locale") or "en-US",
    }


def _link(method: PaymentMethod, charge_id: str, settings: Tree) -> Tree:
    return {"country": _country(method)}


def _mobilepay(method: PaymentMethod, charge_id: str, settings: Tree) -> Tree:
    return {"card": {name: value for name, value in FUNDING_CARD.items() if name != "funding"}}


def _p24(method: PaymentMethod, charge_id: str, settings: Tree) -> Tree:
    number = _draw(charge_id, LETTERS, 9)
    reference = "-".join(("P24", number[:3], number[3:6], number[6:]))
    return {"reference": reference, "verified_name": _name(method)}


def _paynow(method: PaymentMethod, charge_id: str, settings: Tree) -> Tree:
    return {"reference": f"P{_draw(charge_id, DIGITS, 15)}"}


def _paypal(method: PaymentMethod, charge_id: str, settings: Tree) -> Tree:
    return {
        "payer_name": _name(method),
        "seller_protection": SELLER_PROTECTION,
        "transaction_id": _draw(charge_id, LETTERS, 17),
    }


def _pix(method: PaymentMethod, charge_id: str, settings: Tree) -> Tree:
    return {"bank_transaction_id": f"E{_draw(charge_id, DIGITS, 20)}{_draw(charge_id, LETTERS, 11)}"}


def _sofort(method: PaymentMethod, charge_id: str, settings: Tree) -> Tree:
    return {
        "bank_code": "DEUT",
        "bank_name": "Deutsche Bank",
        "bic": "DEUTDE2H",
        "iban_last4": "3000",
        "preferred_language": settings.get("preferred_language") or "de",
        "verified_name": _name(method),
    }


def _swish(method: PaymentMethod, charge_id: str, settings: Tree) -> Tree:
    phone = "".join(digit for digit in str(method.billing_details.get("phone") or "") if digit.isdigit())
    return {
        "payment_reference": _draw(charge_id, LETTERS, 32),
        "verified_phone_last4": phone[-4:] if len(phone) >= 4 else _draw(method.id, DIGITS, 4),
    }


def _wechat_pay(method: PaymentMethod, charge_id: str, settings: Tree) -> Tree:
    return {"transaction_id": _draw(charge_id, DIGITS, 28)}


def _us_bank_account(method: PaymentMethod, charge_id: str, settings: Tree) -> Tree:
    return {"payment_reference": _draw(charge_id, DIGITS, 15)}


_More: TypeAlias = Callable[[PaymentMethod, str, Tree], Tree]
_OTHERS: dict[str, _More] = {
    "affirm": _affirm,
    "afterpay_clearpay": _afterpay,
    "alma": _alma,
    "amazon_pay": _funded,
    "bancontact": _bancontact,
    "blik": _blik,
    "eps": _eps,
    "giropay": _giropay,
    "ideal": _ideal,
    "klarna": _klarna,
    "link": _link,
    "mobilepay": _mobilepay,
    "p24": _p24,
    "paynow": _paynow,
    "paypal": _paypal,
    "pix": _pix,
    "revolut_pay": _funded,
    "sofort": _sofort,
    "swish": _swish,
    "us_bank_account": _us_bank_account,
    "wechat_pay": _wechat_pay,
}


def _name(method: PaymentMethod) -> str:
    return str(method.billing_details.get("name") or "Jenny Rosen")


def _handle(method: PaymentMethod) -> str:
    """What the payer is called where names are one word."""
    return "".join(letter for letter in _name(method).lower() if letter.isalnum()) or "jennyrosen"


def _email(method: PaymentMethod) -> str:
    return str(method.billing_details.get("email") or "payer@example.com")


def _country(method: PaymentMethod) -> str:
    return str((method.billing_details.get("address") or {}).get("country") or "US")


def _payer_id(method: PaymentMethod) -> str:
    return _draw(method.id, LETTERS, 13)


def _number(charge_id: str) -> str:
    return _draw(charge_id, DIGITS, 16)


def _dashed(charge_id: str) -> str:
    drawn = _draw(charge_id, LETTERS, 8)
    return f"{drawn[:4]}-{drawn[4:]}"


def _draw(source: str, alphabet: str, length: int) -> str:
    """Characters that look random, and are the same for the same source."""
    number = int.from_bytes(blake2b(f"{source}:{alphabet}:{length}".encode(), digest_size=32).digest())
    drawn = []
    for _ in range(length):
        number, place = divmod(number, len(alphabet))
        drawn.append(alphabet[place])
    return "".join(drawn)
