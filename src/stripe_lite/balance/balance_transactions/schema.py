"""What clients send and see of balance transactions."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from stripe_lite.balance.balance_transactions.model import BalanceTransaction
from stripe_lite.core.clock import unix
from stripe_lite.core.lists import CreatedFilter, ListParams
from stripe_lite.core.objects import Expandable, StripeObject

# How reports group the types; a type that is not named here is grouped under its own name.
REPORTING_CATEGORIES = {
    "adjustment": "dispute",
    "payment": "charge",
    "payment_failure_refund": "charge_failure",
    "payment_refund": "refund",
    "payout_cancel": "payout_reversal",
    "payout_failure": "payout_reversal",
    "stripe_fee": "fee",
}


class BalanceTransactionListParams(ListParams):
    """Which balance transactions to list."""

    created: CreatedFilter | None = Field(None, description="Bounds on the time of creation.")
    currency: str | None = Field(None, description="Only those in this currency.")
    payout: str | None = Field(None, description="Only those that this automatic payout is made of.")
    source: str | None = Field(None, description="Only those of this object, such as a charge.")
    type: str | None = Field(None, description="Only those of this type, such as `charge` or `refund`.")


class FeeObject(StripeObject):
    """A part of the fee."""

    amount: int = Field(description="How much, in minor units; negative where it was given back.")
    application: Expandable | None = Field(description="Always null: Connect is not served yet.")
    currency: str = Field(description="Three-letter currency, in lower case.")
    description: str | None = Field(description="What is paid for.")
    type: str = Field(description="Who gets it: `stripe_fee`.")


class BalanceTransactionObject(StripeObject):
    """A movement of the account's balance."""

    id: str = Field(description="The balance transaction's id.")
    object: Literal["balance_transaction"] = "balance_transaction"
    amount: int = Field(description="The amount before fees, in minor units; negative where money left the balance.")
    available_on: int = Field(description="From when the money may be used, in seconds since 1970.")
    balance_type: str = Field(description="The balance that moved: always `payments`.")
    created: int = Field(description="When it was booked, in seconds since 1970.")
    currency: str = Field(description="Three-letter currency of the balance, in lower case.")
    description: str | None = Field(description="What the money was for.")
    exchange_rate: float | None = Field(description="What the amount paid was multiplied by, where it was converted.")
    fee: int = Field(description="What it cost, in minor units.")
    fee_details: list[FeeObject] = Field(description="The parts of the fee.")
    net: int = Field(description="By how much the balance changed: amount less fee, in minor units.")
    reporting_category: str = Field(description="How reports group it.")
    source: Expandable | None = Field(description="The object that moved the money.")
    status: str = Field(description="`pending` until the money is available, then `available`.")
    type: str = Field(description="What kind of movement it is, such as `charge`, `refund` or `payout`.")


def render(transaction: BalanceTransaction, now: datetime) -> BalanceTransactionObject:
    """A balance transaction as clients see it at a moment.

    A request may begin before what it reads is written: what was available at once is so for whoever sees it.
    """
    rate = transaction.exchange_rate
    return BalanceTransactionObject(
        id=transaction.id,
        amount=transaction.amount,
        available_on=unix(transaction.available_at),
        balance_type="payments",
        created=unix(transaction.created_at),
        currency=transaction.currency,
        description=transaction.description,
        exchange_rate=None if rate is None else float(rate),
        fee=transaction.fee,
        fee_details=[FeeObject(**part) for part in transaction.fee_details],
        net=transaction.net,
        reporting_category=_category(transaction),
        source=transaction.source_id,
        status="available" if transaction.available_at <= max(now, transaction.created_at) else "pending",
        type=transaction.type,
    )


def _category(transaction: BalanceTransaction) -> str:
    if transaction.type == "adjustment" and transaction.amount > 0:
        return "dispute_reversal"
    return REPORTING_CATEGORIES.get(transaction.type, transaction.type)
