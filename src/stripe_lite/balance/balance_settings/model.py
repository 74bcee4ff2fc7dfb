"""Table `balance_settings`."""

from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Json, Resource, Versioned


class BalanceSettings(Versioned, Resource):
    """How the account is paid out in one mode, which is also the row's id. Without a row all is as it begins."""

    __tablename__ = "balance_settings"

    # `daily`, `weekly`, `monthly` or `manual`.
    interval: Mapped[str]
    # Business days until a payment's money is available, where the account has a number of its own.
    delay_days: Mapped[int | None]
    debit_negative_balances: Mapped[bool]
    # The days of the interval, the minimum by currency, the statement descriptor.
    details: Mapped[Json] = mapped_column(default=dict)
