"""What clients send and see of source transactions."""

from typing import Literal

from pydantic import Field

from stripe_lite.core.clock import unix
from stripe_lite.core.lists import ListParams
from stripe_lite.core.objects import StripeObject, Tree
from stripe_lite.payments.source_transactions.model import SourceTransaction


class SourceTransactionListParams(ListParams):
    """Which part of a source's transactions to list."""


class SourceTransactionObject(StripeObject):
    """Money that a payer sent to a source object."""

    id: str = Field(description="The transaction's id.")
    object: Literal["source_transaction"] = "source_transaction"
    ach_credit_transfer: Tree | None = Field(None, description="What is known of the sender.")
    amount: int = Field(description="What arrived, in minor units.")
    created: int = Field(description="When it arrived, in seconds since 1970.")
    currency: str = Field(description="Three-letter currency, in lower case.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    source: str = Field(description="The source that it was sent to.")
    status: str = Field(description="Always `succeeded`: it is told of once it has arrived.")
    type: str = Field(description="The source's type.")


def render(transaction: SourceTransaction) -> SourceTransactionObject:
    """A source transaction as clients see it."""
    sender: Tree = {transaction.type: transaction.details}
    return SourceTransactionObject(
        id=transaction.id,
        amount=transaction.amount,
        created=unix(transaction.created_at),
        currency=transaction.currency,
        livemode=transaction.livemode,
        source=transaction.source_id,
        status="succeeded",
        type=transaction.type,
        **sender,
    )
