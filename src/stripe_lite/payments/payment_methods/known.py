"""What may be kept of a way to pay: never a number or a security code."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from stripe_lite.bank.facts import CardFact, fingerprint
from stripe_lite.bank.outcomes import by_slug
from stripe_lite.core.objects import Tree
from stripe_lite.db.work import Work
from stripe_lite.payments.payment_methods.model import PaymentMethod

UNCHECKED = "unchecked"
INVALID_PREFERENCE = "invalid_preference"


@dataclass(frozen=True, slots=True)
class Known:
    """What may be kept of a way to pay. `details` is the hash that clients see."""

    type: str
    details: Tree
    outcome: str = "approved"
    fingerprint: str | None = None
    cvc: bool = False
    verified: bool = True
    billing_details: Tree = field(default_factory=dict)


def fingerprint_key(account_id: str) -> bytes:
    """The key of an account's fingerprints: one number has different fingerprints in different accounts."""
    return hashlib.sha256(f"fingerprint:{account_id}".encode()).digest()


def build(work: Work, known: Known, id: str) -> PaymentMethod:
    """A row of what is known, not written yet."""
    return PaymentMethod(
        account_id=work.account_id,
        id=id,
        livemode=work.livemode,
        created_at=work.now,
        type=known.type,
        legacy=not id.startswith("pm_"),
        source_status=None,
        outcome=known.outcome,
        fingerprint=known.fingerprint,
        allow_redisplay="unspecified",
        cvc=known.cvc,
        set_up=False,
        verified=known.verified,
        spent=False,
        billing_details=known.billing_details,
        meta={},
        details=known.details,
        extras={},
    )


def of_card(
    card: CardFact,
    exp_month: int,
    exp_year: int,
    key: bytes,
    *,
    cvc: bool,
    preferred: str | None = None,
    billing_details: Tree | None = None,
) -> Known:
    """What may be kept of a card. A detail that came with it counts as unchecked until the bank sees it."""
    outcome = by_slug(card.outcome)
    unsupported = outcome is not None and outcome.three_d_secure == "unsupported"
    mark = fingerprint(card.number, key)
    billing_details = billing_details or {}
    details: Tree = {
        "brand": card.brand,
        "checks": unchecked(billing_details, cvc=cvc),
        "country": card.country,
        "display_brand": preferred if preferred in card.networks else card.brand,
        "exp_month": exp_month,
        "exp_year": exp_year,
        "fingerprint": mark,
        "funding": card.funding,
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": list(card.networks), "preferred": preference(preferred, card.networks)},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": not unsupported},
        "wallet": None,
    }
    return Known("card", details, card.outcome, mark, cvc, billing_details=billing_details)


def preference(network: str | None, available: Sequence[str]) -> str | None:
    """The network that a payer prefers, as the card tells it: one that it does not have is told as no valid one."""
    return network if network is None or network in available else INVALID_PREFERENCE


def network_of(card: Tree) -> str:
    """The network that payments with a card go over: the preferred one where the card has it, or its brand's."""
    preferred: str | None = card["networks"]["preferred"]
    brand: str = card["brand"]
    return brand if preferred is None or preferred == INVALID_PREFERENCE else preferred


def unchecked(billing_details: Tree, *, cvc: bool) -> Tree:
    """The checks of a card that the bank has not seen yet."""
    address = billing_details.get("address") or {}
    return {
        "address_line1_check": UNCHECKED if address.get("line1") else None,
        "address_postal_code_check": UNCHECKED if address.get("postal_code") else None,
        "cvc_check": UNCHECKED if cvc else None,
    }
