"""The knobs of the simulated bank, and its books."""

import asyncio
import time

import asyncpg
import pytest

from stripe_lite.bank import rules
from stripe_lite.bank.journal import Journal
from stripe_lite.bank.port import BankUnreachable
from stripe_lite.bank.simulator import SimulatedBank

from .asking import Merchant, simulated

PAYMENTS = 200


async def test_payments_fail_at_random_at_the_given_rate(books: str) -> None:
    async with simulated(books, failure_rate=0.3, seed=7) as bank:
        merchant = Merchant(bank)
        answers = [await merchant.pay(ref=f"ch_{n}") for n in range(PAYMENTS)]
    declined = [answer for answer in answers if answer.result == "declined"]
    assert 0.2 * PAYMENTS < len(declined) < 0.4 * PAYMENTS
    assert {answer.decline_code for answer in declined} == {"generic_decline"}


async def test_the_same_seed_and_refs_give_the_same_answers(books: str) -> None:
    async def run(seed: int) -> list[str]:
        async with simulated(books, failure_rate=0.5, seed=seed) as bank:
            merchant = Merchant(bank)
            return [(await merchant.pay(ref=f"ch_{n}")).model_dump_json() for n in range(32)]

    assert await run(1) == await run(1)
    assert await run(1) != await run(2)


async def test_every_account_meets_the_same_series_of_failures(books: str) -> None:
    async def run(seed: int, name: str) -> list[str]:
        async with simulated(books, failure_rate=0.5, seed=seed) as bank:
            merchant = Merchant(bank)
            return [(await merchant.pay(ref=f"ch_{name}_{n}")).result for n in range(32)]

    assert await run(1, "today") == await run(1, "tomorrow")
    assert await run(1, "today") != await run(2, "today")


async def test_a_rate_of_one_fails_every_payment_but_no_verification(books: str) -> None:
    async with simulated(books, failure_rate=1.0, settlement_seconds=0.0) as bank:
        merchant = Merchant(bank)
        assert (await merchant.pay()).result == "declined"
        assert (await merchant.pay(amount=0)).result == "approved"
        debit = await merchant.debit("debit_success")
        assert debit.result == "pending"
        assert (await merchant.inquire(debit.ref)).code == "generic_could_not_process"


def test_luck_is_spread_evenly_and_bounded() -> None:
    draws = [rules.luck(0, f"ch_{n}") for n in range(2000)]
    assert 0.47 < sum(draw.failure for draw in draws) / len(draws) < 0.53
    assert all(0 <= draw.failure < 1 and 0 <= draw.jitter < 1 for draw in draws)


async def test_an_answer_takes_its_time_but_is_in_the_books_at_once(books: str) -> None:
    async with simulated(books, latency_seconds=0.3, jitter_seconds=0.1) as bank:
        merchant = Merchant(bank)
        asked = asyncio.create_task(merchant.pay(ref="ch_slow"))
        await asyncio.sleep(0.1)
        assert not asked.done()
        began = time.perf_counter()
        assert (await merchant.inquire("ch_slow")).result == "approved"
        assert time.perf_counter() - began < 0.15
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        assert (await merchant.pay(ref="ch_slow")).result == "approved"


async def test_the_books_show_every_operation_with_its_amount(books: str) -> None:
    async with simulated(books) as bank:
        merchant = Merchant(bank)
        held = await merchant.pay(capture=False)
        await merchant.increment(held, 500)
        await merchant.capture(held, 1200)
        await merchant.refund(held, 200)
        await merchant.refund(held, 5000)
    connection = await asyncpg.connect(books)
    rows = await connection.fetch(
        "SELECT kind, amount, currency, result FROM bank_ops WHERE account_id = $1 ORDER BY created_at",
        merchant.account_id,
    )
    account = await connection.fetchrow(
        "SELECT authorized, captured, refunded, closed FROM bank_ops WHERE account_id = $1 AND kind = 'authorize'",
        merchant.account_id,
    )
    await connection.close()
    assert [tuple(row) for row in rows] == [
        ("authorize", 1000, "usd", "approved"),
        ("increment", 500, "usd", "approved"),
        ("capture", 1200, "usd", "approved"),
        ("refund", 200, "usd", "approved"),
        ("refund", 5000, "usd", "declined"),
    ]
    assert account is not None and tuple(account) == (1500, 1200, 200, True)


async def test_a_database_that_does_not_answer_leaves_the_effect_unknown(books: str) -> None:
    async with Journal.open(books) as journal:
        bank = SimulatedBank(journal)
    with pytest.raises(BankUnreachable):
        await Merchant(bank).pay()
