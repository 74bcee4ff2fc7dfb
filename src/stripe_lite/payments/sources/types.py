"""What types of source objects there are, and how each becomes chargeable."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeAlias

from stripe_lite.core.errors import InvalidRequest

Flow: TypeAlias = Literal["code_verification", "none", "receiver", "redirect"]
Usage: TypeAlias = Literal["reusable", "single_use"]

RECEIVED = "ach_credit_transfer"
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
# A source for one payment is given up when nobody charges it in time.
CHARGEABLE_LIFE = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class SourceType:
    """How sources of a type behave: `method` is the type of payment method that they pay with."""

    method: str
    flow: Flow
    reusable: bool = False
    pending_life: timedelta | None = None  # For how long it waits for its payer.

    @property
    def usage(self) -> Usage:
        """What the source can be used for, unless the client says otherwise."""
        return "reusable" if self.reusable else "single_use"


def _redirect(method: str) -> SourceType:
    return SourceType(method, "redirect", pending_life=HOUR)


TYPES: dict[str, SourceType] = {
    RECEIVED: SourceType(RECEIVED, "receiver", reusable=True),
    "ach_debit": SourceType("us_bank_account", "code_verification", reusable=True),
    "alipay": _redirect("alipay"),
    "au_becs_debit": SourceType("au_becs_debit", "none", reusable=True),
    "bancontact": _redirect("bancontact"),
    "card": SourceType("card", "none", reusable=True),
    "eps": _redirect("eps"),
    "giropay": _redirect("giropay"),
    "ideal": _redirect("ideal"),
    "multibanco": SourceType("multibanco", "receiver", pending_life=WEEK),
    "p24": _redirect("p24"),
    "sepa_debit": SourceType("sepa_debit", "none", reusable=True),
    "sofort": _redirect("sofort"),
    "three_d_secure": _redirect("card"),
    "wechat": SourceType("wechat_pay", "none", pending_life=HOUR),  # By a QR code.
}
# Types that are payment methods too, once they belong to a customer.
METHODS = frozenset({"au_becs_debit", "card", "sepa_debit"})
MANDATED = frozenset({"ach_debit", "au_becs_debit", "sepa_debit"})


def of(type: str) -> SourceType:
    """How sources of this type behave; raises InvalidRequest where there are none."""
    found = TYPES.get(type)
    if found is None:
        known = ", ".join(TYPES)
        raise InvalidRequest(f"Invalid type: sources can be of the types {known}; not {type}.", param="type")
    return found
