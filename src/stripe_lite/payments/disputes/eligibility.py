"""How far further evidence is that only Visa takes: proof of former purchases, and the fee of a compliance case."""

from collections.abc import Sequence

from stripe_lite.core.objects import Tree

PRIOR_TRANSACTIONS_MIN = 2
# What shows that payer and former payer are one; of two fields in one group either will do.
MAIN_IDENTIFIERS = (("customer_purchase_ip",), ("customer_device_fingerprint", "customer_device_id"))
OTHER_IDENTIFIERS = (("shipping_address",), ("customer_email_address",), ("customer_account_id",))
PURCHASE = (
    "customer_account_id",
    "customer_device_fingerprint",
    "customer_device_id",
    "customer_email_address",
    "customer_purchase_ip",
    "product_description",
    "shipping_address",
)
ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")


def complete(enhanced: Tree) -> Tree:
    """Further evidence as clients see it: with every field, given or not."""
    shown = dict(enhanced)
    if (former := enhanced.get("visa_compelling_evidence_3")) is not None:
        disputed: Tree | None = former.get("disputed_transaction")
        shown["visa_compelling_evidence_3"] = {
            "disputed_transaction": disputed and _purchase(disputed, "merchandise_or_services"),
            "prior_undisputed_transactions": [
                _purchase(each, "charge") for each in former.get("prior_undisputed_transactions") or []
            ],
        }
    return shown


def standing(eligibility: Tree, evidence: Tree) -> Tree:
    """What the network still wants, of what it wanted at first, now that there is this evidence."""
    given: Tree = evidence.get("enhanced_evidence") or {}
    stands: Tree = {}
    for kind in eligibility:
        answer: Tree = given.get(kind) or {}
        stands[kind] = _of_compliance(answer) if kind == "visa_compliance" else _of_former_purchases(answer)
    return stands


def waits_for_fee(eligibility: Tree, evidence: Tree) -> bool:
    """Whether a compliance case cannot be answered yet, for nobody said that its fee is accepted."""
    case: Tree = standing(eligibility, evidence).get("visa_compliance") or {}
    return case.get("status") == "requires_fee_acknowledgement"


def _purchase(given: Tree, *more: str) -> Tree:
    shown: Tree = dict.fromkeys((*PURCHASE, *more)) | given
    address: Tree | None = shown["shipping_address"]
    return shown | {"shipping_address": address and dict.fromkeys(ADDRESS) | address}


def _of_compliance(answer: Tree) -> Tree:
    accepted = answer.get("fee_acknowledged") is True
    return {"status": "fee_acknowledged" if accepted else "requires_fee_acknowledgement"}


def _of_former_purchases(answer: Tree) -> Tree:
    disputed: Tree = answer.get("disputed_transaction") or {}
    former: Sequence[Tree] = answer.get("prior_undisputed_transactions") or []
    missing = {
        "missing_customer_identifiers": not _same_payer(disputed, former),
        "missing_disputed_transaction_description": not disputed.get("product_description"),
        "missing_merchandise_or_services": not disputed.get("merchandise_or_services"),
        "missing_prior_undisputed_transaction_description": any(not each.get("product_description") for each in former),
        "missing_prior_undisputed_transactions": len(former) < PRIOR_TRANSACTIONS_MIN,
    }
    actions = [name for name, is_missing in missing.items() if is_missing]
    return {"required_actions": actions, "status": "requires_action" if actions else "qualified"}


def _same_payer(disputed: Tree, former: Sequence[Tree]) -> bool:
    """Whether two main identifiers, or one and another one, agree in all the purchases."""

    def agree(fields: tuple[str, ...]) -> bool:
        return any(disputed.get(name) and all(each.get(name) == disputed[name] for each in former) for name in fields)

    main = sum(agree(fields) for fields in MAIN_IDENTIFIERS)
    return bool(former) and (main > 1 or (main == 1 and any(agree(fields) for fields in OTHER_IDENTIFIERS)))
