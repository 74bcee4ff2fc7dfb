"""What restricted keys may do: None, Read or Write for each resource, by Stripe's names."""

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

Access: TypeAlias = Literal["none", "read", "write"]

# Every resource that is not named: a key that may read everything is {"*": "read"}.
EVERYTHING = "*"

# Where a permission is not called what the resource is called: by Stripe, or because the resource is a part of another.
NAMES = {
    "accounts": "connected_account",
    "balance_transactions": "balance_transaction_source",
    "bank_accounts": "source",
    "billing_portal": "customer_portal",
    "cards": "source",
    "cash_balance": "customer",
    "cash_balances": "customer",
    "customer_balance_transactions": "customer",
    "customer_cash_balance_transactions": "customer",
    "early_fraud_warnings": "radar_early_fraud_warning",
    "invoice_credit_balance": "customer",
    "prices": "plan",
    "rules": "charge",
    "setup_attempts": "setup_intent",
    "subscription_schedules": "subscription",
    "subscriptions": "customer",  # There are none yet: all that is shown is a customer's empty list.
    "tax": "customer",
    "tax_ids": "customer",
    "test_clocks": "billing_clock",
    "webhook_endpoints": "webhook",
}

_name_pattern = re.compile(r"[a-z][a-z0-9_]*")


def name_of(tag: str) -> str:
    """The permission for what a router's tag or an object's plural names: `Payment intents` is `payment_intent`."""
    noun = re.sub(r"[^a-z0-9]+", "_", tag.lower()).strip("_")
    return NAMES.get(noun) or noun.removesuffix("s")


def allows(permissions: Mapping[str, str], name: str, *, writing: bool) -> bool:
    """Whether a restricted key may do this to a resource: who may write may read as well."""
    access = permissions.get(name) or permissions.get(EVERYTHING)
    return access == "write" or (access == "read" and not writing)


def checked(permissions: Mapping[str, str]) -> dict[str, str]:
    """Permissions to be stored. Raises ValueError for what is no name or no access."""
    for name, access in permissions.items():
        if name != EVERYTHING and _name_pattern.fullmatch(name) is None:
            raise ValueError(f"{name!r} is not the name of a resource")
        if access not in ("none", "read", "write"):
            raise ValueError(f"{access!r} is not an access: it is none, read or write")
    return dict(permissions)
