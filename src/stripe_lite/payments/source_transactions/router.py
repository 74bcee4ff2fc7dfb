"""HTTP operations on source transactions."""

from stripe_lite.core.lists import ListObject
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router
from stripe_lite.payments.source_transactions import service as source_transactions
from stripe_lite.payments.source_transactions.schema import (
    SourceTransactionListParams,
    SourceTransactionObject,
    render,
)
from stripe_lite.payments.sources import objects

router = Router(tag="Sources")


@router.get("/v1/sources/{source}/source_transactions")
async def list_source_transactions(
    work: Work, source: str, params: SourceTransactionListParams
) -> ListObject[SourceTransactionObject]:
    """List what was sent to a source, newest first."""
    page = await source_transactions.page(work, await objects.retrieve(work, source), params)
    rows = [render(row) for row in page.rows]
    return ListObject(data=rows, has_more=page.has_more, url=f"/v1/sources/{source}/source_transactions")


@router.get("/v1/sources/{source}/source_transactions/{source_transaction}")
async def retrieve_source_transaction(work: Work, source: str, source_transaction: str) -> SourceTransactionObject:
    """Retrieve one thing that was sent to a source."""
    return await source_transactions.show(work, source, source_transaction)
