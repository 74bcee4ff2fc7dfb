"""Automatic payouts: what is available goes out by the schedule, and every balance transaction with one payout."""

from datetime import date
from typing import Any

import pytest

from stripe_lite.balance.balance_settings.model import BalanceSettings
from stripe_lite.balance.payouts.automatic import due as falls_due
from tests.balance.stories import available, bank_account, books, day_begins, earn, execute
from tests.shop import Shop, raises_stripe

MONDAY, TUESDAY, SATURDAY = "2031-03-03", "2031-03-04", "2031-03-08"
PLANNED = "SELECT payload->>'day' AS day FROM jobs WHERE account_id = $1 AND kind = 'automatic_payouts'"


async def planned(dsn: str, shop: Shop) -> list[str]:
    return [row["day"] for row in await execute(dsn, PLANNED, shop.account_id)]


async def after_day(shop: Shop, dsn: str, day: str, count: int) -> list[Any]:
    """The payouts there are once the day has begun, newest first."""
    await day_begins(dsn, shop, day)

    class Begun:
        done = False

    async def look() -> Begun:
        begun = Begun()
        begun.done = await planned(dsn, shop) != [day]
        return begun

    await shop.until(look, done=True)
    found: list[Any] = (await shop.v1.payouts.list_async({"limit": 100})).data
    assert len(found) == count, found
    return found


async def transactions(shop: Shop, payout: str) -> list[Any]:
    listed = await shop.v1.balance_transactions.list_async({"payout": payout, "limit": 100})
    found: list[Any] = listed.data
    return found


async def events_of(shop: Shop, payout: str) -> list[tuple[str, str, str]]:
    """What was told of one payout, oldest first: the type, and how it stood then."""
    events = (await shop.v1.events.list_async({"limit": 100})).data
    told = [(event.type, event.data.object) for event in reversed(events)]
    return [(type, it["status"], it["reconciliation_status"]) for type, it in told if it["id"] == payout]


async def test_what_is_available_goes_out_every_business_day(merchant: Shop, dsn: str) -> None:
    shop = merchant
    assert await planned(dsn, shop) == []  # A new account has nothing to be paid out to.
    external = await bank_account(shop)
    assert len(await planned(dsn, shop)) == 1
    await earn(shop, 3000)
    await earn(shop, 9000, payment_method="pm_card_visa")  # Not available yet.
    manual = await shop.v1.payouts.create_async({"amount": 500, "currency": "usd"})
    there = await available(shop)
    await after_day(shop, dsn, SATURDAY, 1)
    payout = (await after_day(shop, dsn, MONDAY, 2))[0]
    assert (payout.automatic, payout.amount, payout.destination) == (True, there, external.id)
    assert payout.description == "STRIPE PAYOUT"
    assert await available(shop) == 0
    held = await transactions(shop, payout.id)
    assert [(row.type, row.net) for row in held] == [("payout", -there), ("payout", -500), ("charge", there + 500)]
    assert sum(row.net for row in held) == 0
    with raises_stripe(
        message="Balance transaction history can only be filtered on automatic transfers, not manual.", status=400
    ):
        await transactions(shop, manual.id)
    with raises_stripe(code="resource_missing", param="payout"):
        await transactions(shop, "po_unknown")
    with raises_stripe(message="Automatic payouts cannot be canceled."):
        await shop.v1.payouts.cancel_async(payout.id)
    await shop.v1.payouts.cancel_async(manual.id)
    # The bank is as quick with it as the server that made it: only what it comes to can be waited for.
    await shop.until(lambda: shop.v1.payouts.retrieve_async(payout.id), status="paid")
    assert await events_of(shop, payout.id) == [
        ("payout.created", "pending", "in_progress"),
        ("payout.updated", "pending", "completed"),
        ("payout.reconciliation_completed", "pending", "completed"),
        ("payout.updated", "in_transit", "completed"),
        ("payout.paid", "paid", "completed"),
    ]
    # What came back of the manual payout goes out with the next one, and nothing goes out twice.
    again = (await after_day(shop, dsn, TUESDAY, 3))[0]
    assert [(row.type, row.net) for row in await transactions(shop, again.id)] == [
        ("payout", -500),
        ("payout_cancel", 500),
    ]
    await after_day(shop, dsn, TUESDAY, 3)


async def test_a_minimum_stays_in_the_balance(merchant: Shop, dsn: str) -> None:
    shop = merchant
    await bank_account(shop)
    payouts = {"minimum_balance_by_currency": {"usd": 1000}, "statement_descriptor": "ACME"}
    await shop.v1.balance_settings.update_async({"payments": {"payouts": payouts}})
    await earn(shop, 900)
    await after_day(shop, dsn, MONDAY, 0)
    await earn(shop, 600)
    there = await available(shop)
    payout = (await after_day(shop, dsn, MONDAY, 1))[0]
    assert (payout.amount, payout.statement_descriptor) == (there - 1000, "ACME")
    assert await available(shop) == 1000
    held = await transactions(shop, payout.id)
    assert sum(row.net for row in held) == 0
    assert ("payout_minimum_balance_hold", -1000) in [(row.type, row.net) for row in held]
    released = await shop.v1.balance_transactions.list_async({"type": "payout_minimum_balance_release"})
    assert [row.net for row in released.data] == [1000]
    assert (await books(dsn, shop))["payouts"] == payout.amount


