"""HTTP operations on customers' cash balances."""

from stripe_lite.customers.cash_balances import service as cash_balances
from stripe_lite.customers.cash_balances.schema import CashBalanceObject, render
from stripe_lite.customers.customers.schema import CashBalanceParams
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router

router = Router(tag="Cash balances", permission="customers")


@router.get("/v1/customers/{customer}/cash_balance")
async def retrieve_cash_balance(work: Work, customer: str) -> CashBalanceObject:
    """Retrieve a customer's cash balance."""
    return render(await cash_balances.retrieve(work, customer))


@router.post("/v1/customers/{customer}/cash_balance")
async def update_cash_balance(work: Work, customer: str, params: CashBalanceParams) -> CashBalanceObject:
    """Change the settings of a customer's cash balance."""
    return render(await cash_balances.update(work, customer, params))
