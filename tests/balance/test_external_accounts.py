"""Where the account is paid out to, the account itself, and its balance settings, through the official SDK."""

from typing import Any

import pytest

from tests.balance.stories import available, bank_account, earn
from tests.shop import Shop, raises_stripe

BANK: dict[str, Any] = {
    "object": "bank_account",
    "country": "US",
    "currency": "usd",
    "routing_number": "110000000",
    "account_number": "000123456789",
    "account_holder_name": "Ada Lovelace",
    "account_holder_type": "individual",
}


async def test_a_bank_account_is_added_changed_and_replaced(shop: Shop) -> None:
    externals = shop.v1.accounts.external_accounts
    first = await bank_account(shop, metadata={"a": "1"})
    assert (first.object, first.account, first.currency, first.country) == (
        "bank_account",
        shop.account_id,
        "usd",
        "US",
    )
    assert (first.last4, first.status, first.default_for_currency) == ("6789", "verified", True)
    assert (first.available_payout_methods, first.metadata.to_dict()) == (["standard"], {"a": "1"})
    second = await bank_account(shop, BANK)
    assert (second.account_holder_name, second.status, second.default_for_currency) == ("Ada Lovelace", "new", False)
    renamed = await externals.update_async(
        shop.account_id, second.id, {"account_holder_name": "Grace Hopper", "default_for_currency": True}
    )
    assert (renamed.account_holder_name, renamed.default_for_currency) == ("Grace Hopper", True)
    assert (await externals.retrieve_async(shop.account_id, first.id)).default_for_currency is False
    with raises_stripe(
        message="You cannot delete the default external account for your default currency. Please make another "
        "external account the default using the `default_for_currency` param, and then delete this one."
    ):
        await externals.delete_async(shop.account_id, second.id)
    deleted = await externals.delete_async(shop.account_id, first.id)
    assert (deleted.id, deleted.deleted) == (first.id, True)
    with raises_stripe(code="resource_missing", status=404):
        await externals.retrieve_async(shop.account_id, first.id)
    assert await shop.event_types() == [
        "account.external_account.created",
        "account.external_account.created",
        "account.external_account.updated",
        "account.external_account.updated",
        "account.external_account.deleted",
    ]
    told = (await shop.v1.events.list_async({"type": "account.external_account.updated"})).data
    assert [event.data.previous_attributes.to_dict() for event in told] == [
        {"account_holder_name": "Ada Lovelace", "default_for_currency": False},
        {"default_for_currency": True},
    ]


async def test_debit_cards_are_listed_beside_bank_accounts(shop: Shop) -> None:
    externals = shop.v1.accounts.external_accounts
    account = await bank_account(shop)
    card = await bank_account(shop, "tok_visa_debit_us_transferSuccess")
    assert (card.object, card.funding, card.currency, card.brand) == ("card", "debit", "usd", "Visa")
    assert card.available_payout_methods == ["standard", "instant"]
    slow = await bank_account(shop, "tok_visa_debit_us_instantPayoutUnsupported", default_for_currency=True)
    assert (slow.available_payout_methods, slow.default_for_currency) == (["standard"], True)

    async def found(**params: Any) -> list[str]:
        return [external.id for external in (await externals.list_async(shop.account_id, params)).data]

    assert await found() == [slow.id, card.id, account.id]
    assert await found(object="card") == [slow.id, card.id]
    assert await found(object="bank_account", limit=1) == [account.id]
    changed = await externals.update_async(shop.account_id, card.id, {"exp_year": "2041", "name": "Ada"})
    assert (changed.exp_year, changed.name) == (2041, "Ada")
    with raises_stripe(code="parameter_unknown", param="account_holder_name"):
        await externals.update_async(shop.account_id, card.id, {"account_holder_name": "Ada"})


