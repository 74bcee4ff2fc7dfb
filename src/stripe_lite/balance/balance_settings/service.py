"""What can be done with the account's balance settings."""

from collections.abc import Mapping

from stripe_lite.balance import settlement
from stripe_lite.balance.balance_settings.model import BalanceSettings
from stripe_lite.balance.balance_settings.schema import (
    BalanceSettingsObject,
    BalanceSettingsUpdateParams,
    PayoutSettingsParams,
    ScheduleParams,
    render,
)
from stripe_lite.balance.external_accounts import service as external_accounts
from stripe_lite.core import money
from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.objects import Tree
from stripe_lite.db.locks import hold
from stripe_lite.db.work import Work

LOCK = "balance_settings"
DELAY_DAYS_MAX = 31
MONTH_DAYS_MAX = 31
AT_FIRST = "daily"
SCHEDULE = "payments[payouts][schedule]"
DAYS_OF = {"weekly": "weekly_payout_days", "monthly": "monthly_payout_days"}


async def of(work: Work) -> BalanceSettings:
    """The settings of this mode; those that every account begins with are not written yet."""
    return await work.get(BalanceSettings, settlement.settings_id(work)) or _at_first(work)


async def show(work: Work) -> BalanceSettingsObject:
    """The settings as clients see them."""
    return await _rendered(work, await of(work))


async def update(work: Work, params: BalanceSettingsUpdateParams) -> BalanceSettingsObject:
    """Change the settings; what is not sent stays as it is."""
    if params.payments is None:
        return await show(work)
    await hold(work, LOCK)
    known = await work.get(BalanceSettings, settlement.settings_id(work), lock=True)
    settings = known or _at_first(work)
    if params.payments.debit_negative_balances is not None:
        settings.debit_negative_balances = params.payments.debit_negative_balances
    timing = params.payments.settlement_timing
    if timing is not None and timing.given("delay_days_override"):
        settings.delay_days = _delay(work, timing.delay_days_override)
    if params.payments.payouts is not None:
        _change_payouts(settings, params.payments.payouts)
    if known is None:
        work.add(settings)
    settlement.forget(work)
    return await _rendered(work, settings)


def _at_first(work: Work) -> BalanceSettings:
    return BalanceSettings(
        account_id=work.account_id,
        id=settlement.settings_id(work),
        livemode=work.livemode,
        created_at=work.now,
        interval=AT_FIRST,
        delay_days=None,
        debit_negative_balances=True,
        details={},
    )


async def _rendered(work: Work, settings: BalanceSettings) -> BalanceSettingsObject:
    enabled = any(not external.errored for external in await external_accounts.living(work))
    return render(settings, default_delay_days=work.terms.delay_days, enabled=enabled)


def _change_payouts(settings: BalanceSettings, params: PayoutSettingsParams) -> None:
    details: Tree = dict(settings.details)
    if params.given("statement_descriptor"):
        details["statement_descriptor"] = params.statement_descriptor or None
    if params.given("minimum_balance_by_currency"):
        former = details.get("minimum_balance_by_currency")
        details["minimum_balance_by_currency"] = _minimums(former, params.minimum_balance_by_currency)
    if params.schedule is not None:
        settings.interval, days = _schedule(settings, params.schedule)
        details = {name: value for name, value in details.items() if name not in DAYS_OF.values()} | days
    settings.details = details


def _schedule(settings: BalanceSettings, params: ScheduleParams) -> tuple[str, Tree]:
    """The interval, and the days that it needs; those of another one are refused."""
    interval = params.interval or settings.interval
    for other, name in DAYS_OF.items():
        if other != interval and params.given(name):
            raise InvalidRequest(
                f"You can only set `{name}` when the payout interval is `{other}`.", param=f"{SCHEDULE}[{name}]"
            )
    needed = DAYS_OF.get(interval)
    if needed is None:
        return interval, {}
    kept = settings.details.get(needed) if interval == settings.interval else None
    days: list[int] | list[str] = params.sent().get(needed) or kept or []
    if not days:
        raise InvalidRequest(
            f"You must set `{needed}` when the payout interval is `{interval}`.", param=f"{SCHEDULE}[{needed}]"
        )
    for day in days:
        if isinstance(day, int) and not 1 <= day <= MONTH_DAYS_MAX:
            raise InvalidRequest("Days of the month are between 1 and 31.", param=f"{SCHEDULE}[{needed}]")
    return interval, {needed: list(dict.fromkeys(days))}


def _minimums(former: Mapping[str, int] | None, given: Mapping[str, int | None] | None) -> dict[str, int] | None:
    """The minimums after a change: an empty value takes one away, an empty hash all of them."""
    if given is None:
        return None
    minimums = dict(former or {})
    for code, amount in given.items():
        param = f"payments[payouts][minimum_balance_by_currency][{code}]"
        currency = money.check_currency(code, param)
        if amount is None:
            minimums.pop(currency, None)
        elif amount < 0:
            raise InvalidRequest("This value must be greater than or equal to 0.", param=param)
        else:
            minimums[currency] = amount
    return minimums or None


def _delay(work: Work, days: int | None) -> int | None:
    """The account's own delay: not shorter than the server's, which an empty value goes back to."""
    least = work.terms.delay_days
    if days is not None and not least <= days <= max(DELAY_DAYS_MAX, least):
        raise InvalidRequest(
            f"The delay must be between {least} and {DELAY_DAYS_MAX} days for this account.",
            param="payments[settlement_timing][delay_days_override]",
        )
    return days
