"""What can be done with a customer's cash balance. It has settings; funds never arrive, as no bank transfers do."""

from stripe_lite.core.objects import StripeObject
from stripe_lite.customers.cash_balances.schema import CashBalanceObject, render
from stripe_lite.customers.customers import lookup
from stripe_lite.customers.customers.model import Customer
from stripe_lite.customers.customers.schema import CashBalanceParams
from stripe_lite.db.work import Work


async def retrieve(work: Work, customer_id: str) -> Customer:
    """The customer whose cash balance it is."""
    return await lookup.living(work, customer_id)


async def update(work: Work, customer_id: str, params: CashBalanceParams) -> Customer:
    """Change how funds that arrive are handled."""
    customer = await lookup.living(work, customer_id, lock=True)
    if params.settings is not None:
        customer.details = customer.details | {"cash_balance": params.model_dump(exclude_unset=True)}
    return customer


async def include(work: Work, customer: StripeObject) -> CashBalanceObject:
    """The `cash_balance` of a customer, for `expand`."""
    return render(await lookup.retrieve(work, getattr(customer, "id", "")))
