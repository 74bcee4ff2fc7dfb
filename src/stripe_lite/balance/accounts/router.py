"""HTTP operations on the account itself."""

from stripe_lite.balance.accounts import service as accounts
from stripe_lite.balance.accounts.schema import AccountObject
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router

router = Router(tag="Accounts")


@router.get("/v1/account")
async def retrieve_own_account(work: Work) -> AccountObject:
    """Retrieve the account that the key belongs to."""
    return await accounts.show(work, work.account_id)


@router.get("/v1/accounts/{account}")
async def retrieve_account(work: Work, account: str) -> AccountObject:
    """Retrieve the account by its id; no other one can be seen."""
    return await accounts.show(work, account)
