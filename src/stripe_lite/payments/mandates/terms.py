"""What a mandate says: how the payer agreed, and what each type of payment method tells of it."""

import hashlib

from stripe_lite.core.clock import unix
from stripe_lite.core.objects import Tree
from stripe_lite.db.work import Work
from stripe_lite.payments.payment_methods.model import PaymentMethod

REFERENCE_LENGTH = 16
REFERENCE_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
# The types of which a mandate tells something, be it an empty hash.
DESCRIBED = frozenset(
    {
        "acss_debit",
        "amazon_pay",
        "au_becs_debit",
        "bacs_debit",
        "card",
        "cashapp",
        "kakao_pay",
        "klarna",
        "kr_card",
        "link",
        "naver_pay",
        "nz_bank_account",
        "paypal",
        "payto",
        "pix",
        "revolut_pay",
        "sepa_debit",
        "twint",
        "upi",
        "us_bank_account",
    }
)
# What a mandate repeats of its settings.
TOLD = {
    "pix": ("amount_includes_iof", "amount_type", "end_date", "payment_schedule", "reference", "start_date"),
    "upi": ("amount", "amount_type", "description", "end_date"),
}
# The networks of these agree to a mandate later.
CONFIRMED_LATER = frozenset({"bacs_debit", "card"})
# Why a mandate ended, in the words of the Bacs network, where a payment's failure tells it.
REVOCATIONS = frozenset({"account_closed", "bank_account_restricted", "could_not_process", "debit_not_authorized"})


def acceptance(work: Work, given: Tree | None) -> Tree:
    """How the payer agreed, by the `mandate_data` of a request; without them, on a page at this moment."""
    told: Tree = (given or {}).get("customer_acceptance") or {"type": "online"}
    kind: str = told["type"]
    if kind == "offline":
        how: Tree = {"offline": {}}
    else:
        online: Tree = told.get("online") or {}
        # A browser or an app is the payer's own: it need not say what can be seen.
        seen, agent = (work.request.client_ip, work.request.user_agent) if work.request.publishable else (None, None)
        how = {
            "online": {
                "ip_address": online.get("ip_address") or seen,
                "user_agent": online.get("user_agent") or agent,
            }
        }
    return {"accepted_at": told.get("accepted_at") or unix(work.now), "type": kind} | how


def details(method: PaymentMethod, id: str, url: str, settings: Tree) -> Tree:
    """The `payment_method_details` of a new mandate. `settings` are its type's `mandate_options`."""
    reference = f"{settings.get('reference_prefix') or ''}{_reference(id)}"
    match method.type:
        case "acss_debit":
            told: Tree = {
                "interval_description": settings.get("interval_description"),
                "payment_schedule": settings.get("payment_schedule") or "sporadic",
                "transaction_type": settings.get("transaction_type") or "personal",
            }
            if settings.get("default_for"):
                told["default_for"] = settings["default_for"]
        case "au_becs_debit":
            told = {"url": url}
        case "bacs_debit":
            told = {
                "display_name": None,
                "network_status": "pending",
                "reference": reference,
                "revocation_reason": None,
                "service_user_number": None,
                "url": url,
            }
        case "paypal":
            told = {"billing_agreement_id": f"B-{_reference(id)}", "payer_id": method.details.get("payer_id")}
        case "sepa_debit":
            told = {"reference": reference, "url": url}
        case "pix" | "upi":
            told = {name: settings[name] for name in TOLD[method.type] if settings.get(name) is not None}
        case "us_bank_account" if settings.get("collection_method"):
            told = {"collection_method": settings["collection_method"]}
        case _:
            told = {}
    return {"type": method.type} | ({method.type: told} if method.type in DESCRIBED else {})


def ended(told: Tree, network_status: str, reason: str | None) -> Tree:
    """The same once the network has said something of the mandate; only Bacs tells what."""
    bacs: Tree | None = told.get("bacs_debit")
    if bacs is None:
        return told
    known = reason if network_status == "revoked" and reason in REVOCATIONS else None
    return told | {"bacs_debit": bacs | {"network_status": network_status, "revocation_reason": known}}


def _reference(id: str) -> str:
    """A reference that looks like a bank's; the same for the same mandate."""
    number = int.from_bytes(hashlib.sha256(id.encode()).digest())
    characters = []
    for _ in range(REFERENCE_LENGTH):
        number, index = divmod(number, len(REFERENCE_ALPHABET))
        characters.append(REFERENCE_ALPHABET[index])
    return "".join(characters)
