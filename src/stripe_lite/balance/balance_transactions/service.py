"""What can be read of balance transactions."""

from sqlalchemy import ColumnElement, Select, select

from stripe_lite.balance.balance_transactions.model import BalanceTransaction
from stripe_lite.balance.balance_transactions.schema import (
    BalanceTransactionListParams,
    BalanceTransactionObject,
    render,
)
from stripe_lite.balance.payouts.model import Payout, PayoutBalanceTransaction
from stripe_lite.core import money
from stripe_lite.core.errors import InvalidRequest, ResourceMissing
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
    if params.payout is not None:
        conditions.append(BalanceTransaction.id.in_(await _of_payout(work, params.payout)))
    if params.source is not None:
        conditions.append(BalanceTransaction.source_id == params.source)
    if params.type is not None:
        conditions.append(BalanceTransaction.type == params.type)
    page = await work.page(BalanceTransaction, params, *conditions, noun="balance transaction")
    data = [render(row, work.now) for row in page.rows]
    return ListObject(data=data, has_more=page.has_more, url=URL)


async def _of_payout(work: Work, id: str) -> Select[str]:
    """The ids of what an automatic payout is made of; of a manual one nobody can say."""
    payout = await work.get(Payout, id)
    if payout is None:
        raise ResourceMissing("payout", id, param="payout")
    if not payout.automatic:
        raise InvalidRequest(
            "Balance transaction history can only be filtered on automatic transfers, not manual.", param="payout"
        )
    return select(PayoutBalanceTransaction.id).where(
        PayoutBalanceTransaction.account_id == work.account_id, PayoutBalanceTransaction.payout_id == id
    )
