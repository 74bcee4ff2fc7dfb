"""What clients send and see of customer balance transactions."""

from typing import Literal

from pydantic import Field

from stripe_lite.core.clock import unix
from stripe_lite.core.lists import CreatedFilter, ListParams
from stripe_lite.core.objects import Expandable, Metadata, Params, StripeObject
from stripe_lite.customers.balance_transactions.model import CustomerBalanceTransaction


class BalanceTransactionCreateParams(Params):
    """An adjustment of a customer's credit balance."""

    amount: int = Field(description="In the currency's minor unit; negative is credit for the customer.")
    currency: str = Field(description="Three-letter code of the currency.")
    description: str | None = Field(None, description="Your own note about the transaction.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")


class BalanceTransactionUpdateParams(Params):
    """Changes to a transaction, whose amount stays."""

    description: str | None = Field(None, description="Your own note about the transaction.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")


class BalanceTransactionListParams(ListParams):
    """Which transactions to list."""

    created: CreatedFilter | None = Field(None, description="Bounds on the time of creation.")
    invoice: str | None = Field(None, description="Only transactions of this invoice.")


class CustomerBalanceTransactionObject(StripeObject):
    """One change of a customer's credit balance, which the next invoice takes into account."""

    id: str = Field(description="The transaction's id.")
    object: Literal["customer_balance_transaction"] = "customer_balance_transaction"
    amount: int = Field(description="In the currency's minor unit; negative is credit for the customer.")
    checkout_session: Expandable | None = Field(description="The checkout session that made the transaction.")
    created: int = Field(description="When the transaction was made, in seconds since 1970.")
    credit_note: Expandable | None = Field(description="The credit note that made the transaction.")
    currency: str = Field(description="Three-letter code of the currency.")
    customer: Expandable = Field(description="The customer.")
    customer_account: str | None = Field(description="Always null: accounts as customers are not served.")
    description: str | None = Field(description="Your own note about the transaction.")
    ending_balance: int = Field(description="The balance in this currency after the transaction, in its minor unit.")
    invoice: Expandable | None = Field(description="The invoice that made the transaction.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    metadata: Metadata | None = Field(description="Your own key-value pairs.")
    type: str = Field(description="Why the balance changed: `adjustment`, `applied_to_invoice`, `initial` and so on.")


def render(transaction: CustomerBalanceTransaction) -> CustomerBalanceTransactionObject:
    """A transaction as clients see it."""
    return CustomerBalanceTransactionObject(
        id=transaction.id,
        amount=transaction.amount,
        checkout_session=transaction.checkout_session_id,
        created=unix(transaction.created_at),
        credit_note=transaction.credit_note_id,
        currency=transaction.currency,
        customer=transaction.customer_id,
        customer_account=None,
        description=transaction.description,
        ending_balance=transaction.ending_balance,
        invoice=transaction.invoice_id,
        livemode=transaction.livemode,
        metadata=transaction.meta,
        type=transaction.type,
    )
