"""HTTP operations on customers' cash balances."""

from stripe_lite.core.lists import ListObject
from stripe_lite.customers.cash_balances import service as cash_balances
from stripe_lite.customers.cash_balances.schema import (
    CashBalanceObject,
    CashBalanceTransactionListParams,
    CashBalanceTransactionObject,
    FundingInstructionsObject,
    FundingInstructionsParams,
    FundingParams,
    render_transaction,
)
from stripe_lite.customers.customers.schema import CashBalanceParams
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router

router = Router(tag="Cash balances", permission="customers")


@router.get("/v1/customers/{customer}/cash_balance")
async def retrieve_cash_balance(work: Work, customer: str) -> CashBalanceObject:
    """Retrieve a customer's cash balance."""
    return await cash_balances.retrieve(work, customer)


@router.post("/v1/customers/{customer}/cash_balance")
async def update_cash_balance(work: Work, customer: str, params: CashBalanceParams) -> CashBalanceObject:
    """Change the settings of a customer's cash balance."""
    return await cash_balances.update(work, customer, params)


@router.get("/v1/customers/{customer}/cash_balance_transactions")
async def list_cash_balance_transactions(
    work: Work, customer: str, params: CashBalanceTransactionListParams
) -> ListObject[CashBalanceTransactionObject]:
    """List the changes of a customer's cash balance, newest first."""
    page = await cash_balances.page(work, customer, params)
    url = f"/v1/customers/{customer}/cash_balance_transactions"
    return ListObject(data=[render_transaction(row) for row in page.rows], has_more=page.has_more, url=url)


@router.get("/v1/customers/{customer}/cash_balance_transactions/{transaction}")
async def retrieve_cash_balance_transaction(
    work: Work, customer: str, transaction: str
) -> CashBalanceTransactionObject:
    """Retrieve one change of a customer's cash balance."""
    return render_transaction(await cash_balances.transaction(work, customer, transaction))


@router.post("/v1/customers/{customer}/funding_instructions")
async def create_funding_instructions(
    work: Work, customer: str, params: FundingInstructionsParams
) -> FundingInstructionsObject:
    """Create or retrieve the accounts that a customer transfers money to."""
    return await cash_balances.funding_instructions(work, customer, params)


@router.post("/v1/test_helpers/customers/{customer}/fund_cash_balance")
async def fund_cash_balance(work: Work, customer: str, params: FundingParams) -> CashBalanceTransactionObject:
    """Let a bank transfer come in from a test customer."""
    return render_transaction(await cash_balances.fund(work, customer, params))
