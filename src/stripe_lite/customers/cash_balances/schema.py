"""What clients see of a customer's cash balance."""

from typing import Literal

from pydantic import Field

from stripe_lite.core.objects import StripeObject
from stripe_lite.customers.customers.model import Customer


class CashBalanceSettingsObject(StripeObject):
    """How funds that arrive for a customer are handled."""

    reconciliation_mode: Literal["automatic", "manual"] = Field(description="Whether they are applied by themselves.")
    using_merchant_default: bool = Field(description="Whether the mode is the merchant's rather than this customer's.")


class CashBalanceObject(StripeObject):
    """Funds held for a customer, from bank transfers."""

    object: Literal["cash_balance"] = "cash_balance"
    available: dict[str, int] | None = Field(description="Funds by currency in minor units; null where none came.")
    customer: str = Field(description="The customer.")
    customer_account: str | None = Field(description="Always null: accounts as customers are not served.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    settings: CashBalanceSettingsObject = Field(description="How funds that arrive are handled.")


def render(customer: Customer) -> CashBalanceObject:
    """A customer's cash balance as clients see it."""
    stored = (customer.details.get("cash_balance") or {}).get("settings") or {}
    mode = stored.get("reconciliation_mode")
    by_default = mode in (None, "merchant_default")
    return CashBalanceObject(
        available=None,
        customer=customer.id,
        customer_account=None,
        livemode=customer.livemode,
        settings=CashBalanceSettingsObject(
            reconciliation_mode="manual" if mode == "manual" else "automatic", using_merchant_default=by_default
        ),
    )
