"""What the tests of payment intents have in common."""

from typing import Any

import pytest
import stripe

BY_CARD: dict[str, Any] = {
    "amount": 2000,
    "currency": "usd",
    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
}
PAID = BY_CARD | {"payment_method": "pm_card_visa", "confirm": True}
RESERVED = PAID | {"capture_method": "manual"}
DEBIT: dict[str, Any] = {
    "amount": 2000,
    "currency": "usd",
    "payment_method_types": ["us_bank_account"],
    "payment_method": "pm_usBankAccount_success",
    "mandate_data": {"customer_acceptance": {"type": "offline"}},
    "confirm": True,
}
BACK = "https://shop.example/back?order=7"
CHALLENGED = PAID | {"payment_method": "pm_card_threeDSecure2Required", "return_url": BACK}
# Whom every type of payment method can be made for.
PAYER: dict[str, Any] = {"name": "Ann Example", "email": "ann@example.com", "address": {"country": "US"}}
UNVERIFIED_ACCOUNT: dict[str, Any] = {
    "type": "us_bank_account",
    "us_bank_account": {
        "account_holder_type": "individual",
        "account_number": "000123456789",
        "routing_number": "110000000",
    },
    "billing_details": {"name": "Jenny Rosen", "email": "jenny@example.com"},
}


def by_number(number: str) -> dict[str, Any]:
    """A card that was typed in."""
    return {"type": "card", "card": {"number": number, "exp_month": 12, "exp_year": 2040, "cvc": "123"}}


def with_card(**settings: Any) -> dict[str, Any]:
    """Settings for payments by card."""
    return {"payment_method_options": {"card": settings}}


def told(caught: "pytest.ExceptionInfo[stripe.StripeError]") -> Any:
    """The error as the client sees it."""
    return caught.value.error
