"""What has to be known of a payer before a payment method of a type can be made, and what a new address means."""

from collections.abc import Mapping

from stripe_lite.core.errors import InvalidParameter
from stripe_lite.payments.payment_methods.known import unchecked
from stripe_lite.payments.payment_methods.model import PaymentMethod

NAME = ("name",)
EMAIL = ("email",)
NAME_AND_EMAIL = ("name", "email")

NEEDED: Mapping[str, tuple[str, ...]] = {
    "acss_debit": NAME_AND_EMAIL,
    "afterpay_clearpay": NAME_AND_EMAIL,
    "au_becs_debit": NAME_AND_EMAIL,
    "bacs_debit": NAME_AND_EMAIL,
    "bancontact": NAME,
    "boleto": NAME_AND_EMAIL,
    "eps": NAME,
    "giropay": NAME,
    "oxxo": NAME_AND_EMAIL,
    "p24": EMAIL,
    "promptpay": EMAIL,
    "sepa_debit": NAME_AND_EMAIL,
    "us_bank_account": NAME,
}


def address_changed(payment_method: PaymentMethod) -> None:
    """Forget what the bank said of a card's old address: it has not checked the new one yet."""
    if payment_method.type != "card":
        return
    fresh = unchecked(payment_method.billing_details, cvc=False)
    checks = payment_method.details["checks"] | {name: fresh[name] for name in fresh if name != "cvc_check"}
    payment_method.details = payment_method.details | {"checks": checks}


def check(payment_method: PaymentMethod) -> None:
    """Refuse a payment method whose billing details lack what its type needs."""
    known = payment_method.billing_details
    for name in NEEDED.get(payment_method.type, ()):
        if not known.get(name):
            param = f"billing_details[{name}]"
            raise InvalidParameter(f"Missing required param: {param}.", code="parameter_missing", param=param)
    if payment_method.type == "klarna" and not (known.get("address") or {}).get("country"):
        raise InvalidParameter(
            "You must provide `billing_details[address][country]` to use Klarna.",
            code="parameter_missing",
            param="billing_details[address][country]",
        )
