"""The one way to change a customer's credit balance: a transaction is posted, and the balance follows.

A balance is what the customer owes beyond invoices: negative is credit for the next one. `Customer.balance` is the one
in the customer's own currency; those in others stand in the details.
"""

from typing import Literal

from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.ids import new_id
from stripe_lite.core.money import AMOUNT_MAX
from stripe_lite.customers.balance_transactions.model import CustomerBalanceTransaction
from stripe_lite.customers.customers.model import Customer
from stripe_lite.db.base import Json
from stripe_lite.db.work import Work

# What a balance is counted in that was set before the customer had a currency.
CURRENCY_DEFAULT = "usd"
OTHER_BALANCES = "other_balances"

Type = Literal[
    "adjustment",
    "applied_to_invoice",
    "checkout_session_subscription_payment",
    "checkout_session_subscription_payment_canceled",
    "credit_note",
    "initial",
    "invoice_overpaid",
    "invoice_too_large",
    "invoice_too_small",
    "migration",
    "unapplied_from_invoice",
    "unspent_receiver_credit",
]


def post(
    work: Work,
    customer: Customer,
    amount: int,
    currency: str,
    type: Type,
    *,
    description: str | None = None,
    meta: Json | None = None,
    invoice_id: str | None = None,
    credit_note_id: str | None = None,
    checkout_session_id: str | None = None,
) -> CustomerBalanceTransaction:
    """Change the balance of a customer, whose row must be locked, by an amount in the currency's minor unit.

    The customer's first transaction decides its currency. Telling that the customer changed is the caller's part.
    """
    if customer.currency is None:
        customer.currency = currency
    ending_balance = balance_in(customer, currency) + amount
    if currency == customer.currency:
        customer.balance = ending_balance
    else:
        others = customer.details.get(OTHER_BALANCES) or {}
        customer.details = customer.details | {OTHER_BALANCES: others | {currency: ending_balance}}
    transaction = CustomerBalanceTransaction(
        account_id=work.account_id,
        id=new_id("cbtxn"),
        livemode=work.livemode,
        created_at=work.now,
        customer_id=customer.id,
        amount=amount,
        currency=currency,
        ending_balance=ending_balance,
        type=type,
        description=description,
        invoice_id=invoice_id,
        credit_note_id=credit_note_id,
        checkout_session_id=checkout_session_id,
        meta=meta or {},
    )
    work.add(transaction)
    return transaction


def currency_of(customer: Customer) -> str:
    """The currency that `Customer.balance` is in, or will be."""
    return customer.currency or CURRENCY_DEFAULT


def balance_in(customer: Customer, currency: str) -> int:
    """The customer's balance in a currency, in its minor unit; negative is credit."""
    if currency == currency_of(customer):
        return customer.balance
    balance: int = (customer.details.get(OTHER_BALANCES) or {}).get(currency, 0)
    return balance


def credit(customer: Customer) -> dict[str, int]:
    """What the customer has to its credit in every currency: the balances with their signs turned."""
    if customer.currency is None:
        return {}
    currencies = [customer.currency, *(customer.details.get(OTHER_BALANCES) or {})]
    return {currency: -balance_in(customer, currency) for currency in currencies}


def check_amount(amount: int, param: str) -> None:
    """Refuse an amount that no invoice could ever have."""
    if abs(amount) > AMOUNT_MAX:
        raise InvalidRequest(
            f"This value must be between -{AMOUNT_MAX} and {AMOUNT_MAX}.", code="amount_too_large", param=param
        )
