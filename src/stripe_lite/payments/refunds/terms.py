"""On which terms payments by each method are given back: for how long, and whether the payer must say where to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from stripe_lite.core.errors import InvalidRequest
from stripe_lite.payments.charges.model import Charge

NOT_REFUNDABLE = "charge_not_refundable"
# How long a payer may take to say where the money is to be sent.
ANSWER_LIFE = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class RefundTerms:
    """The terms of one payment method."""

    days: int | None = None  # After the payment; None for as long as you like.
    asks: bool = False  # Nobody knows where the money came from: the payer is asked by e-mail.
    of_customer: bool = False  # It is the customer who is asked, and not who the payment method says.
    never: bool = False  # Paid in cash or at a bank's counter, by somebody whose account nobody knows.


ALWAYS = RefundTerms()
TERMS: dict[str, RefundTerms] = {
    "acss_debit": RefundTerms(180),
    "affirm": RefundTerms(120),
    "afterpay_clearpay": RefundTerms(120),
    "alipay": RefundTerms(90),
    "alma": RefundTerms(180),
    "amazon_pay": RefundTerms(90),
    "au_becs_debit": RefundTerms(90),
    "bacs_debit": RefundTerms(180),
    "bancontact": RefundTerms(180),
    "boleto": RefundTerms(never=True),
    "cashapp": RefundTerms(90),
    "customer_balance": RefundTerms(180, asks=True, of_customer=True),
    "eps": RefundTerms(180),
    "giropay": RefundTerms(180),
    "grabpay": RefundTerms(90),
    "ideal": RefundTerms(180),
    "klarna": RefundTerms(180),
    "konbini": RefundTerms(asks=True),
    "multibanco": RefundTerms(asks=True),
    "oxxo": RefundTerms(never=True),
    "p24": RefundTerms(180),
    "paynow": RefundTerms(90),
    "paypal": RefundTerms(180),
    "pix": RefundTerms(90),
    "promptpay": RefundTerms(asks=True),
    "revolut_pay": RefundTerms(180),
    "sepa_debit": RefundTerms(180),
    "sofort": RefundTerms(180),
    "swish": RefundTerms(365),
    "upi": RefundTerms(60),
    "us_bank_account": RefundTerms(180),
    "wechat_pay": RefundTerms(180),
}


def of(charge: Charge) -> RefundTerms:
    """The terms on which a charge is given back."""
    return TERMS.get(_method(charge), ALWAYS)


def check(charge: Charge, now: datetime) -> None:
    """Refuse a charge whose payment method takes no refund, or takes none any more."""
    terms = of(charge)
    if terms.never:
        raise InvalidRequest(f"Payments by {_method(charge)} cannot be refunded.", code=NOT_REFUNDABLE)
    if terms.days is not None and charge.created_at + timedelta(days=terms.days) < now:
        raise InvalidRequest(
            f"Charge {charge.id} is too old to be refunded: payments by {_method(charge)} can be refunded for "
            f"{terms.days} days.",
            code=NOT_REFUNDABLE,
        )


def _method(charge: Charge) -> str:
    return (charge.details.get("payment_method_details") or {}).get("type") or "card"
