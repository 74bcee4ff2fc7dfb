"""What clients send and see of payouts."""

from typing import Literal

from pydantic import Field

from stripe_lite.balance.payouts.failures import message_of
from stripe_lite.balance.payouts.model import Payout
from stripe_lite.core.clock import unix
from stripe_lite.core.lists import CreatedFilter, ListParams
from stripe_lite.core.objects import Expandable, Metadata, Params, StripeObject

SourceType = Literal["bank_account", "card", "fpx"]
Method = Literal["instant", "standard"]


class PayoutCreateParams(Params):
    """A new payout."""

    amount: int = Field(description="How much to pay out, in minor units.")
    currency: str = Field(description="Three-letter currency.")
    description: str | None = Field(None, description="Text of your own.")
    destination: str | None = Field(
        None, description="The bank account or card to pay out to; the default one of the currency if absent."
    )
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")
    method: Method | None = Field(None, description="`standard`, or `instant` for a fee.")
    source_type: SourceType | None = Field(None, description="Which part of the balance it is paid from: `card`.")
    statement_descriptor: str | None = Field(None, description="What the bank's statement says, if it does.")


class PayoutUpdateParams(Params):
    """Changes to a payout."""

    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")


class PayoutReverseParams(Params):
    """What the payout that takes the money back is made with."""

    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")


class PayoutListParams(ListParams):
    """Which payouts to list."""

    arrival_date: CreatedFilter | None = Field(None, description="Bounds on the date of arrival.")
    created: CreatedFilter | None = Field(None, description="Bounds on the time of creation.")
    destination: str | None = Field(None, description="Only those to this bank account or card.")
    status: Literal["pending", "in_transit", "paid", "failed", "canceled"] | None = Field(
        None, description="Only those of this status."
    )


class TraceIdObject(StripeObject):
    """The bank's own name of the payout."""

    status: str = Field(description="`pending`, then `unsupported`: the simulated bank has no names.")
    value: str | None = Field(description="Always null.")


class PayoutObject(StripeObject):
    """Money paid out to a bank account or a debit card."""

    id: str = Field(description="The payout's id.")
    object: Literal["payout"] = "payout"
    amount: int = Field(description="How much is paid out, in minor units; negative where it is taken back.")
    application_fee: Expandable | None = Field(description="Always null: Connect is not served yet.")
    application_fee_amount: int | None = Field(description="Always null: Connect is not served yet.")
    arrival_date: int = Field(description="When it is expected at the bank, in seconds since 1970.")
    automatic: bool = Field(description="Whether the schedule made it, not a request.")
    balance_transaction: Expandable | None = Field(description="Its effect on the balance.")
    created: int = Field(description="When it was created, in seconds since 1970.")
    currency: str = Field(description="Three-letter currency, in lower case.")
    description: str | None = Field(description="Text of your own; automatic payouts say `STRIPE PAYOUT`.")
    destination: Expandable | None = Field(description="The bank account or card that it goes to.")
    failure_balance_transaction: Expandable | None = Field(
        description="What brought the money back, where it failed or was canceled."
    )
    failure_code: str | None = Field(description="Why it failed, for programs.")
    failure_message: str | None = Field(description="Why it failed.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    metadata: Metadata | None = Field(description="Your own key-value pairs.")
    method: str = Field(description="`standard` or `instant`.")
    original_payout: Expandable | None = Field(description="The payout that this one takes back.")
    payout_method: str | None = Field(description="Always null: there are no other destinations.")
    reconciliation_status: Literal["completed", "in_progress", "not_applicable"] = Field(
        description="Whether its balance transactions can be listed; only automatic payouts have them."
    )
    reversed_by: Expandable | None = Field(description="The payout that takes this one back.")
    source_type: str = Field(description="Which part of the balance it is paid from.")
    statement_descriptor: str | None = Field(description="What the bank's statement says, if it does.")
    status: str = Field(description="`pending`, `in_transit`, `paid`, `failed` or `canceled`.")
    trace_id: TraceIdObject | None = Field(description="The bank's own name of it.")
    type: Literal["bank_account", "card"] = Field(description="What it goes to.")


def render(payout: Payout) -> PayoutObject:
    """A payout as clients see it."""
    open_still = payout.status in ("pending", "in_transit")
    return PayoutObject.model_validate(
        {
            "id": payout.id,
            "amount": payout.amount,
            "application_fee": None,
            "application_fee_amount": None,
            "arrival_date": unix(payout.arrival_at),
            "automatic": payout.automatic,
            "balance_transaction": payout.balance_transaction_id,
            "created": unix(payout.created_at),
            "currency": payout.currency,
            "description": payout.details.get("description"),
            "destination": payout.destination_id,
            "failure_balance_transaction": payout.failure_balance_transaction_id,
            "failure_code": payout.failure_code,
            "failure_message": message_of(payout.failure_code),
            "livemode": payout.livemode,
            "metadata": payout.meta,
            "method": payout.method,
            "original_payout": payout.original_payout_id,
            "payout_method": None,
            "reconciliation_status": payout.reconciliation_status,
            "reversed_by": payout.reversed_by_id,
            "source_type": payout.source_type,
            "statement_descriptor": payout.details.get("statement_descriptor"),
            "status": payout.status,
            "trace_id": {"status": "pending" if open_still else "unsupported", "value": None},
            "type": payout.type,
        }
    )
