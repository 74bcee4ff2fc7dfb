"""What the tests of setup intents and of mandates have in common."""

from typing import Any

from tests.payments.intents import BACK, UNVERIFIED_ACCOUNT
from tests.shop import Shop

BY_CARD: dict[str, Any] = {"payment_method_types": ["card"]}
SAVED = BY_CARD | {"payment_method": "pm_card_visa", "confirm": True}
CHALLENGED = BY_CARD | {"payment_method": "pm_card_threeDSecure2Required", "confirm": True, "return_url": BACK}
OFFLINE: dict[str, Any] = {"customer_acceptance": {"type": "offline"}}
UNVERIFIED: dict[str, Any] = {
    "payment_method_types": ["us_bank_account"],
    "payment_method_data": UNVERIFIED_ACCOUNT,
    "mandate_data": OFFLINE,
    "confirm": True,
}
ONLINE: dict[str, Any] = {
    "customer_acceptance": {
        "accepted_at": 1700000000,
        "online": {"ip_address": "203.0.113.7", "user_agent": "Lynx/2.8"},
        "type": "online",
    }
}
SEPA: dict[str, Any] = {
    "type": "sepa_debit",
    "sepa_debit": {"iban": "DE89370400440532013000"},
    "billing_details": {"name": "Jenny Rosen", "email": "jenny@example.com"},
}


async def finish(shop: Shop, intent: Any, outcome: str = "complete") -> tuple[dict[str, Any], Any]:
    """Do on our page what the payer has to do; gives the answer and the intent as it is then."""
    answer = await shop.http.post(intent.next_action.redirect_to_url.url, json={"outcome": outcome})
    assert answer.status_code == 200, answer.text
    found = await shop.v1.setup_intents.retrieve_async(intent.id, {"expand": ["latest_attempt"]})
    return answer.json(), found


async def set_up(shop: Shop, type: str, data: Any, **params: Any) -> Any:
    """A setup intent that succeeded for a customer of its own, with its mandate."""
    customer = await shop.v1.customers.create_async()
    given = {"payment_method": data} if isinstance(data, str) else {"payment_method_data": data}
    intent = await shop.v1.setup_intents.create_async(
        {
            "customer": customer.id,
            "payment_method_types": [type],
            "confirm": True,
            "mandate_data": ONLINE,
            "expand": ["mandate", "single_use_mandate"],
        }
        | given
        | params
    )
    assert intent.status == "succeeded", intent
    return intent


def payment(intent: Any, type: str, currency: str, **params: Any) -> dict[str, Any]:
    """A payment, later, by what was set up."""
    return {
        "amount": 2000,
        "currency": currency,
        "customer": intent.customer,
        "payment_method": intent.payment_method,
        "payment_method_types": [type],
        "confirm": True,
        "off_session": True,
        "expand": ["latest_charge"],
    } | params
