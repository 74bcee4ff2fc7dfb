"""What kinds of payment method there are to pay with: in which currencies, how, and what payers call them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.objects import Tree

EVERY = frozenset[str]()  # No currency named: all of them.


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of payment method that payments can be made with."""

    label: str
    currencies: frozenset[str] = EVERY
    redirects: bool = False
    debit: bool = False  # Settles later, and needs a mandate.
    app: bool = False  # Paid in an app of the payer's: by a QR code, or a notification.
    voucher: bool = False  # Paid elsewhere, with a voucher, until it expires.
    transfer: bool = False  # Paid by the payer's bank, into the customer's cash balance.
    reserves: bool = False  # An amount can be reserved first, and captured later.
    needs: tuple[str, ...] = ()  # What must be known of the payer, of the billing details.
    life: timedelta | None = None  # How long the payer has; None for as long as they like.

    def takes(self, currency: str) -> bool:
        """Whether a payment in this currency can be made with it."""
        return not self.currencies or currency in self.currencies


def _debit(label: str, currencies: str) -> Kind:
    return Kind(label, frozenset(currencies.split()), debit=True)


def _voucher(label: str, currencies: str, *needs: str) -> Kind:
    return Kind(label, frozenset(currencies.split()), voucher=True, needs=needs)


def _app(label: str, currencies: str, *needs: str, life: timedelta | None = None) -> Kind:
    return Kind(label, frozenset(currencies.split()), app=True, needs=needs, life=life)


def _redirect(label: str, currencies: str, *needs: str, reserves: bool = False, life: timedelta | None = None) -> Kind:
    return Kind(label, frozenset(currencies.split()), redirects=True, reserves=reserves, needs=needs, life=life)


KINDS: dict[str, Kind] = {
    "card": Kind("Card", reserves=True),
    "link": Kind("Link", reserves=True),
    "acss_debit": _debit("Pre-authorized debit", "cad usd"),
    "au_becs_debit": _debit("BECS Direct Debit", "aud"),
    "bacs_debit": _debit("Bacs Direct Debit", "gbp"),
    "nz_bank_account": _debit("New Zealand bank account", "nzd"),
    "sepa_debit": _debit("SEPA Direct Debit", "eur"),
    "us_bank_account": _debit("US bank account", "usd"),
    "customer_balance": Kind("Bank transfer", frozenset(("eur", "gbp", "jpy", "mxn", "usd")), transfer=True),
    "boleto": _voucher("Boleto", "brl", "name", "email", "address"),
    "konbini": _voucher("Konbini", "jpy", "name", "email"),
    "multibanco": _voucher("Multibanco", "eur", "email"),
    "oxxo": _voucher("OXXO", "mxn", "name", "email"),
    "blik": _app("BLIK", "pln", life=timedelta(seconds=60)),
    "mb_way": _app("MB WAY", "eur", "phone", life=timedelta(minutes=5)),
    "paynow": _app("PayNow", "sgd", life=timedelta(hours=1)),
    "pix": _app("Pix", "brl"),
    "promptpay": _app("PromptPay", "thb", "email", life=timedelta(days=1)),
    "swish": _app("Swish", "sek", life=timedelta(minutes=3)),
    "upi": _app("UPI", "inr", life=timedelta(minutes=5)),
    "affirm": _redirect("Affirm", "usd cad", reserves=True, life=timedelta(hours=12)),
    "afterpay_clearpay": _redirect(
        "Afterpay / Clearpay", "usd cad gbp aud nzd", reserves=True, life=timedelta(hours=3)
    ),
    "alipay": _redirect("Alipay", "cny aud cad eur gbp hkd jpy myr nzd sgd usd"),
    "alma": _redirect("Alma", "eur", reserves=True),
    "amazon_pay": _redirect("Amazon Pay", "usd aud gbp dkk eur hkd jpy nzd nok zar sek chf", reserves=True),
    "bancontact": _redirect("Bancontact", "eur", "name"),
    "billie": _redirect("Billie", "eur gbp", reserves=True),
    "cashapp": _redirect("Cash App Pay", "usd", reserves=True),
    "eps": _redirect("EPS", "eur", "name"),
    "fpx": _redirect("FPX", "myr"),
    "giropay": _redirect("giropay", "eur"),
    "grabpay": _redirect("GrabPay", "sgd myr"),
    "ideal": _redirect("iDEAL", "eur"),
    "kakao_pay": _redirect("Kakao Pay", "krw", reserves=True),
    "klarna": _redirect(
        "Klarna",
        "usd eur gbp aud cad chf czk dkk nok nzd pln ron sek",
        reserves=True,
        life=timedelta(hours=48),
    ),
    "kr_card": _redirect("Korean card", "krw", reserves=True),
    "mobilepay": _redirect("MobilePay", "dkk eur nok sek", reserves=True),
    "naver_pay": _redirect("Naver Pay", "krw", reserves=True),
    "p24": _redirect("Przelewy24", "eur pln", "email"),
    "pay_by_bank": _redirect("Pay by Bank", "gbp eur"),
    "payco": _redirect("PAYCO", "krw", reserves=True),
    "paypal": _redirect("PayPal", "eur gbp usd aud cad chf czk dkk hkd nok nzd pln sek sgd", reserves=True),
    "revolut_pay": _redirect("Revolut Pay", "eur gbp", reserves=True),
    "samsung_pay": _redirect("Samsung Pay", "krw", reserves=True),
    "satispay": _redirect("Satispay", "eur", reserves=True),
    "scalapay": _redirect("Scalapay", "eur", reserves=True),
    "sofort": _redirect("Sofort", "eur"),
    "twint": _redirect("TWINT", "chf"),
    "wechat_pay": _redirect("WeChat Pay", "cny aud cad chf dkk eur gbp hkd jpy nok sek sgd usd"),
    "zip": _redirect("Zip", "aud usd"),
}


# What only the older source objects pay with.
OF_SOURCES: dict[str, Kind] = {"ach_credit_transfer": Kind("ACH credit transfer", frozenset({"usd"}))}


def check_payer(type: str, billing: Tree) -> None:
    """Refuse a payer of whom less is known than this type needs."""
    for name in KINDS[type].needs:
        if not billing.get(name):
            raise InvalidRequest(
                f"Missing required param: billing_details[{name}].",
                code="parameter_missing",
                param=f"billing_details[{name}]",
            )


# What an account takes without any configuration, where the client leaves the choice to the server.
AUTOMATIC = ("card", "link", "us_bank_account", "sepa_debit", "bancontact", "cashapp", "eps", "klarna", "amazon_pay")


def of(type: str) -> Kind:
    """The kind of this type, whether payment intents know it or only the older source objects."""
    return KINDS[type] if type in KINDS else OF_SOURCES[type]


def automatic(currency: str, *, redirects: bool, among: Sequence[str] = AUTOMATIC) -> list[str]:
    """The types that a payment in this currency takes where the client leaves the choice to the server."""
    return [name for name in among if KINDS[name].takes(currency) and (redirects or not KINDS[name].redirects)]
