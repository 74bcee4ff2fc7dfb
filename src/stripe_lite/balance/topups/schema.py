"""What clients send and see of top-ups."""

from typing import Literal

from pydantic import Field, model_validator

from stripe_lite.balance.topups.model import Topup
from stripe_lite.core.clock import unix
from stripe_lite.core.lists import CreatedFilter, ListParams
from stripe_lite.core.objects import Expandable, Metadata, Params, StripeObject

FAILURES = {
    "account_closed": "The bank account has been closed.",
    "debit_not_authorized": "The bank account does not take this debit.",
    "insufficient_funds": "The bank account holds too little for this top-up.",
    "invalid_currency": "The bank account does not take debits in this currency.",
    "no_account": "The bank account could not be found.",
}


class TopupCreateParams(Params):
    """A new top-up."""

    amount: int = Field(description="How much to add to the balance, in minor units.")
    currency: str = Field(description="Three-letter currency.")
    description: str | None = Field(None, description="Text of your own.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")
    source: str | None = Field(
        None,
        description="The bank account to take it from: one of the account's, or a token such as `btok_us_verified`. "
        "If absent, the default one of the currency; if there is none, a test account that pays.",
    )
    statement_descriptor: str | None = Field(None, description="What the bank's statement says.")
    transfer_group: str | None = Field(None, description="A name of your own for what belongs together.")


class TopupUpdateParams(Params):
    """Changes to a top-up."""

    description: str | None = Field(None, description="Text of your own.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")


class AmountFilter(Params):
    """Bounds on an amount, in minor units. A single number means exactly that amount."""

    gt: int | None = Field(None, description="More than this.")
    gte: int | None = Field(None, description="This much or more.")
    lt: int | None = Field(None, description="Less than this.")
    lte: int | None = Field(None, description="This much or less.")

    @model_validator(mode="before")
    @classmethod
    def _exactly(cls, value: object) -> object:
        return {"gte": value, "lte": value} if isinstance(value, int) else value


class TopupListParams(ListParams):
    """Which top-ups to list."""

    amount: AmountFilter | None = Field(None, description="Bounds on the amount.")
    created: CreatedFilter | None = Field(None, description="Bounds on the time of creation.")
    status: Literal["canceled", "failed", "pending", "succeeded"] | None = Field(
        None, description="Only those of this status."
    )


class TopupObject(StripeObject):
    """Money added to the balance from a bank account."""

    id: str = Field(description="The top-up's id.")
    object: Literal["topup"] = "topup"
    amount: int = Field(description="How much is added, in minor units.")
    balance_transaction: Expandable | None = Field(description="Its effect on the balance; null until it succeeds.")
    created: int = Field(description="When it was created, in seconds since 1970.")
    currency: str = Field(description="Three-letter currency, in lower case.")
    description: str | None = Field(description="Text of your own.")
    expected_availability_date: int | None = Field(description="When the money is expected, in seconds since 1970.")
    failure_code: str | None = Field(description="Why it failed, for programs.")
    failure_message: str | None = Field(description="Why it failed.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    metadata: Metadata = Field(description="Your own key-value pairs.")
    source: StripeObject | None = Field(description="Always null: the older kind of source is not made for it.")
    statement_descriptor: str | None = Field(description="What the bank's statement says.")
    status: str = Field(description="`pending`, `succeeded`, `failed`, `canceled` or `reversed`.")
    transfer_group: str | None = Field(description="A name of your own for what belongs together.")


def render(topup: Topup) -> TopupObject:
    """A top-up as clients see it."""
    details = topup.details
    return TopupObject(
        id=topup.id,
        amount=topup.amount,
        balance_transaction=topup.balance_transaction_id,
        created=unix(topup.created_at),
        currency=topup.currency,
        description=details.get("description"),
        expected_availability_date=unix(topup.expected_at),
        failure_code=topup.failure_code,
        failure_message=None if topup.failure_code is None else FAILURES[topup.failure_code],
        livemode=topup.livemode,
        metadata=topup.meta,
        source=None,
        statement_descriptor=details.get("statement_descriptor"),
        status=topup.status,
        transfer_group=details.get("transfer_group"),
    )
