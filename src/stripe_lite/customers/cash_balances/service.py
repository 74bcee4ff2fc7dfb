"""What can be done with a customer's cash balance."""

from dataclasses import dataclass

from stripe_lite.core import money
from stripe_lite.core.errors import InvalidRequest, ResourceMissing
from stripe_lite.core.lists import Page
from stripe_lite.core.objects import StripeObject
from stripe_lite.customers.cash_balances import posting, sweeping, transfers
from stripe_lite.customers.cash_balances.model import CashBalanceTransaction
from stripe_lite.customers.cash_balances.schema import (
    CashBalanceObject,
    CashBalanceTransactionListParams,
    CashBalanceTransactionObject,
    FundingBankTransferObject,
    FundingInstructionsObject,
    FundingInstructionsParams,
    FundingParams,
    render,
    render_transaction,
)
from stripe_lite.customers.customers import lookup
from stripe_lite.customers.customers.model import Customer
from stripe_lite.customers.customers.schema import CashBalanceParams
from stripe_lite.db.work import Work

NOUN = "customer_cash_balance_transaction"
# Money has come in for a customer, who is held: payments that wait for it take their part before it is told.
CAME_IN = "internal.cash_balance.came_in"


@dataclass(frozen=True, slots=True)
class Incoming:
    """Money that has come into the cash balance of a customer, who is held; of a transfer, with which reference."""

    customer: Customer
    transaction: CashBalanceTransaction
    reference: str | None = None


async def retrieve(work: Work, customer_id: str) -> CashBalanceObject:
    """A customer's cash balance."""
    return await _shown(work, await lookup.living(work, customer_id))


async def update(work: Work, customer_id: str, params: CashBalanceParams) -> CashBalanceObject:
    """Change how funds that arrive are handled."""
    customer = await lookup.living(work, customer_id, lock=True)
    if params.settings is not None:
        customer.details = customer.details | {"cash_balance": params.model_dump(exclude_unset=True)}
    return await _shown(work, customer)


async def include(work: Work, customer: StripeObject) -> CashBalanceObject:
    """The `cash_balance` of a customer, for `expand`."""
    return await _shown(work, await lookup.retrieve(work, getattr(customer, "id", "")))


async def fund(work: Work, customer_id: str, params: FundingParams) -> CashBalanceTransaction:
    """Let a test transfer come in. It pays what waits for it, unless the merchant does that by hand."""
    if work.livemode:
        raise InvalidRequest("Test helpers are there in test mode only: use a test key.")
    currency = money.check_currency(params.currency)
    type = transfers.type_of(currency)
    _check_amount(params.amount)
    customer = await lookup.living(work, customer_id, lock=True)
    return await receive(work, customer, type, params.amount, params.reference)


async def receive(
    work: Work, customer: Customer, type: str, amount: int, reference: str | None
) -> CashBalanceTransaction:
    """A transfer has come in for a customer, who is held."""
    currency = transfers.TRANSFERS[type].currency
    sent = transfers.sent(customer, type, reference)
    transaction = await posting.post(work, customer, "funded", amount, currency, transfer=sent)
    await distribute(work, Incoming(customer, transaction, reference))
    return transaction


async def distribute(work: Work, incoming: Incoming) -> None:
    """Let payments take their part of what has come in, and tell what is left, which is swept up if nobody uses it."""
    sweeping.expect(work, incoming.transaction)
    work.tell(CAME_IN, incoming)
    await work.react()
    await posting.tell_available(work, incoming.customer)


async def funding_instructions(
    work: Work, customer_id: str, params: FundingInstructionsParams
) -> FundingInstructionsObject:
    """Where the customer transfers to: the same account each time."""
    customer = await lookup.living(work, customer_id)
    currency = money.check_currency(params.currency)
    transfers.type_of(currency)
    given = params.bank_transfer.model_dump(exclude_unset=True)
    transfers.check(given, currency, "bank_transfer")
    type = params.bank_transfer.type
    country = await transfers.country_of(work, customer, type, given)
    requested = params.bank_transfer.requested_address_types
    return FundingInstructionsObject(
        bank_transfer=FundingBankTransferObject(
            country=country,
            financial_addresses=await transfers.addresses(work, customer, type, country, requested),
            type="jp_bank_transfer" if type == "jp_bank_transfer" else "eu_bank_transfer",
        ),
        currency=currency,
        funding_type="bank_transfer",
        livemode=customer.livemode,
    )


async def transaction(work: Work, customer_id: str, id: str) -> CashBalanceTransaction:
    """One of the customer's transactions."""
    await lookup.living(work, customer_id)
    found = await work.get(CashBalanceTransaction, id)
    if found is None or found.customer_id != customer_id:
        raise ResourceMissing(NOUN, id, param="transaction")
    return found


async def show(work: Work, id: str) -> CashBalanceTransactionObject:
    """The transaction as clients see it, whosever it is."""
    found = await work.get(CashBalanceTransaction, id)
    if found is None:
        raise ResourceMissing(NOUN, id)
    return render_transaction(found)


async def page(work: Work, customer_id: str, params: CashBalanceTransactionListParams) -> Page[CashBalanceTransaction]:
    """A customer's transactions, newest first."""
    await lookup.living(work, customer_id)
    own = CashBalanceTransaction.customer_id == customer_id
    return await work.page(CashBalanceTransaction, params, own, noun=NOUN)


async def _shown(work: Work, customer: Customer) -> CashBalanceObject:
    return render(customer, await posting.amounts(work, customer))


def _check_amount(amount: int) -> None:
    if amount < 1:
        raise InvalidRequest(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount"
        )
    if amount > money.AMOUNT_MAX:
        raise InvalidRequest(
            f"This value must be less than or equal to {money.AMOUNT_MAX}.", code="amount_too_large", param="amount"
        )
