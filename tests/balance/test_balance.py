"""Payments and refunds in the balance: what they add to it, what they cost, and when the money may be used."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from types import ModuleType
from typing import Any

import asyncpg
import pytest
from alembic.script import ScriptDirectory

from stripe_lite.balance import balances
from stripe_lite.balance.balance_transactions.model import BalanceTransaction
from stripe_lite.balance.balance_transactions.schema import render
from stripe_lite.db.migrate import config
from stripe_lite.db.session import Database
from stripe_lite.workers.upkeep import UpkeepWorker
from tests.shop import Shop, raises_stripe

PAYMENT = {
    "amount": 10_000,
    "currency": "usd",
    "payment_method": "pm_card_visa",
    "payment_method_types": ["card"],
    "capture_method": "automatic",
    "confirm": True,
    "description": "Two chairs",
    "expand": ["latest_charge.balance_transaction"],
}


async def test_a_payment_is_pending_less_its_fee(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(PAYMENT)
    booked = intent.latest_charge.balance_transaction
    assert (booked.type, booked.reporting_category, booked.status) == ("charge", "charge", "pending")
    assert (booked.amount, booked.fee, booked.net, booked.currency) == (10_000, 320, 9_680, "usd")
    assert (booked.source, booked.description) == (intent.latest_charge.id, "Two chairs")
    assert [(fee.amount, fee.type, fee.description) for fee in booked.fee_details] == [
        (320, "stripe_fee", "Stripe processing fees")
    ]
    available_on = datetime.fromtimestamp(booked.available_on, UTC)
    assert available_on.weekday() < 5 and available_on.hour == 0
    assert 86_400 < booked.available_on - booked.created <= 4 * 86_400
    balance = await shop.v1.balance.retrieve_async()
    assert [(part.amount, part.currency, part.source_types.card) for part in balance.pending] == [(9_680, "usd", 9_680)]
    assert [part.amount for part in balance.available] == [0]


async def test_a_card_that_bypasses_the_pending_balance_is_available_at_once(shop: Shop) -> None:
    await shop.v1.payment_intents.create_async(PAYMENT | {"payment_method": "pm_card_bypassPending"})
    balance = await shop.v1.balance.retrieve_async()
    assert ([part.amount for part in balance.available], [part.amount for part in balance.pending]) == ([9_680], [0])


@pytest.mark.parametrize(("seconds", "status"), [(0, "available"), (1, "pending")])
def test_what_is_available_at_once_is_so_for_whoever_sees_it(seconds: int, status: str) -> None:
    asked_at = datetime(2031, 3, 3, tzinfo=UTC)
    written_at = asked_at + timedelta(milliseconds=5)  # The request began before, and read after it.
    transaction = BalanceTransaction(
        account_id="acct_1",
        id="txn_1",
        livemode=False,
        created_at=written_at,
        available_at=written_at + timedelta(seconds=seconds),
        type="topup",
        amount=1,
        fee=0,
        net=1,
        currency="usd",
        fee_details=[],
        source_type="card",
    )
    assert render(transaction, asked_at).status == status


async def test_what_was_added_up_counts_as_before(shop: Shop, dsn: str) -> None:
    await shop.v1.payment_intents.create_async(PAYMENT | {"payment_method": "pm_card_bypassPending"})
    await shop.v1.payment_intents.create_async(PAYMENT)
    before = await shop.v1.balance.retrieve_async()
    database = Database(dsn, pool_size=2)
    while await UpkeepWorker(database, idempotency_ttl_seconds=86_400).tick():
        pass
    await database.close()
    connection = await asyncpg.connect(dsn)
    open_entries = "SELECT count(*) FROM ledger_open_entries WHERE account_id = $1"
    assert await connection.fetchval(open_entries, shop.account_id) == 1
    await connection.close()
    assert await shop.v1.balance.retrieve_async() == before


async def test_a_refund_takes_the_amount_and_gives_no_fee_back(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(PAYMENT)
    refund = await shop.v1.refunds.create_async(
        {"payment_intent": intent.id, "amount": 4_000, "expand": ["balance_transaction"]}
    )
    booked = refund.balance_transaction
    assert (booked.type, booked.amount, booked.fee, booked.net) == ("refund", -4_000, 0, -4_000)
    assert booked.source == refund.id
    balance = await shop.v1.balance.retrieve_async()
    assert balance.pending[0].amount + balance.available[0].amount == 9_680 - 4_000
    events = await shop.v1.events.list_async({"type": "refund.created"})
    assert events.data[0].data.object.balance_transaction == booked.id


async def test_a_refund_that_fails_later_gives_the_amount_back(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(PAYMENT | {"payment_method": "pm_card_refundFail"})
    refund = await shop.v1.refunds.create_async({"payment_intent": intent.id})

    failed = await shop.until(lambda: shop.v1.refunds.retrieve_async(refund.id), status="failed")

    returned = await shop.v1.balance_transactions.retrieve_async(failed.failure_balance_transaction)
    assert (returned.type, returned.amount, returned.source) == ("refund_failure", 10_000, refund.id)
    balance = await shop.v1.balance.retrieve_async()
    assert balance.pending[0].amount + balance.available[0].amount == 9_680


async def test_a_foreign_currency_is_converted_by_the_table(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(PAYMENT | {"currency": "eur", "amount": 1_000})
    booked = intent.latest_charge.balance_transaction
    assert (booked.amount, booked.currency, booked.exchange_rate) == (1_150, "usd", 1.15)
    assert booked.fee == 63  # 2.9 % of 1150 are 33.35, and 30.
    yen = await shop.v1.payment_intents.create_async(PAYMENT | {"currency": "jpy", "amount": 1_000})
    booked = yen.latest_charge.balance_transaction
    assert (booked.amount, booked.exchange_rate) == (650, 0.65)


@pytest.mark.parametrize("amounts", [[101] * 10, [1] * 9])
async def test_refunds_of_a_converted_charge_come_to_what_it_brought(shop: Shop, amounts: list[int]) -> None:
    intent = await shop.v1.payment_intents.create_async(PAYMENT | {"currency": "eur", "amount": sum(amounts) + 100})
    brought = intent.latest_charge.balance_transaction.amount
    total = 0
    for amount in [*amounts, None]:
        params = {"charge": intent.latest_charge.id, "expand": ["balance_transaction"]}
        refund = await shop.v1.refunds.create_async(params if amount is None else params | {"amount": amount})
        assert refund.balance_transaction.currency == "usd"
        total += refund.balance_transaction.amount
    assert total == -brought


async def test_racing_refunds_of_a_converted_charge_come_to_what_it_brought(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(PAYMENT | {"currency": "eur", "amount": 1_010})
    refund = {"charge": intent.latest_charge.id, "amount": 101, "expand": ["balance_transaction"]}
    made = await asyncio.gather(*(shop.v1.refunds.create_async(refund) for _ in range(10)))
    assert sum(refund.balance_transaction.amount for refund in made) == -1_162  # One by one it were 1160.


async def test_a_failed_refund_of_a_converted_charge_is_put_back_as_it_was(shop: Shop) -> None:
    failing = {"currency": "eur", "amount": 1_010, "payment_method": "pm_card_refundFail"}
    intent = await shop.v1.payment_intents.create_async(PAYMENT | failing)
    refund = {"charge": intent.latest_charge.id, "amount": 101}
    made = [await shop.v1.refunds.create_async(refund) for _ in range(3)]
    for refund in made:
        await shop.until(partial(shop.v1.refunds.retrieve_async, refund.id), status="failed")
    booked = (await shop.v1.balance_transactions.list_async()).data
    assert sum(row.amount for row in booked) == intent.latest_charge.balance_transaction.amount
    whole = await shop.v1.refunds.create_async({"charge": intent.latest_charge.id, "expand": ["balance_transaction"]})
    assert whole.balance_transaction.amount == -1_162


def migration(revision: str) -> ModuleType:
    script = ScriptDirectory.from_config(config()).get_revision(revision)
    assert script is not None
    return script.module


async def test_charges_of_an_earlier_version_learn_what_their_refunds_did(shop: Shop, dsn: str) -> None:
    intent = await shop.v1.payment_intents.create_async(PAYMENT | {"currency": "eur", "amount": 1_010})
    part = {"charge": intent.latest_charge.id, "amount": 101, "expand": ["balance_transaction"]}
    taken = [(await shop.v1.refunds.create_async(part)).balance_transaction.amount for _ in range(9)]
    held = await shop.v1.charges.create_async(
        {"amount": 500, "currency": "usd", "source": "tok_visa", "capture": False}
    )
    await shop.v1.refunds.create_async({"charge": held.id})
    connection = await asyncpg.connect(dsn)
    forget = (
        "UPDATE charges SET details = details - '{released_by_refund,refunds_booked}'::text[] WHERE account_id = $1"
    )
    await connection.execute(forget, shop.account_id)
    assert not (await shop.v1.charges.retrieve_async(held.id)).refunded
    await connection.execute(migration("0018").RELEASED)
    await connection.execute(migration("0018").BOOKED)
    await connection.close()
    released = await shop.v1.charges.retrieve_async(held.id)
    assert (released.refunded, released.amount_refunded) == (True, 500)
    last = await shop.v1.refunds.create_async(part)
    assert sum(taken) + last.balance_transaction.amount == -1_162


async def test_refunds_of_a_charge_converted_in_parts_come_to_what_these_brought(shop: Shop) -> None:
    in_parts = {"currency": "eur", "amount": 1_010, "capture_method": "manual"}
    options = {"payment_method_options": {"card": {"request_multicapture": "if_available"}}}
    intent = await shop.v1.payment_intents.create_async(PAYMENT | in_parts | options)
    for _ in range(10):
        part = {"amount_to_capture": 101, "final_capture": False}
        intent = await shop.v1.payment_intents.capture_async(intent.id, part)
    assert intent.status == "succeeded"
    booked = await shop.v1.balance_transactions.list_async({"source": intent.latest_charge})
    assert sum(part.amount for part in booked.data) == 1_160  # Converted as a whole it were 1162.
    half = {"payment_intent": intent.id, "amount": 505, "expand": ["balance_transaction"]}
    refunds = [await shop.v1.refunds.create_async(half) for _ in range(2)]
    assert [refund.balance_transaction.amount for refund in refunds] == [-581, -579]


async def test_captures_in_parts_are_booked_one_by_one(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(
        PAYMENT
        | {
            "capture_method": "manual",
            "payment_method_options": {"card": {"request_multicapture": "if_available"}},
        }
    )
    assert intent.latest_charge.balance_transaction is None
    assert (await shop.v1.balance_transactions.list_async()).data == []
    for part in (3_000, 2_000):
        await shop.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": part, "final_capture": False})
    booked = await shop.v1.balance_transactions.list_async({"source": intent.latest_charge.id})
    assert [each.amount for each in booked.data] == [2_000, 3_000]
    charge = await shop.v1.charges.retrieve_async(intent.latest_charge.id)
    assert charge.balance_transaction == booked.data[1].id


async def test_an_asynchronous_capture_names_its_transaction_later(shop: Shop, dsn: str) -> None:
    intent = await shop.v1.payment_intents.create_async(PAYMENT | {"capture_method": "automatic_async"})
    assert (intent.latest_charge.captured, intent.latest_charge.balance_transaction) == (True, None)
    await _bring_forward(dsn, shop.account_id)

    async def charge() -> object:
        return await shop.v1.charges.retrieve_async(intent.latest_charge.id)

    booked = (await shop.v1.balance_transactions.list_async({"source": intent.latest_charge.id})).data[0]
    await shop.until(charge, balance_transaction=booked.id)
    event = (await shop.v1.events.list_async({"type": "charge.updated"})).data[0]
    assert event.data.previous_attributes.to_dict() == {"balance_transaction": None}
    assert event.data.object["balance_transaction"] == booked.id
    assert event["request"]["id"] is None


async def test_balance_transactions_are_listed_by_what_they_are(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(PAYMENT)
    refund = await shop.v1.refunds.create_async({"payment_intent": intent.id, "amount": 100})
    transactions = shop.v1.balance_transactions

    async def sources(**params: object) -> list[str]:
        return [each.source for each in (await transactions.list_async(params)).data]

    charge_id = intent.latest_charge.id
    assert await sources() == [refund.id, charge_id]
    assert await sources(type="charge") == [charge_id]
    assert await sources(source=refund.id) == [refund.id]
    assert await sources(currency="eur") == []
    assert await sources(created={"lt": intent.created}) == []
    expanded = await transactions.list_async({"type": "charge", "expand": ["data.source"]})
    assert expanded.data[0].source.object == "charge"
    with raises_stripe(status=404, code="resource_missing", param="id"):
        await transactions.retrieve_async("txn_unknown")
    history = await shop.get("/v1/balance/history")
    assert [each["source"] for each in history.json()["data"]] == [refund.id, charge_id]
    one = await shop.get(f"/v1/balance/history/{expanded.data[0].id}")
    assert one.json()["id"] == expanded.data[0].id


async def test_money_that_came_in_is_told_but_none_that_left(shop: Shop, dsn: str) -> None:
    async def told() -> Any:
        events = await shop.v1.events.list_async({"type": "balance.available"})
        return type("Told", (), {"number": len(events.data), "events": events.data})

    now = {"payment_method": "pm_card_bypassPending", "payment_method_types": ["card"]}
    intent = await shop.v1.payment_intents.create_async(PAYMENT | now)
    await shop.v1.payment_intents.create_async(PAYMENT)  # Pending for two days.
    await _add_up(dsn)
    [event] = (await shop.until(told, number=1)).events
    balance = await shop.v1.balance.retrieve_async()
    assert event.data.object.to_dict() == balance.to_dict()
    assert event.data.object.available[0].amount > 0
    await shop.v1.refunds.create_async({"payment_intent": intent.id})
    await _add_up(dsn)
    connection = await asyncpg.connect(dsn)
    waiting = "SELECT count(*) FROM jobs WHERE account_id = $1 AND kind = 'balance_available'"
    assert await connection.fetchval(waiting, shop.account_id) == 0
    await connection.close()
    assert (await told()).number == 1


async def test_what_is_given_back_leaves_the_balance_that_it_came_into(shop: Shop) -> None:
    accounts, account = shop.v1.accounts.external_accounts, shop.account_id

    async def pay(card: str = "pm_card_visa") -> Any:
        return await shop.v1.payment_intents.create_async(PAYMENT | {"currency": "eur", "payment_method": card})

    async def booked(intent: Any) -> list[tuple[str, str, int]]:
        """What was moved for a payment and its refunds."""
        refunds = await shop.v1.refunds.list_async({"payment_intent": intent.id})
        ids = {intent.latest_charge.id, *(each.id for each in refunds.data)}
        moved = (await shop.v1.balance_transactions.list_async({"limit": 100})).data
        return [(each.type, each.currency, each.amount) for each in reversed(moved) if each.source in ids]

    converted, returned = await pay(), await pay("pm_card_refundFail")
    refund = await shop.v1.refunds.create_async({"payment_intent": returned.id})
    euros = {"object": "bank_account", "country": "DE", "currency": "eur", "account_number": "DE89370400440532013000"}
    bank = await accounts.create_async(account, {"external_account": euros})
    await shop.v1.refunds.create_async({"payment_intent": converted.id})
    await shop.until(lambda: shop.v1.refunds.retrieve_async(refund.id), status="failed")
    assert await booked(converted) == [("charge", "usd", 11_500), ("refund", "usd", -11_500)]
    failed = [("charge", "usd", 11_500), ("refund", "usd", -11_500), ("refund_failure", "usd", 11_500)]
    assert await booked(returned) == failed

    kept, disputed = await pay(), await pay("pm_card_createDispute")
    await shop.until(lambda: shop.v1.charges.retrieve_async(disputed.latest_charge.id), disputed=True)
    [dispute] = (await shop.v1.disputes.list_async({"payment_intent": disputed.id})).data
    await accounts.delete_async(account, bank.id)
    await shop.v1.refunds.create_async({"payment_intent": kept.id})
    assert await booked(kept) == [("charge", "eur", 10_000), ("refund", "eur", -10_000)]
    won = {"evidence": {"uncategorized_text": "winning_evidence"}}
    await shop.v1.disputes.update_async(dispute.id, won)
    done = await shop.until(lambda: shop.v1.disputes.retrieve_async(dispute.id), status="won")
    withdrawn, reinstated = done.balance_transactions
    assert (withdrawn.currency, withdrawn.amount, withdrawn.fee) == ("eur", -10_000, 1304)
    assert (reinstated.currency, reinstated.amount, reinstated.fee) == ("eur", 10_000, -1304)


async def _add_up(dsn: str) -> None:
    """Do what the upkeep does each minute, until nothing of it is left."""
    database = Database(dsn, pool_size=1)
    while await balances.roll_up(database, datetime.now(UTC), batch=1000, accounts=100):
        pass
    await database.close()


async def _bring_forward(dsn: str, account_id: str) -> None:
    """Let the account's jobs be due now."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("UPDATE jobs SET run_at = now() WHERE account_id = $1", account_id)
    await connection.close()


async def test_what_stands_behind_transactions_of_several_kinds_is_expanded_where_it_is(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"source": "tok_visa"})
    charge = await shop.v1.charges.create_async({"amount": 2_000, "currency": "usd", "customer": customer.id})
    await shop.v1.refunds.create_async({"charge": charge.id, "amount": 500})
    paths = ["data.source.charge.customer", "data.source.customer", "data.source.refunds"]
    refunded, charged = (await shop.v1.balance_transactions.list_async({"expand": paths})).data
    assert refunded.source.charge.customer.id == charged.source.customer.id == customer.id
    assert len(charged.source.refunds.data) == 1
    with raises_stripe(param="expand", message="This property cannot be expanded (data.source.color)."):
        await shop.v1.balance_transactions.list_async({"expand": ["data.source.color"]})


async def test_nothing_of_a_negative_balance_can_be_paid_out_instantly(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(PAYMENT)
    await shop.v1.refunds.create_async({"payment_intent": intent.id})
    balance = await shop.v1.balance.retrieve_async()
    seen = [(part.amount, part.source_types.card) for part in (balance.available[0], balance.instant_available[0])]
    assert seen == [(-10_000, -10_000), (0, 0)]
