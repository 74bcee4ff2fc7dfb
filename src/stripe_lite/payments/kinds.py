"""What kinds of payment method there are to pay with: in which currencies, and whether they lead to another page."""

from dataclasses import dataclass

EVERY = frozenset[str]()  # No currency named: all of them.


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of payment method that payments can be made with."""

    currencies: frozenset[str] = EVERY
    redirects: bool = False
    debit: bool = False  # Settles later, and needs a mandate.

    def takes(self, currency: str) -> bool:
        """Whether a payment in this currency can be made with it."""
        return not self.currencies or currency in self.currencies


def _debit(currencies: str) -> Kind:
    return Kind(frozenset(currencies.split()), debit=True)


def _redirect(currencies: str = "") -> Kind:
    return Kind(frozenset(currencies.split()), redirects=True)


KINDS: dict[str, Kind] = {
    "card": Kind(),
    "link": Kind(),
    "us_bank_account": _debit("usd"),
    "sepa_debit": _debit("eur"),
    "bacs_debit": _debit("gbp"),
    "au_becs_debit": _debit("aud"),
    "acss_debit": _debit("cad usd"),
    "affirm": _redirect("usd cad"),
    "afterpay_clearpay": _redirect("usd cad gbp aud nzd"),
    "alipay": _redirect("cny aud cad eur gbp hkd jpy myr nzd sgd usd"),
    "alma": _redirect("eur"),
    "amazon_pay": _redirect("usd aud gbp dkk eur hkd jpy nzd nok zar sek chf"),
    "bancontact": _redirect("eur"),
    "billie": _redirect("eur gbp"),
    "cashapp": _redirect("usd"),
    "eps": _redirect("eur"),
    "fpx": _redirect("myr"),
    "giropay": _redirect("eur"),
    "grabpay": _redirect("sgd myr"),
    "ideal": _redirect("eur"),
    "kakao_pay": _redirect("krw"),
    "klarna": _redirect("usd eur gbp aud cad chf czk dkk nok nzd pln ron sek"),
    "kr_card": _redirect("krw"),
    "mobilepay": _redirect("dkk eur nok sek"),
    "naver_pay": _redirect("krw"),
    "p24": _redirect("eur pln"),
    "pay_by_bank": _redirect("gbp eur"),
    "payco": _redirect("krw"),
    "paypal": _redirect("eur gbp usd aud cad chf czk dkk hkd nok nzd pln sek sgd"),
    "revolut_pay": _redirect("eur gbp"),
    "samsung_pay": _redirect("krw"),
    "satispay": _redirect("eur"),
    "sofort": _redirect("eur"),
    "twint": _redirect("chf"),
    "wechat_pay": _redirect("cny aud cad chf dkk eur gbp hkd jpy nok sek sgd usd"),
    "zip": _redirect("aud usd"),
}

# What an account takes without any configuration, where the client leaves the choice to the server.
AUTOMATIC = ("card", "link", "us_bank_account", "sepa_debit", "bancontact", "cashapp", "eps", "klarna", "amazon_pay")


def automatic(currency: str, *, redirects: bool) -> list[str]:
    """The types that a payment in this currency takes where the client leaves the choice to the server."""
    return [name for name in AUTOMATIC if KINDS[name].takes(currency) and (redirects or not KINDS[name].redirects)]