async def test_the_older_paths_lead_to_the_same(shop: Shop) -> None:
    made = (
        await shop.post(f"/v1/accounts/{shop.account_id}/bank_accounts", {"bank_account": "btok_us_verified"})
    ).json()
    path = f"/v1/accounts/{shop.account_id}/bank_accounts/{made['id']}"
    assert (await shop.get(path)).json() == made
    assert (await shop.post(path, {"metadata[a]": "1"})).json()["metadata"] == {"a": "1"}
    by_id = await shop.post(f"/v1/external_accounts/{made['id']}", {"metadata[b]": "2"})
    assert by_id.json()["metadata"] == {"a": "1", "b": "2"}
    await bank_account(shop, default_for_currency=True)
    http = shop.http
    answer = await http.delete(shop.base_url + path, headers={"Authorization": f"Bearer {shop.key}"})
    assert answer.json() == {"id": made["id"], "object": "bank_account", "currency": "usd", "deleted": True}


@pytest.mark.parametrize(
    ("wrong", "code", "param"),
    [
        ({"external_account": "btok_unknown"}, "resource_missing", "external_account"),
        ({"external_account": "tok_visa"}, "invalid_card_type", "external_account"),
        (
            {"external_account": BANK | {"routing_number": "12"}},
            "routing_number_invalid",
            "external_account[routing_number]",
        ),
        (
            {"external_account": BANK | {"account_number": "1"}},
            "account_number_invalid",
            "external_account[account_number]",
        ),
        (
            {"external_account": BANK | {"country": "DE", "account_number": "1"}},
            "account_number_invalid",
            "external_account[account_number]",
        ),
        ({"bank_account": BANK | {"country": "USA"}}, "country_code_invalid", "bank_account[country]"),
        ({"external_account": "btok_us_verified", "bank_account": "btok_us_verified"}, None, "bank_account"),
        ({}, "parameter_missing", "external_account"),
    ],
)
async def test_what_cannot_be_paid_out_to_is_refused(
    shop: Shop, wrong: dict[str, Any], code: str | None, param: str | None
) -> None:
    with raises_stripe(code=code, param=param, status=400):
        await shop.v1.accounts.external_accounts.create_async(shop.account_id, wrong)


async def test_a_cards_token_needs_a_currency(shop: Shop) -> None:
    card = {"number": "4000056655665556", "exp_month": "12", "exp_year": "2040"}
    token = await shop.v1.tokens.create_async({"card": card})
    with raises_stripe(
        message="You must provide a card that has the 'currency' field set when adding a card to a Stripe account."
    ):
        await bank_account(shop, token.id)
    token = await shop.v1.tokens.create_async({"card": card | {"currency": "usd"}})
    assert token.card.currency == "usd"
    assert (await bank_account(shop, token.id)).currency == "usd"
    with raises_stripe(code="token_already_used"):
        await bank_account(shop, token.id)


async def test_the_account_is_shown_to_its_keys_alone(shop: Shop) -> None:
    account = await shop.v1.accounts.retrieve_current_async()
    assert (account.id, account.type, account.default_currency) == (shop.account_id, "standard", "usd")
    assert (account.payouts_enabled, account.external_accounts.data) == (False, [])
    assert account.capabilities.card_payments == "active"
    assert account.settings.payouts.schedule.to_dict() == {"delay_days": 2, "interval": "daily"}
    external = await bank_account(shop)
    account = await shop.v1.accounts.retrieve_async(shop.account_id)
    assert account.payouts_enabled
    assert [row.id for row in account.external_accounts.data] == [external.id]
    with raises_stripe(code="account_invalid", status=403) as caught:
        await shop.v1.accounts.retrieve_async("acct_1032D82eZvKYlo2C")
    assert "does not have access to account 'acct_1032D82eZvKYlo2C'" in str(caught.value)
    with raises_stripe(code="account_invalid", status=403):
        await shop.v1.accounts.external_accounts.list_async("acct_1032D82eZvKYlo2C")


