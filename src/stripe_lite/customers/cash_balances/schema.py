"""What clients send and see of customers' cash balances, their transactions and the accounts to transfer to."""

from typing import Literal

from pydantic import Field

from stripe_lite.core.clock import unix
from stripe_lite.core.lists import ListParams
from stripe_lite.core.objects import Expandable, Params, StripeObject, Tree
from stripe_lite.customers.cash_balances.model import CashBalanceTransaction
from stripe_lite.customers.customers.model import Customer

TransferType = Literal[
    "eu_bank_transfer", "gb_bank_transfer", "jp_bank_transfer", "mx_bank_transfer", "us_bank_transfer"
]


class FundingParams(Params):
    """A transfer that has come in from a customer's bank."""

    amount: int = Field(description="The amount in the currency's minor unit.")
    currency: str = Field(description="Three-letter currency, in lower case.")
    reference: str | None = Field(None, description="What the customer wrote beside the transfer.")


class EuBankTransferParams(Params):
    """Where an account in the euro area is to be."""

    country: str = Field(description="Two-letter country: BE, DE, ES, FR, IE or NL.")


class BankTransferParams(Params):
    """Which accounts to transfer to."""

    type: TransferType = Field(description="The type of transfer, which goes with the currency.")
    eu_bank_transfer: EuBankTransferParams | None = Field(None, description="Where an account for euros is to be.")
    requested_address_types: list[str] | None = Field(
        None, description="The shapes of addresses to show; all that the type has if absent."
    )


class FundingInstructionsParams(Params):
    """Which funding instructions to create, or to retrieve again."""

    bank_transfer: BankTransferParams = Field(description="Which accounts to transfer to.")
    currency: str = Field(description="Three-letter currency, in lower case.")
    funding_type: Literal["bank_transfer"] = Field(description="How the balance is funded.")


class CashBalanceTransactionListParams(ListParams):
    """Which part of a customer's transactions to list."""


class CashBalanceSettingsObject(StripeObject):
    """How funds that arrive for a customer are handled."""

    reconciliation_mode: Literal["automatic", "manual"] = Field(description="Whether they are applied by themselves.")
    using_merchant_default: bool = Field(description="Whether the mode is the merchant's rather than this customer's.")


class CashBalanceObject(StripeObject):
    """Funds held for a customer, from bank transfers."""

    object: Literal["cash_balance"] = "cash_balance"
    available: dict[str, int] | None = Field(description="Funds by currency in minor units; null where none came.")
    customer: str = Field(description="The customer.")
    customer_account: str | None = Field(description="Always null: accounts as customers are not served.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    settings: CashBalanceSettingsObject = Field(description="How funds that arrive are handled.")


class PaymentOfCashObject(StripeObject):
    """The payment that cash was applied to, or came back from."""

    payment_intent: Expandable = Field(description="The payment intent.")


class RefundOfCashObject(StripeObject):
    """The refund that put money into the cash balance."""

    refund: Expandable = Field(description="The refund.")


class TransferOfCashObject(StripeObject):
    """What became of cash that was not used in time."""

    balance_transaction: Expandable = Field(description="What it did to the merchant's balance.")


class FundedObject(StripeObject):
    """How money came in."""

    bank_transfer: Tree = Field(description="The type of the transfer, its reference, and what is known of its sender.")


class CashBalanceTransactionObject(StripeObject):
    """One change of a customer's cash balance."""

    id: str = Field(description="The transaction's id.")
    object: Literal["customer_cash_balance_transaction"] = "customer_cash_balance_transaction"
    applied_to_payment: PaymentOfCashObject | None = Field(None, description="What was paid with the money.")
    created: int = Field(description="When the transaction was made, in seconds since 1970.")
    currency: str = Field(description="Three-letter code of the currency.")
    customer: Expandable = Field(description="The customer.")
    customer_account: str | None = Field(description="Always null: accounts as customers are not served.")
    ending_balance: int = Field(description="The balance in this currency afterwards, in its minor unit.")
    funded: FundedObject | None = Field(None, description="How the money came in.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    net_amount: int = Field(description="The change in the currency's minor unit; negative where money left.")
    refunded_from_payment: RefundOfCashObject | None = Field(None, description="What gave the money back.")
    transferred_to_balance: TransferOfCashObject | None = Field(
        None, description="What became of the money that was not used in time."
    )
    type: str = Field(description="Why the balance changed: `funded`, `applied_to_payment` and so on.")
    unapplied_from_payment: PaymentOfCashObject | None = Field(None, description="What the money came back from.")


class FundingBankTransferObject(StripeObject):
    """The accounts to transfer to."""

    country: str = Field(description="Two-letter country of the accounts.")
    financial_addresses: list[Tree] = Field(description="The accounts, each in one shape and with its networks.")
    type: Literal["eu_bank_transfer", "jp_bank_transfer"] = Field(
        description="`jp_bank_transfer` in Japan, and `eu_bank_transfer` elsewhere: the official type has no other."
    )


class FundingInstructionsObject(StripeObject):
    """Where a customer transfers money to."""

    object: Literal["funding_instructions"] = "funding_instructions"
    bank_transfer: FundingBankTransferObject = Field(description="The accounts to transfer to.")
    currency: str = Field(description="Three-letter currency, in lower case.")
    funding_type: Literal["bank_transfer"] = Field(description="How the balance is funded.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")


def render(customer: Customer, available: dict[str, int] | None) -> CashBalanceObject:
    """A customer's cash balance as clients see it."""
    stored = (customer.details.get("cash_balance") or {}).get("settings") or {}
    mode = stored.get("reconciliation_mode")
    by_default = mode in (None, "merchant_default")
    return CashBalanceObject(
        available=available,
        customer=customer.id,
        customer_account=None,
        livemode=customer.livemode,
        settings=CashBalanceSettingsObject(
            reconciliation_mode="manual" if mode == "manual" else "automatic", using_merchant_default=by_default
        ),
    )


def render_transaction(transaction: CashBalanceTransaction) -> CashBalanceTransactionObject:
    """A change of a cash balance as clients see it."""
    return CashBalanceTransactionObject(
        id=transaction.id,
        created=unix(transaction.created_at),
        currency=transaction.currency,
        customer=transaction.customer_id,
        customer_account=None,
        ending_balance=transaction.ending_balance,
        livemode=transaction.livemode,
        net_amount=transaction.net_amount,
        type=transaction.type,
        **_source(transaction),
    )


def _source(transaction: CashBalanceTransaction) -> Tree:
    """Where the money came from or went to, under the name of the type."""
    match transaction.type:
        case "applied_to_payment" | "unapplied_from_payment":
            return {transaction.type: PaymentOfCashObject(payment_intent=transaction.payment_intent_id or "")}
        case "refunded_from_payment":
            return {transaction.type: RefundOfCashObject(refund=transaction.refund_id or "")}
        case "transferred_to_balance":
            booked = transaction.balance_transaction_id or ""
            return {transaction.type: TransferOfCashObject(balance_transaction=booked)}
        case "funded":
            return {transaction.type: FundedObject(bank_transfer=transaction.transfer or {})}
        case _:
            return {}
