"""What a charge tells of the payment method that it was made with: `payment_method_details`."""

from uuid import NAMESPACE_OID, uuid5

from stripe_lite.bank.port import Answer
from stripe_lite.core.objects import Tree
from stripe_lite.payments.payment_methods import payers
from stripe_lite.payments.payment_methods.known import network_of
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.payment_methods.schema import billing_details

THREE_D_SECURE_VERSION = "2.2.0"
MASTERCARD_INDICATORS = {"authenticated": "02", "attempt_acknowledged": "01"}
OTHER_INDICATORS = {"authenticated": "05", "attempt_acknowledged": "06"}
RESULT_REASONS = {
    "failed": "rejected",
    "not_supported": "card_not_enrolled",
    "processing_error": "protocol_error",
}

# What a charge by each type tells beside what the payment method itself knows; null until somebody learns it.
FIELDS: dict[str, tuple[str, ...]] = {
    "acss_debit": ("bank_name", "fingerprint", "institution_number", "last4", "transit_number"),
    "affirm": ("transaction_id",),
    "afterpay_clearpay": ("order_id", "reference"),
    "alipay": ("buyer_id", "fingerprint", "transaction_id"),
    "alma": ("installments", "transaction_id"),
    "amazon_pay": ("funding", "transaction_id"),
    "au_becs_debit": ("bsb_number", "fingerprint", "last4"),
    "bacs_debit": ("fingerprint", "last4", "mandate", "sort_code"),
    "bancontact": (
        "bank_code",
        "bank_name",
        "bic",
        "generated_sepa_debit",
        "generated_sepa_debit_mandate",
        "iban_last4",
        "preferred_language",
        "verified_name",
    ),
    "billie": ("transaction_id",),
    "bizum": ("transaction_id",),
    "blik": ("buyer_id",),
    "boleto": ("tax_id",),
    "cashapp": ("buyer_id", "cashtag", "transaction_id"),
    "eps": ("bank", "verified_name"),
    "fpx": ("bank", "transaction_id"),
    "giropay": ("bank_code", "bank_name", "bic", "verified_name"),
    "grabpay": ("transaction_id",),
    "ideal": (
        "bank",
        "bic",
        "generated_sepa_debit",
        "generated_sepa_debit_mandate",
        "iban_last4",
        "transaction_id",
        "verified_name",
    ),
    "kakao_pay": ("buyer_id", "transaction_id"),
    "klarna": ("payer_details", "payment_method_category", "preferred_locale"),
    "konbini": ("store",),
    "kr_card": ("brand", "buyer_id", "last4", "transaction_id"),
    "link": ("country",),
    "mobilepay": ("card",),
    "multibanco": ("entity", "reference"),
    "naver_pay": ("buyer_id", "transaction_id"),
    "nz_bank_account": ("account_holder_name", "bank_code", "bank_name", "branch_code", "last4", "suffix"),
    "oxxo": ("number",),
    "p24": ("bank", "reference", "verified_name"),
    "payco": ("buyer_id", "transaction_id"),
    "paynow": ("reference",),
    "paypal": ("country", "payer_email", "payer_id", "payer_name", "seller_protection", "transaction_id"),
    "payto": ("bsb_number", "last4", "pay_id"),
    "pix": ("bank_transaction_id",),
    "promptpay": ("reference",),
    "revolut_pay": ("funding", "transaction_id"),
    "samsung_pay": ("buyer_id", "transaction_id"),
    "satispay": ("transaction_id",),
    "scalapay": ("transaction_id",),
    "sepa_debit": ("bank_code", "branch_code", "country", "fingerprint", "last4", "mandate"),
    "sofort": (
        "bank_code",
        "bank_name",
        "bic",
        "country",
        "generated_sepa_debit",
        "generated_sepa_debit_mandate",
        "iban_last4",
        "preferred_language",
        "verified_name",
    ),
    "sunbit": ("transaction_id",),
    "swish": ("fingerprint", "payment_reference", "verified_phone_last4"),
    "upi": ("vpa",),
    "us_bank_account": (
        "account_holder_type",
        "account_type",
        "bank_name",
        "fingerprint",
        "last4",
        "payment_reference",
        "routing_number",
    ),
    "wechat_pay": ("fingerprint", "transaction_id"),
}
# Given with a value, or not at all.
NEVER_NULL: dict[str, tuple[str, ...]] = {
    "alipay": ("buyer_id",),
    "alma": ("installments",),
    "amazon_pay": ("funding",),
    "revolut_pay": ("funding",),
}
# Which debits tell the day that the payer's bank is expected to book them on.
DEBITED = frozenset({"acss_debit", "au_becs_debit", "bacs_debit", "nz_bank_account", "sepa_debit", "us_bank_account"})

# Types of which a charge tells the mandate where it has one, and nothing where not: the older charges have none.
WITH_MANDATE = ("acss_debit", "au_becs_debit", "pix", "twint", "us_bank_account")


def billing(method: PaymentMethod) -> Tree:
    """The billing details that a charge takes over from its payment method."""
    return billing_details(method.billing_details)


