"""HTTP operations on customers' credit balances."""

from stripe_lite.core.lists import ListObject
from stripe_lite.customers.balance_transactions import service as balance_transactions
from stripe_lite.customers.balance_transactions.schema import (
    BalanceTransactionCreateParams,
    BalanceTransactionListParams,
    BalanceTransactionUpdateParams,
    CustomerBalanceTransactionObject,
    render,
)
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router

router = Router(tag="Customer balance transactions", permission="customers")


@router.post("/v1/customers/{customer}/balance_transactions")
async def create_customer_balance_transaction(
    work: Work, customer: str, params: BalanceTransactionCreateParams
) -> CustomerBalanceTransactionObject:
    """Adjust a customer's credit balance."""
    return render(await balance_transactions.create(work, customer, params))


@router.get("/v1/customers/{customer}/balance_transactions/{transaction}")
async def retrieve_customer_balance_transaction(
    work: Work, customer: str, transaction: str
) -> CustomerBalanceTransactionObject:
    """Retrieve one change of a customer's credit balance."""
    return render(await balance_transactions.retrieve(work, customer, transaction))


@router.post("/v1/customers/{customer}/balance_transactions/{transaction}")
async def update_customer_balance_transaction(
    work: Work, customer: str, transaction: str, params: BalanceTransactionUpdateParams
) -> CustomerBalanceTransactionObject:
    """Change a transaction's description or metadata."""
    return render(await balance_transactions.update(work, customer, transaction, params))


@router.get("/v1/customers/{customer}/balance_transactions")
async def list_customer_balance_transactions(
    work: Work, customer: str, params: BalanceTransactionListParams
) -> ListObject[CustomerBalanceTransactionObject]:
    """List the changes of a customer's credit balance, newest first."""
    page = await balance_transactions.page(work, customer, params)
    url = f"/v1/customers/{customer}/balance_transactions"
    return ListObject(data=[render(row) for row in page.rows], has_more=page.has_more, url=url)
