"""What to try first in Swagger UI: parameters of the main operations that work as they are."""

from collections.abc import Mapping

from stripe_lite.core.objects import Tree

EXAMPLES: Mapping[str, Tree] = {
    "create_customer": {"name": "Ann Example", "email": "ann@example.com", "metadata": {"plan": "free"}},
    "create_payment_intent": {
        "amount": 2000,
        "currency": "usd",
        "payment_method": "pm_card_visa",
        "confirm": True,
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
    },
    "confirm_payment_intent": {"payment_method": "pm_card_visa", "return_url": "https://example.com/return"},
    "create_payment_method": {"type": "card", "card": {"token": "tok_visa"}},
    "create_setup_intent": {
        "payment_method": "pm_card_visa",
        "confirm": True,
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
    },
    "create_refund": {"payment_intent": "pi_…", "amount": 500},
    "create_charge": {"amount": 2000, "currency": "usd", "source": "tok_visa"},
    "create_token": {"card": {"number": "4242424242424242", "exp_month": "12", "exp_year": "2034", "cvc": "123"}},
    "create_product": {"name": "Gold plan"},
    "create_price": {"currency": "usd", "unit_amount": 1500, "product_data": {"name": "Gold plan"}},
    "create_coupon": {"percent_off": 25, "duration": "once"},
    "create_webhook_endpoint": {"url": "http://127.0.0.1:4242/webhook", "enabled_events": ["*"]},
    "create_checkout_session": {
        "mode": "payment",
        "success_url": "https://example.com/thanks",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {"currency": "usd", "unit_amount": 2000, "product_data": {"name": "T-shirt"}},
            }
        ],
    },
}
