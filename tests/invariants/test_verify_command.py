"""`stripe-lite verify` as an operator runs it."""

import asyncio
import os
import sys

import asyncpg

from tests.conftest import settings_for_tests
from tests.invariants.conftest import copy_of_sample


async def _verify(dsn: str, *arguments: str) -> tuple[int | None, str]:
    ours = {f"STRIPE_LITE_{name.upper()}" for name in type(settings_for_tests()).model_fields}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    program = (sys.executable, "-m", "stripe_lite", "verify", *arguments)
    process = await asyncio.create_subprocess_exec(
        *program,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=kept | {"DATABASE_URL": dsn, "COLUMNS": "160"},
    )
    printed, _ = await process.communicate()
    return process.returncode, printed.decode()


async def test_it_tells_what_holds_and_what_does_not_apply(sample: str) -> None:
    status, printed = await _verify(sample, "--quiet-state")
    assert status == 0, printed
    assert "left out" not in printed
    assert "not applicable" not in printed
    status, printed = await _verify(sample)
    assert status == 0
    assert "left out: asked for with --quiet-state" in printed


async def test_it_shows_the_rows_that_break_an_invariant_and_fails(sample: str, postgres: str) -> None:
    async with copy_of_sample(postgres, "stripe_lite_to_verify") as dsn:
        connection = await asyncpg.connect(dsn)
        await connection.execute("UPDATE payment_intents SET amount_received = 1999 WHERE amount_received = 2000")
        await connection.close()
        status, printed = await _verify(dsn)
    assert status == 1
    assert "1 row breaks it" in printed
    assert "amount_received=1999" in printed


async def test_a_database_that_nobody_migrated_is_told_in_a_sentence(postgres: str) -> None:
    connection = await asyncpg.connect(postgres)
    await connection.execute("DROP DATABASE IF EXISTS stripe_lite_bare")
    await connection.execute("CREATE DATABASE stripe_lite_bare")
    await connection.close()
    before, _, options = postgres.partition("?")
    status, printed = await _verify(f"{before.rpartition('/')[0]}/stripe_lite_bare?{options}")
    assert (status, printed) == (
        1,
        "stripe-lite: The database lacks the audit views: run `stripe-lite migrate` first.\n",
    )
