"""What can be read of balance transactions."""

from sqlalchemy import ColumnElement

from stripe_lite.balance.balance_transactions.model import BalanceTransaction
from stripe_lite.balance.balance_transactions.schema import (
    BalanceTransactionListParams,
    BalanceTransactionObject,
    render,
)
from stripe_lite.core import money
from stripe_lite.core.errors import ResourceMissing
from stripe_lite.core.lists import ListObject
from stripe_lite.db.filters import created_between
from stripe_lite.db.work import Work

URL = "/v1/balance_transactions"


async def retrieve(work: Work, id: str, *, param: str = "id") -> BalanceTransaction:
    """The balance transaction with this id."""
    transaction = await work.get(BalanceTransaction, id)
    if transaction is None:
        raise ResourceMissing("balance transaction", id, param=param)
    return transaction


async def show(work: Work, id: str) -> BalanceTransactionObject:
    """The balance transaction as clients see it."""
    return render(await retrieve(work, id), work.now)


async def listed(work: Work, params: BalanceTransactionListParams) -> ListObject[BalanceTransactionObject]:
    """The account's balance transactions, newest first."""
    conditions: list[ColumnElement[bool]] = created_between(BalanceTransaction, params.created)
    if params.currency is not None:
        conditions.append(BalanceTransaction.currency == money.check_currency(params.currency))
    if params.source is not None:
        conditions.append(BalanceTransaction.source_id == params.source)
    if params.type is not None:
        conditions.append(BalanceTransaction.type == params.type)
    page = await work.page(BalanceTransaction, params, *conditions, noun="balance transaction")
    data = [render(row, work.now) for row in page.rows]
    return ListObject(data=data, has_more=page.has_more, url=URL)
