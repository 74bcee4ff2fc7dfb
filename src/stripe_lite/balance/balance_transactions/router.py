"""HTTP operations on balance transactions, under their own path and under the one of before."""

from stripe_lite.balance.balance_transactions import service as balance_transactions
from stripe_lite.balance.balance_transactions.schema import BalanceTransactionListParams, BalanceTransactionObject
from stripe_lite.core.lists import ListObject
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router

router = Router(tag="Balance transactions")


@router.get("/v1/balance_transactions")
async def list_balance_transactions(
    work: Work, params: BalanceTransactionListParams
) -> ListObject[BalanceTransactionObject]:
    """List what moved the account's balance, newest first."""
    return await balance_transactions.listed(work, params)


@router.get("/v1/balance_transactions/{id}")
async def retrieve_balance_transaction(work: Work, id: str) -> BalanceTransactionObject:
    """Retrieve a balance transaction."""
    return await balance_transactions.show(work, id)


@router.get("/v1/balance/history")
async def list_balance_history(
    work: Work, params: BalanceTransactionListParams
) -> ListObject[BalanceTransactionObject]:
    """List balance transactions under the path of old."""
    return await balance_transactions.listed(work, params)


@router.get("/v1/balance/history/{id}")
async def retrieve_balance_history(work: Work, id: str) -> BalanceTransactionObject:
    """Retrieve a balance transaction under the path of old."""
    return await balance_transactions.show(work, id)
