"""The arithmetic of `amount_details`: whether line items, tax, shipping and discount add up to the amount."""

from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.ids import new_id
from stripe_lite.core.objects import Tree
from stripe_lite.payments.payment_intents.schema import AmountDetailsParams

LINE_ITEMS_MAX = 200
MISMATCH = "amount_details_amount_mismatch"
TOO_MUCH = "amount_details_tax_shipping_discount_greater_than_amount"


def changed(before: Tree | None, given: AmountDetailsParams | None, amount: int) -> Tree:
    """`amount_details` as it is kept, after a request; raises where it must add up to the amount and does not."""
    kept = {name: value for name, value in (before or {}).items() if name != "error"}
    if given is not None:
        kept |= _sent(given)
        kept = {name: value for name, value in kept.items() if value is not None}
    problem = _problem(kept, amount)
    if problem is None:
        return kept
    code, message = problem
    if given is None or given.enforce_arithmetic_validation:
        raise InvalidRequest(message, code=code, param="amount_details" if given is not None else "amount")
    return kept | {"error": {"code": code, "message": message}}


def _sent(given: AmountDetailsParams) -> Tree:
    sent = given.model_dump(exclude_unset=True, exclude={"enforce_arithmetic_validation"})
    items = sent.get("line_items")
    if items is None:
        return sent
    if len(items) > LINE_ITEMS_MAX:
        raise InvalidRequest(
            f"An amount may consist of at most {LINE_ITEMS_MAX} line items.", param="amount_details[line_items]"
        )
    for place, item in enumerate(items):
        if item["quantity"] < 1 or item["unit_cost"] < 0:
            raise InvalidRequest(
                "A line item's quantity must be positive, and its unit_cost must not be negative.",
                code="parameter_invalid_integer",
                param=f"amount_details[line_items][{place}]",
            )
    sent["line_items"] = [{"id": new_id("uli")} | item for item in items]
    return sent


def _problem(kept: Tree, amount: int) -> tuple[str, str] | None:
    """Why the details cannot be right for the amount: a code and a sentence."""
    items: list[Tree] = kept.get("line_items") or []
    tax = _once("tax", _tax(kept), [_tax(item) for item in items])
    discount = _once("discount_amount", _discount(kept), [_discount(item) for item in items])
    shipping: int = (kept.get("shipping") or {}).get("amount") or 0
    if not items:
        if tax + shipping > amount:
            return TOO_MUCH, f"Tax and shipping ({tax + shipping}) are more than the amount ({amount})."
        return None
    goods = sum(item["unit_cost"] * item["quantity"] for item in items)
    total = goods + tax + shipping - discount
    if total != amount:
        return MISMATCH, (
            f"The line items, tax and shipping less the discount add up to {total}, which is not the amount ({amount})."
        )
    return None


def _tax(part: Tree) -> int:
    tax: int = (part.get("tax") or {}).get("total_tax_amount") or 0
    return tax


def _discount(part: Tree) -> int:
    discount: int = part.get("discount_amount") or 0
    return discount


def _once(name: str, overall: int, of_items: list[int]) -> int:
    """What is said of the whole amount or of its items, but not of both: it would count twice."""
    if overall and any(of_items):
        raise InvalidRequest(
            f"Give {name} either for the whole amount or for its line items, not for both.",
            param=f"amount_details[{name}]",
        )
    return overall or sum(of_items)
