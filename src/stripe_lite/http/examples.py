"""What to try in Swagger UI: parameters that work as they are, once `cus_…` and the like are ids of your own."""

from collections.abc import Mapping

from stripe_lite.core.objects import Tree

BANK_ACCOUNT: Tree = {
    "object": "bank_account",
    "country": "US",
    "currency": "usd",
    "account_holder_name": "Ann Example",
    "account_holder_type": "individual",
    "routing_number": "110000000",
    "account_number": "000123456789",
}
# The amounts that verify a test bank account.
MICRODEPOSITS: Tree = {"amounts": [32, 45]}
EVIDENCE: Tree = {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": True}
TAX_ID: Tree = {"type": "eu_vat", "value": "DE123456789"}

EXAMPLES: Mapping[str, Tree] = {
    "attach_payment_method": {"customer": "cus_…"},
    "create_account_bank_account": {"external_account": BANK_ACCOUNT},
    "create_bank_account": {"source": "btok_us_verified"},
    "create_card": {"source": "tok_visa"},
    "create_customer_balance_transaction": {"amount": -500, "currency": "usd", "description": "A credit"},
    "create_customer_session": {"customer": "cus_…", "components": {"payment_element": {"enabled": True}}},
    "create_customer_tax_id": TAX_ID,
    "create_ephemeral_key": {"customer": "cus_…"},
    "create_external_account": {"external_account": BANK_ACCOUNT},
    "create_funding_instructions": {
        "bank_transfer": {"type": "eu_bank_transfer", "eu_bank_transfer": {"country": "DE"}},
        "currency": "eur",
        "funding_type": "bank_transfer",
    },
    "create_payment_method_configuration": {
        "name": "Cards only",
        "card": {"display_preference": {"preference": "on"}},
        "link": {"display_preference": {"preference": "off"}},
    },
    "create_payment_method_domain": {"domain_name": "shop.example.com"},
    "create_payout": {"amount": 1000, "currency": "usd"},
    "create_source": {"source": "tok_visa"},
    "create_source_object": {"type": "card", "token": "tok_visa"},
    "create_tax_id": TAX_ID,
    "create_test_confirmation_token": {"payment_method": "pm_card_visa"},
    "create_topup": {"amount": 2000, "currency": "usd", "description": "For refunds"},
    "fund_cash_balance": {"amount": 2000, "currency": "eur"},
    "increment_payment_intent_authorization": {"amount": 3000},
    "retry_event": {"webhook_endpoint": "we_…"},
    "update_balance_settings": {"payments": {"payouts": {"schedule": {"interval": "daily"}}}},
    "update_cash_balance": {"settings": {"reconciliation_mode": "manual"}},
    "update_charge_dispute": EVIDENCE,
    "update_dispute": EVIDENCE,
    "update_external_account": {"default_for_currency": True},
    "verify_bank_account": MICRODEPOSITS,
    "verify_payment_intent_microdeposits": MICRODEPOSITS,
    "verify_setup_intent_microdeposits": MICRODEPOSITS,
    "verify_source": MICRODEPOSITS,
    "verify_source_object": {"values": ["32", "45"]},
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