async def test_a_failed_account_gets_no_more_automatic_payouts(merchant: Shop, dsn: str) -> None:
    shop = merchant
    external = await bank_account(shop, "btok_us_verified_accountClosed")
    await earn(shop, 1000)
    there = await available(shop)
    payout = (await after_day(shop, dsn, MONDAY, 1))[0]
    await shop.until(lambda: shop.v1.payouts.retrieve_async(payout.id), status="failed")
    assert await available(shop) == there
    await after_day(shop, dsn, TUESDAY, 1)
    assert (await shop.v1.balance_settings.retrieve_async()).payments.payouts.status == "disabled"
    await shop.v1.accounts.external_accounts.update_async(
        shop.account_id, external.id, {"account_holder_name": "Ada Lovelace"}
    )
    retried = (await after_day(shop, dsn, TUESDAY, 2))[0]
    assert [(row.type, row.net) for row in await transactions(shop, retried.id)] == [
        ("payout", -there),
        ("payout_failure", there),
    ]


async def test_each_source_type_goes_out_by_itself(merchant: Shop, dsn: str) -> None:
    shop = merchant
    await bank_account(shop)
    await earn(shop, 1000)
    await execute(
        dsn,
        """
        WITH moved AS (
            INSERT INTO balance_transactions
            SELECT (jsonb_populate_record(charge, '{
                "id": "txn_debit", "source_type": "bank_account", "type": "adjustment", "source_id": null
            }')).*
            FROM balance_transactions charge WHERE account_id = $1
        ),
        entered AS (
            INSERT INTO ledger_entries
            SELECT (jsonb_populate_record(e, jsonb_build_object(
                'id', replace(e.id, charge.id, 'txn_debit'), 'posting_id', 'txn_debit'
            ))).*
            FROM ledger_entries e JOIN balance_transactions charge USING (account_id)
            WHERE account_id = $1 AND e.posting_id = charge.id
            RETURNING account_id, id, livemode, currency, book, amount
        )
        INSERT INTO ledger_open_entries (account_id, id, livemode, currency, source_type, amount, available_at)
        SELECT account_id, e.id, e.livemode, e.currency, 'bank_account', e.amount, charge.available_at
        FROM entered e JOIN balance_transactions charge USING (account_id) WHERE book = 'merchant'
        """,
        shop.account_id,
    )
    made = await after_day(shop, dsn, MONDAY, 2)
    assert sorted(payout.source_type for payout in made) == ["bank_account", "card"]
    balance = (await shop.v1.balance.retrieve_async()).available[0]
    assert (balance.amount, balance.source_types.to_dict()) == (0, {"card": 0, "bank_account": 0})


async def test_a_negative_balance_is_taken_from_the_bank_account(merchant: Shop, dsn: str) -> None:
    shop = merchant
    await bank_account(shop)
    intent = await shop.v1.payment_intents.create_async(
        {
            "amount": 2000,
            "currency": "usd",
            "payment_method": "pm_card_bypassPending",
            "payment_method_types": ["card"],
            "confirm": True,
        }
    )
    await shop.v1.payouts.create_async({"amount": await available(shop), "currency": "usd"})
    await shop.v1.refunds.create_async({"payment_intent": intent.id})
    assert await available(shop) == -2000
    await shop.v1.balance_settings.update_async({"payments": {"debit_negative_balances": False}})
    await after_day(shop, dsn, MONDAY, 1)
    await shop.v1.balance_settings.update_async({"payments": {"debit_negative_balances": True}})
    debit = (await after_day(shop, dsn, MONDAY, 2))[0]
    assert (debit.amount, debit.automatic) == (-2000, True)
    assert await available(shop) == 0
    assert sum(row.net for row in await transactions(shop, debit.id)) == 0


async def test_by_hand_nothing_goes_out_by_itself(merchant: Shop, dsn: str) -> None:
    shop = merchant
    await bank_account(shop)
    await shop.v1.balance_settings.update_async({"payments": {"payouts": {"schedule": {"interval": "manual"}}}})
    await earn(shop, 1000)
    await after_day(shop, dsn, MONDAY, 0)


@pytest.mark.parametrize(
    ("interval", "days", "falls", "falls_not"),
    [
        ("daily", {}, ["2031-03-03", "2031-03-07"], ["2031-03-08", "2031-03-09"]),
        ("weekly", {"weekly_payout_days": ["tuesday"]}, ["2031-03-04"], ["2031-03-03", "2031-03-08"]),
        ("monthly", {"monthly_payout_days": [1, 31]}, ["2031-03-01", "2031-04-30"], ["2031-03-30", "2031-03-02"]),
        ("manual", {}, [], ["2031-03-03"]),
    ],
)
def test_the_schedule_says_on_which_days_money_goes_out(
    interval: str, days: dict[str, Any], falls: list[str], falls_not: list[str]
) -> None:
    settings = BalanceSettings(account_id="acct_1", id="test", livemode=False, interval=interval, details=days)
    assert all(falls_due(settings, date.fromisoformat(day)) for day in falls)
    assert not any(falls_due(settings, date.fromisoformat(day)) for day in falls_not)
