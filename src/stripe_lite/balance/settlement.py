"""When the money of a payment may be used, and in which currency the account is paid out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from stripe_lite.balance import exchange
from stripe_lite.db.work import Work

SATURDAY = 5

OWN = """
SELECT (
    SELECT array_agg(DISTINCT currency) FROM external_accounts
    WHERE account_id = $1 AND livemode = $2 AND NOT deleted
) AS currencies, (SELECT delay_days FROM balance_settings WHERE account_id = $1 AND id = $3) AS delay_days
"""


@dataclass(frozen=True, slots=True)
class Profile:
    """The terms of one account: what it settles in, and after how many business days."""

    default_currency: str
    currencies: frozenset[str]
    delay_days: int

    def settles_in(self, currency: str) -> str:
        """The currency that a payment in this one is counted in."""
        return currency if currency in self.currencies else self.default_currency


async def profile(work: Work) -> Profile:
    """The account's terms. What it has a bank account in, it settles in; each process remembers that for a moment."""
    profile: Profile = await work.memory.recall(_name(work), lambda: _load(work))
    return profile


def forget(work: Work) -> None:
    """Read the account's terms anew next time: they were changed here."""
    work.memory.forget(_name(work))


def settings_id(work: Work) -> str:
    """The id of the account's balance settings: each mode has its own."""
    return "live" if work.livemode else "test"


async def payment_fee(work: Work, amount: int, currency: str) -> int:
    """What a payment costs, in minor units of the settlement currency; never more than the payment itself."""
    account = await profile(work)
    settled = account.settles_in(currency)
    gross = exchange.convert(amount, currency, settled)
    fixed = exchange.convert(work.terms.fee_fixed, work.terms.currency, settled)
    return min(work.terms.share(gross) + fixed, gross)


async def available_at(work: Work) -> datetime:
    """When the money of a payment made now is available: at midnight UTC after the account's delay."""
    days = (await profile(work)).delay_days
    return business_days_later(work.now, days) if days else work.now


def business_days_later(start: datetime, days: int) -> datetime:
    """Midnight UTC so many business days later; weekends are none."""
    day = start.replace(hour=0, minute=0, second=0, microsecond=0)
    while days > 0:
        day += timedelta(days=1)
        days -= day.weekday() < SATURDAY
    return day


def dispute_fee(work: Work, currency: str) -> int:
    """What a dispute costs, in minor units of a settlement currency."""
    return exchange.convert(work.terms.dispute_fee, work.terms.currency, currency)


def _name(work: Work) -> tuple[str, bool, str]:
    return work.account_id, work.livemode, "settlement profile"


async def _load(work: Work) -> Profile:
    terms = work.terms
    records = await work.execute(OWN, work.account_id, work.livemode, settings_id(work))
    currencies: list[str] = records[0]["currencies"] or []
    own: int | None = records[0]["delay_days"]
    return Profile(terms.currency, frozenset({terms.currency, *currencies}), terms.delay_days if own is None else own)
