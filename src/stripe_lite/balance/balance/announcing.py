"""Tells that money came into the available balance, at most once for all that was added up together."""

from collections.abc import Sequence

from stripe_lite.balance import balances, settlement
from stripe_lite.balance.balance.schema import render
from stripe_lite.db.jobs import Job
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record


async def announce(work: Work, jobs: Sequence[Job]) -> None:
    """Tell what the account has now: the deed of `balance_available` jobs, however many there are."""
    if jobs:
        account = await settlement.profile(work)
        balance = render(await balances.of(work), account.default_currency, livemode=work.livemode)
        record(work, "balance.available", balance)
