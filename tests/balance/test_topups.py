"""Top-ups through the official SDK: money from the account's bank, which pays, refuses or takes it back."""

from functools import partial
from typing import Any

import pytest

from stripe_lite.balance.topups.machine import TOPUP, TopupFact
from tests.balance.stories import available, bank_account, bank_says, books
from tests.shop import Shop, raises_stripe

TOPUP_OF: dict[str, Any] = {"amount": 2000, "currency": "usd"}


async def test_a_top_up_is_in_the_balance_once_the_bank_has_paid(shop: Shop, dsn: str) -> None:
    topup = await shop.v1.topups.create_async(
        TOPUP_OF
        | {"description": "Float", "metadata": {"a": "1"}, "statement_descriptor": "ACME", "transfer_group": "g"}
    )
    assert (topup.status, topup.amount, topup.balance_transaction) == ("pending", 2000, None)
    assert (topup.description, topup.statement_descriptor, topup.transfer_group) == ("Float", "ACME", "g")
    assert topup.expected_availability_date > topup.created
    done = await shop.until(
        lambda: shop.v1.topups.retrieve_async(topup.id, {"expand": ["balance_transaction"]}), status="succeeded"
    )
    moved = done.balance_transaction
    assert (moved.type, moved.net, moved.source, moved.status) == ("topup", 2000, topup.id, "available")
    assert await available(shop) == 2000
    assert await books(dsn, shop) == {"merchant": 2000, "bank": -2000}
    await bank_says(dsn, shop, "topup", topup=topup.id, reversed=True)
    await shop.until(lambda: shop.v1.topups.retrieve_async(topup.id), status="reversed")
    assert await available(shop) == 0
    assert await shop.event_types() == ["topup.created", "topup.succeeded", "topup.reversed"]


async def test_top_ups_fail_by_the_documented_tokens(shop: Shop) -> None:
    expected = {
        "btok_us_verified_noAccount": "no_account",
        "btok_us_verified_accountClosed": "account_closed",
        "btok_us_verified_insufficientFunds": "insufficient_funds",
        "btok_us_verified_debitNotAuthorized": "debit_not_authorized",
        "btok_us_verified_invalidCurrency": "invalid_currency",
    }
    made = {code: await shop.v1.topups.create_async(TOPUP_OF | {"source": token}) for token, code in expected.items()}
    good = await shop.v1.topups.create_async(TOPUP_OF | {"source": "btok_us_verified"})
    await bank_account(shop, "btok_us_verified_noAccount")
    by_default = await shop.v1.topups.create_async(TOPUP_OF)
    for code, topup in made.items():
        failed = await shop.until(partial(shop.v1.topups.retrieve_async, topup.id), status="failed")
        assert (failed.failure_code, bool(failed.failure_message)) == (code, True)
    await shop.until(lambda: shop.v1.topups.retrieve_async(good.id), status="succeeded")
    failed = await shop.until(lambda: shop.v1.topups.retrieve_async(by_default.id), status="failed")
    assert failed.failure_code == "no_account"
    assert await available(shop) == 2000
    assert (await shop.event_types()).count("topup.failed") == 6


async def test_a_pending_top_up_is_changed_and_canceled(merchant: Shop) -> None:
    shop = merchant
    one = await shop.v1.topups.create_async(TOPUP_OF)
    two = await shop.v1.topups.create_async(TOPUP_OF | {"amount": 500})
    changed = await shop.v1.topups.update_async(one.id, {"description": "More", "metadata": {"b": "2"}})
    assert (changed.description, changed.metadata.to_dict()) == ("More", {"b": "2"})
    assert (await shop.v1.topups.cancel_async(one.id)).status == "canceled"
    with raises_stripe(status=400):
        await shop.v1.topups.cancel_async(one.id)

    async def found(**params: Any) -> list[str]:
        return [topup.id for topup in (await shop.v1.topups.list_async(params)).data]

    assert await found() == [two.id, one.id]
    assert await found(status="canceled") == [one.id]
    assert await found(amount={"lt": 1000}) == [two.id]
    assert await found(amount=2000) == [one.id]
    assert await found(created={"lt": one.created}) == []
    assert await shop.event_types() == ["topup.created", "topup.created", "topup.canceled"]


@pytest.mark.parametrize(
    ("wrong", "code", "param"),
    [
        ({"amount": 0}, "parameter_invalid_integer", "amount"),
        ({"currency": "eur"}, None, "currency"),
        ({"source": "btok_unknown"}, "resource_missing", "source"),
        ({"source": "tok_visa_debit_us_transferSuccess"}, None, "source"),
        ({"source": "ba_unknown"}, "resource_missing", "source"),
        ({"statement_descriptor": "x" * 16}, None, "statement_descriptor"),
    ],
)
async def test_what_cannot_be_topped_up_is_refused(
    shop: Shop, wrong: dict[str, Any], code: str | None, param: str | None
) -> None:
    with raises_stripe(code=code, param=param, status=400):
        await shop.v1.topups.create_async(TOPUP_OF | wrong)


def test_the_machine_says_what_can_happen_to_a_top_up() -> None:
    told = {(str(source), str(fact)): str(target) for source, fact, target in TOPUP.transitions()}
    assert told == {
        ("pending", "succeeded"): "succeeded",
        ("pending", "failed"): "failed",
        ("pending", "canceled"): "canceled",
        ("succeeded", "reversed"): "reversed",
    }
    assert {fact for _, fact in told} == set(TopupFact)
