"""What clients send and see of the account's balance settings."""

from typing import Annotated, Literal

from pydantic import Field

from stripe_lite.balance.balance_settings.model import BalanceSettings
from stripe_lite.core.objects import EmptyAsNone, Params, StripeObject

Interval = Literal["daily", "manual", "monthly", "weekly"]
Weekday = Literal["friday", "monday", "thursday", "tuesday", "wednesday"]
Days = Annotated[int | None, EmptyAsNone]


class ScheduleParams(Params):
    """When what is available is paid out."""

    interval: Interval | None = Field(None, description="How often: each business day, on certain days, or by hand.")
    monthly_payout_days: list[int] | None = Field(
        None, description="Days of the month, 1 to 31; what lies behind a month's end falls on its last day."
    )
    weekly_payout_days: list[Weekday] | None = Field(None, description="Days of the week.")


class PayoutSettingsParams(Params):
    """Changes to how the account is paid out."""

    minimum_balance_by_currency: dict[str, Days] | None = Field(
        None, description="What automatic payouts leave in the balance, by currency, in minor units."
    )
    schedule: ScheduleParams | None = Field(None, description="When what is available is paid out.")
    statement_descriptor: str | None = Field(None, description="What automatic payouts say on the bank's statement.")


class SettlementTimingParams(Params):
    """Changes to when money is available."""

    delay_days_override: Days = Field(
        None, description="Business days until a payment's money is available; empty for the server's own number."
    )


class PaymentsSettingsParams(Params):
    """Changes to the settings of the balance that payments go to."""

    debit_negative_balances: bool | None = Field(
        None, description="Whether a negative balance is taken from the bank account."
    )
    payouts: PayoutSettingsParams | None = Field(None, description="How the account is paid out.")
    settlement_timing: SettlementTimingParams | None = Field(None, description="When money is available.")


class BalanceSettingsUpdateParams(Params):
    """Changes to the balance settings: what is not sent stays as it is."""

    payments: PaymentsSettingsParams | None = Field(None, description="Settings of the balance that payments go to.")


class PayoutScheduleObject(StripeObject):
    """When what is available is paid out."""

    interval: Interval | None = Field(description="`daily`, `weekly`, `monthly` or `manual`.")
    monthly_payout_days: list[int] | None = Field(None, description="The days of the month, of a monthly schedule.")
    weekly_payout_days: list[Weekday] | None = Field(None, description="The days of the week, of a weekly schedule.")


class PayoutSettingsObject(StripeObject):
    """How the account is paid out."""

    minimum_balance_by_currency: dict[str, int] | None = Field(
        description="What automatic payouts leave in the balance, by currency, in minor units."
    )
    schedule: PayoutScheduleObject | None = Field(description="When what is available is paid out.")
    statement_descriptor: str | None = Field(description="What automatic payouts say on the bank's statement.")
    status: Literal["disabled", "enabled"] = Field(description="Whether there is a bank account or card to pay out to.")


class SettlementTimingObject(StripeObject):
    """When money is available."""

    delay_days: int = Field(description="Business days until a payment's money is available.")
    delay_days_override: int | None = Field(None, description="The account's own number of days, if it has one.")


class PaymentsSettingsObject(StripeObject):
    """The settings of the balance that payments go to."""

    debit_negative_balances: bool | None = Field(
        description="Whether a negative balance is taken from the bank account."
    )
    payouts: PayoutSettingsObject | None = Field(description="How the account is paid out.")
    settlement_timing: SettlementTimingObject = Field(description="When money is available.")


class BalanceSettingsObject(StripeObject):
    """When the account's money is available and how it is paid out."""

    object: Literal["balance_settings"] = "balance_settings"
    payments: PaymentsSettingsObject = Field(description="Settings of the balance that payments go to.")


def render(settings: BalanceSettings, *, default_delay_days: int, enabled: bool) -> BalanceSettingsObject:
    """Balance settings as clients see them."""
    own = settings.delay_days
    timing = SettlementTimingObject(delay_days=default_delay_days if own is None else own)
    if own is not None:
        timing = SettlementTimingObject(delay_days=own, delay_days_override=own)
    return BalanceSettingsObject(
        payments=PaymentsSettingsObject(
            debit_negative_balances=settings.debit_negative_balances,
            payouts=PayoutSettingsObject(
                minimum_balance_by_currency=settings.details.get("minimum_balance_by_currency"),
                schedule=_schedule(settings),
                statement_descriptor=settings.details.get("statement_descriptor"),
                status="enabled" if enabled else "disabled",
            ),
            settlement_timing=timing,
        )
    )


def _schedule(settings: BalanceSettings) -> PayoutScheduleObject:
    name = {"weekly": "weekly_payout_days", "monthly": "monthly_payout_days"}.get(settings.interval)
    days = {} if name is None else {name: settings.details[name]}
    return PayoutScheduleObject.model_validate({"interval": settings.interval} | days)