# The brands of cards that can be reserved for longer.
EXTENDABLE = ("amex", "discover", "mastercard", "visa")
# The brands of cards on which more can be reserved later.
INCREMENTABLE = EXTENDABLE


def of_charge(
    method: PaymentMethod,
    amount: int,
    answer: Answer | None,
    given: Tree,
    *,
    capture_before: int | None = None,
    mandate: str | None = None,
) -> Tree:
    """The `payment_method_details` of a charge of this amount.

    `answer` is the bank's, None before it came. `given` may hold the payment's `payment_method_options` and what 3-D
    Secure said as `authentication`. `capture_before` is the end of a reservation, in seconds since 1970.
    """
    if method.type == "card":
        options = (given.get("payment_method_options") or {}).get("card") or {}
        extended = is_extended(method, given)
        card = _card(method, amount, answer, options, mandate, extended=extended) | {
            "three_d_secure": three_d_secure(method, given.get("authentication"), answer, given.get("imported"))
        }
        if capture_before is not None:
            card["capture_before"] = capture_before
        return {"card": card, "type": "card"}
    told: Tree = {name: method.details.get(name) for name in FIELDS.get(method.type, ())}
    voucher: Tree = given.get("voucher") or {}
    told |= {name: value for name, value in voucher.items() if name in told}
    settings: Tree = (given.get("payment_method_options") or {}).get(method.type) or {}
    if answer is not None and answer.result == "approved":
        learned = payers.of_payment(method, answer.ref, settings)
        told |= {name: value for name, value in learned.items() if name in told}
    told |= given.get("generated") or {}
    never_null = NEVER_NULL.get(method.type, ())
    told = {name: value for name, value in told.items() if value is not None or name not in never_null}
    if method.type in DEBITED:
        told |= _debit_day(method.type, answer, given, settings)
    if mandate is not None and ("mandate" in told or method.type in WITH_MANDATE):
        told["mandate"] = mandate
    return {method.type: told, "type": method.type}


def _debit_day(type: str, answer: Answer | None, given: Tree, settings: Tree) -> Tree:
    """The day when the payer's bank is expected to book the debit: one that was wished for, or that the bank named."""
    told_before: Tree = (given.get("payment_method_details") or {}).get(type) or {}
    day: str | None = settings.get("target_date") or told_before.get("expected_debit_date")
    if day is None and answer is not None and answer.recheck_at is not None:
        day = answer.recheck_at.date().isoformat()
    return {} if day is None else {"expected_debit_date": day}


def is_extended(method: PaymentMethod, given: Tree) -> bool:
    """Whether a reservation lasts longer than others: its payment's options ask for that, and the card can."""
    options: Tree = (given.get("payment_method_options") or {}).get("card") or {}
    asked = method.type == "card" and options.get("request_extended_authorization") == "if_available"
    return asked and method.details["brand"] in EXTENDABLE


def _card(
    method: PaymentMethod, amount: int, answer: Answer | None, options: Tree, mandate: str | None, *, extended: bool
) -> Tree:
    card = method.details
    incrementable = (
        card["brand"] in INCREMENTABLE and options.get("request_incremental_authorization") == "if_available"
    )
    checks = None if answer is None or answer.checks is None else answer.checks.model_dump()
    approved = answer is not None and answer.result == "approved"
    return {
        "amount_authorized": amount if approved else None,
        "authorization_code": None if answer is None else answer.authorization_code,
        "brand": card["brand"],
        "checks": checks or card["checks"],
        "country": card["country"],
        "exp_month": card["exp_month"],
        "exp_year": card["exp_year"],
        "extended_authorization": {"status": "enabled" if approved and extended else "disabled"},
        "fingerprint": card["fingerprint"],
        "funding": card["funding"],
        "incremental_authorization": {"status": "available" if incrementable else "unavailable"},
        "installments": None,
        "last4": card["last4"],
        "mandate": mandate,
        "multicapture": {
            "status": "available" if options.get("request_multicapture") == "if_available" else "unavailable"
        },
        "network": options.get("network") or network_of(card),
        "network_token": {"used": False},
        "network_transaction_id": None if answer is None else answer.network_transaction_id,
        "overcapture": {
            "maximum_amount_capturable": amount,
            "status": "unavailable",  # The bank takes no more than it reserved.
        },
        "regulated_status": card["regulated_status"],
        "wallet": None,
    }


def three_d_secure(
    method: PaymentMethod, result: str | None, answer: Answer | None, imported: Tree | None = None
) -> Tree | None:
    """What 3-D Secure said; None where it was not asked. `imported` is what the client told of one passed elsewhere."""
    if result is None:
        return None
    indicators = MASTERCARD_INDICATORS if method.details["brand"] == "mastercard" else OTHER_INDICATORS
    return {
        "authentication_flow": "challenge" if result == "authenticated" else None,
        "electronic_commerce_indicator": indicators.get(result),
        "exemption_indicator": "low_risk" if result == "exempted" else None,
        "result": result,
        "result_reason": RESULT_REASONS.get(result),
        "transaction_id": None if answer is None else str(uuid5(NAMESPACE_OID, answer.ref)),
        "version": THREE_D_SECURE_VERSION,
    } | (imported or {})
