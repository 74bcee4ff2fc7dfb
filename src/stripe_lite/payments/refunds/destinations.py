"""How the money of a refund gets back to its payer: `destination_details`, by the charge's payment method."""

from hashlib import blake2b

from stripe_lite.core.objects import Tree
from stripe_lite.customers.cash_balances import transfers
from stripe_lite.payments.refunds.machine import RefundStatus
from stripe_lite.payments.refunds.model import Refund

REFERENCE_DIGITS = 23
AWAITS_REFERENCE = "awaits_reference"  # Kept in the details of a refund whose reference is still to come.

# Payment method type → what its refunds are sent by, where that has another name.
SENT_BY = {
    "au_becs_debit": "au_bank_transfer",
    "bacs_debit": "gb_bank_transfer",
    "bancontact": "eu_bank_transfer",
    "ideal": "eu_bank_transfer",
    "konbini": "jp_bank_transfer",
    "nz_bank_account": "nz_bank_transfer",
    "promptpay": "th_bank_transfer",
    "revolut_pay": "revolut",
    "sepa_debit": "eu_bank_transfer",
    "us_bank_account": "us_bank_transfer",
}
# Ways back that name a reference by which the payer's bank finds the money.
REFERENCED = frozenset(
    {
        "blik",
        "eu_bank_transfer",
        "gb_bank_transfer",
        "jp_bank_transfer",
        "mb_way",
        "multibanco",
        "mx_bank_transfer",
        "p24",
        "swish",
        "th_bank_transfer",
        "us_bank_transfer",
    }
)
# Ways back of which the official description says nothing but that they exist.
PLAIN = frozenset(
    {
        "affirm",
        "afterpay_clearpay",
        "alipay",
        "alma",
        "amazon_pay",
        "au_bank_transfer",
        "cashapp",
        "eps",
        "giropay",
        "grabpay",
        "klarna",
        "nz_bank_transfer",
        "paynow",
        "paypal",
        "pix",
        "revolut",
        "scalapay",
        "sofort",
        "twint",
        "wechat_pay",
        "zip",
    }
)


def destination_details(refund: Refund) -> Tree | None:
    """How the money gets back; None for payment methods of which nothing is known."""
    if refund.details.get("kept"):
        return {"customer_cash_balance": {}, "type": "customer_cash_balance"}
    method: str = refund.details["method"]
    way = transfers.TYPES[refund.currency] if method == "customer_balance" else SENT_BY.get(method, method)
    if way == "card":
        return {"card": _card(refund), "type": "card"}
    if way in REFERENCED:
        return {way: _referenced(refund), "type": way}
    if way in PLAIN:
        return {way: {}, "type": way}
    return None


def _card(refund: Refund) -> Tree:
    if refund.released:
        return {"type": "reversal"}
    if refund.status == RefundStatus.PENDING:
        return {"type": "pending"}
    return _referenced(refund) | {"reference_type": "acquirer_reference_number", "type": "refund"}


def _referenced(refund: Refund) -> Tree:
    match refund.status:
        case RefundStatus.SUCCEEDED if not refund.details.get(AWAITS_REFERENCE):
            return {"reference": _reference(refund.id), "reference_status": "available"}
        case RefundStatus.SUCCEEDED | RefundStatus.PENDING | RefundStatus.REQUIRES_ACTION:
            return {"reference_status": "pending"}
        case _:
            return {"reference_status": "unavailable"}


def _reference(id: str) -> str:
    """A number that looks like the network's; the same for the same refund, wherever it is read."""
    number = int.from_bytes(blake2b(id.encode(), digest_size=16).digest()) % 10**REFERENCE_DIGITS
    return f"{number:0{REFERENCE_DIGITS}}"
