"""The payouts that the schedule makes: everything that is available and did not go out yet, by currency."""

from calendar import monthrange
from datetime import date

from stripe_lite.balance import balances, schedule
from stripe_lite.balance.balance_settings import service as balance_settings
from stripe_lite.balance.balance_settings.model import BalanceSettings
from stripe_lite.balance.balance_transactions import booking
from stripe_lite.balance.balance_transactions.booking import Movement
from stripe_lite.balance.external_accounts import service as external_accounts
from stripe_lite.balance.external_accounts.model import ExternalAccount
from stripe_lite.balance.ledger import Book
from stripe_lite.balance.payouts import holdings, making
from stripe_lite.balance.payouts.making import Draft
from stripe_lite.core.ids import new_id
from stripe_lite.core.money import WHOLE_UNIT_PAYOUTS
from stripe_lite.db.jobs import Job
from stripe_lite.db.locks import hold
from stripe_lite.db.work import Work

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
WHOLE_UNIT = 100


async def run(work: Work, job: Job) -> None:
    """Make the payouts of a day, and plan the next day's: the deed of an `automatic_payouts` job."""
    day = schedule.day_of(job)
    await hold(work, external_accounts.LOCK)
    destinations = await external_accounts.living(work)
    if not destinations:
        return  # The next external account plans the next day.
    schedule.plan(work, day + schedule.DAY)
    settings = await balance_settings.of(work)
    if not due(settings, day):
        return
    await hold(work, balances.LOCK)
    for destination in destinations:
        if destination.default_for_currency and not destination.errored:
            await _pay_out(work, destination, settings)


def due(settings: BalanceSettings, day: date) -> bool:
    """Whether the schedule pays out on this day."""
    match settings.interval:
        case "daily":
            return day.weekday() < len(WEEKDAYS)
        case "weekly":
            return day.weekday() < len(WEEKDAYS) and WEEKDAYS[day.weekday()] in settings.details["weekly_payout_days"]
        case "monthly":
            last = monthrange(day.year, day.month)[1]
            return any(min(chosen, last) == day.day for chosen in settings.details["monthly_payout_days"])
        case _:
            return False


async def _pay_out(work: Work, destination: ExternalAccount, settings: BalanceSettings) -> None:
    """Pay out one currency: a payout for each source type, or one for all where they cannot be told apart."""
    unpaid = await holdings.unpaid(work, destination.currency)
    total = sum(unpaid.values())
    kept = (settings.details.get("minimum_balance_by_currency") or {}).get(destination.currency, 0)
    if destination.currency in WHOLE_UNIT_PAYOUTS:
        kept += (total - kept) % WHOLE_UNIT
    if total < 0:
        if settings.debit_negative_balances and destination.type == "bank_account":
            await _make(work, destination, settings, None, max(unpaid, key=lambda name: -unpaid[name]), 0)
    elif kept or any(net < 0 for net in unpaid.values()):
        if total > kept:
            await _make(work, destination, settings, None, max(unpaid, key=lambda name: unpaid[name]), kept)
    else:
        for source_type, net in sorted(unpaid.items()):
            if net:
                await _make(work, destination, settings, source_type, source_type, 0)


async def _make(
    work: Work,
    destination: ExternalAccount,
    settings: BalanceSettings,
    of_type: str | None,
    source_type: str,
    kept: int,
) -> None:
    """Make a payout of what did not go out yet, of one source type or of all, less what is kept."""
    payout_id, currency = new_id("po"), destination.currency
    held = await holdings.take(work, payout_id, currency, of_type)
    amount = held - kept
    if amount == 0 or (kept and amount < 0):
        await holdings.leave(work, payout_id)
        return
    details = {"description": making.TITLE, "statement_descriptor": settings.details.get("statement_descriptor")}
    draft = Draft(
        amount=amount,
        currency=currency,
        destination=destination,
        source_type=source_type,
        automatic=True,
        details=details,
        id=payout_id,
    )
    if kept:
        await _keep(work, draft, kept)
    payout = await making.make(work, draft)
    holdings.add(work, payout.id, payout.balance_transaction_id)


async def _keep(work: Work, draft: Draft, kept: int) -> None:
    """Book what stays in the balance: held back from this payout, and released for those to come."""
    for type, amount in (("payout_minimum_balance_hold", -kept), ("payout_minimum_balance_release", kept)):
        movement = Movement(
            type=type,
            amount=amount,
            currency=draft.currency,
            source_id=draft.id,
            against=Book.PAYOUTS,
            source_type=draft.source_type,
            settled=draft.currency,
        )
        transaction = await booking.book(work, movement)
        if amount < 0:
            holdings.add(work, draft.id, transaction.id)
