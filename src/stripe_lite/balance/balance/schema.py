"""What clients see of the account's balance."""

from collections.abc import Callable, Sequence
from typing import Literal

from pydantic import Field

from stripe_lite.balance.balances import Part
from stripe_lite.core.objects import StripeObject


class SourceTypesObject(StripeObject):
    """How much of an amount came from which type of source, in minor units."""

    bank_account: int | None = Field(None, description="What came from bank debits and transfers.")
    card: int | None = Field(None, description="What came from cards and everything else.")
    fpx: int | None = Field(None, description="What came from FPX payments.")


class BalanceAmountObject(StripeObject):
    """What the account has in one currency."""

    amount: int = Field(description="The amount in the currency's minor unit; negative where more left than came.")
    currency: str = Field(description="Three-letter currency, in lower case.")
    source_types: SourceTypesObject | None = Field(None, description="The same by type of source.")


class BalanceObject(StripeObject):
    """What the account has."""

    object: Literal["balance"] = "balance"
    available: list[BalanceAmountObject] = Field(description="What may be paid out, by currency.")
    connect_reserved: list[BalanceAmountObject] = Field(description="Always zero: Connect is not served yet.")
    instant_available: list[BalanceAmountObject] = Field(description="What may be paid out within minutes.")
    livemode: bool = Field(description="Whether it is the live mode's balance.")
    pending: list[BalanceAmountObject] = Field(description="What is not available yet, by currency.")


def render(parts: Sequence[Part], default_currency: str, *, livemode: bool) -> BalanceObject:
    """The balance as clients see it; an account without any money has zero in its default currency."""
    available = _amounts(parts, default_currency, lambda part: part.available)
    return BalanceObject(
        available=available,
        connect_reserved=[BalanceAmountObject(amount=0, currency=default_currency)],
        instant_available=[_positive(amount) for amount in available],
        livemode=livemode,
        pending=_amounts(parts, default_currency, lambda part: part.pending),
    )


def _amounts(
    parts: Sequence[Part], default_currency: str, amount_of: Callable[[Part], int]
) -> list[BalanceAmountObject]:
    by_currency: dict[str, dict[str, int]] = {default_currency: {"card": 0}}
    for part in parts:
        by_currency.setdefault(part.currency, {})[part.source_type] = amount_of(part)
    return [
        BalanceAmountObject(amount=sum(types.values()), currency=currency, source_types=SourceTypesObject(**types))
        for currency, types in by_currency.items()
    ]


def _positive(amount: BalanceAmountObject) -> BalanceAmountObject:
    """What of an amount can leave the balance: of each type of source no more than of all of them together."""
    total = max(0, amount.amount)
    types = {} if amount.source_types is None else amount.source_types.model_dump(exclude_none=True)
    able = {type: min(max(0, part), total) for type, part in types.items()}
    return amount.model_copy(update={"amount": total, "source_types": SourceTypesObject(**able)})