async def test_balance_settings_are_kept_and_shown_with_the_account(shop: Shop) -> None:
    settings = await shop.v1.balance_settings.retrieve_async()
    assert settings.payments.to_dict() == {
        "debit_negative_balances": True,
        "payouts": {
            "minimum_balance_by_currency": None,
            "schedule": {"interval": "daily"},
            "statement_descriptor": None,
            "status": "disabled",
        },
        "settlement_timing": {"delay_days": 2},
    }
    await bank_account(shop)
    payouts = {
        "schedule": {"interval": "weekly", "weekly_payout_days": ["monday", "thursday"]},
        "minimum_balance_by_currency": {"usd": 1500, "eur": 200},
        "statement_descriptor": "ACME",
    }
    settings = await shop.v1.balance_settings.update_async(
        {
            "payments": {
                "debit_negative_balances": False,
                "payouts": payouts,
                "settlement_timing": {"delay_days_override": 7},
            }
        }
    )
    assert settings.payments.to_dict() == {
        "debit_negative_balances": False,
        "payouts": payouts | {"status": "enabled"},
        "settlement_timing": {"delay_days": 7, "delay_days_override": 7},
    }
    account = await shop.v1.accounts.retrieve_current_async()
    assert account.settings.payouts.to_dict() == {
        "debit_negative_balances": False,
        "schedule": {"delay_days": 7, "interval": "weekly", "weekly_payout_days": ["monday", "thursday"]},
        "statement_descriptor": "ACME",
    }
    settings = await shop.v1.balance_settings.update_async(
        {
            "payments": {
                "payouts": {
                    "schedule": {"interval": "monthly", "monthly_payout_days": [1, 31]},
                    "minimum_balance_by_currency": {"eur": ""},
                },
                "settlement_timing": {"delay_days_override": ""},
            }
        }
    )
    assert settings.payments.payouts.schedule.to_dict() == {"interval": "monthly", "monthly_payout_days": [1, 31]}
    assert settings.payments.payouts.minimum_balance_by_currency.to_dict() == {"usd": 1500}
    assert settings.payments.settlement_timing.to_dict() == {"delay_days": 2}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"payouts": {"schedule": {"interval": "weekly"}}}, None),
        ({"payouts": {"schedule": {"weekly_payout_days": ["monday"]}}}, None),
        ({"payouts": {"schedule": {"interval": "monthly", "monthly_payout_days": [32]}}}, None),
        ({"payouts": {"minimum_balance_by_currency": {"xxx": 1}}}, None),
        ({"payouts": {"minimum_balance_by_currency": {"usd": -1}}}, None),
        ({"payouts": {"automatic_transfer_rules_by_currency": ""}}, "parameter_unsupported"),
        ({"settlement_timing": {"delay_days_override": 1}}, None),
        ({"settlement_timing": {"delay_days_override": 32}}, None),
        ({"settlement_timing": {"start_of_day": ""}}, "parameter_unsupported"),
    ],
)
async def test_balance_settings_that_cannot_be_are_refused(shop: Shop, wrong: dict[str, Any], code: str | None) -> None:
    with raises_stripe(code=code, status=400):
        await shop.v1.balance_settings.update_async({"payments": wrong})


async def test_a_bank_account_in_another_currency_makes_the_account_settle_in_it(shop: Shop) -> None:
    await bank_account(shop, BANK | {"country": "DE", "currency": "eur", "account_number": "DE89370400440532013000"})
    await earn(shop, 5000, currency="eur")
    assert await available(shop, "eur") >= 5000
    assert await available(shop, "usd") == 0


async def test_a_longer_delay_is_waited_for(shop: Shop) -> None:
    await shop.v1.balance_settings.update_async({"payments": {"settlement_timing": {"delay_days_override": 20}}})
    await earn(shop, 1000, payment_method="pm_card_visa")
    transaction = (await shop.v1.balance_transactions.list_async()).data[0]
    assert transaction.available_on - transaction.created > 25 * 86400
