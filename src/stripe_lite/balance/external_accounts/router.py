"""HTTP operations on the account's external accounts, under two names."""

from stripe_lite.balance.external_accounts import service as external_accounts
from stripe_lite.balance.external_accounts.schema import (
    DeletedExternalAccountObject,
    ExternalAccountCreateParams,
    ExternalAccountListParams,
    ExternalAccountObject,
    ExternalAccountUpdateParams,
    render,
)
from stripe_lite.core.lists import ListObject
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router

router = Router(tag="External accounts")


@router.post("/v1/accounts/{account}/external_accounts")
async def create_external_account(
    work: Work, account: str, params: ExternalAccountCreateParams
) -> ExternalAccountObject:
    """Add a bank account or a debit card to pay out to."""
    return render(await external_accounts.create(work, account, params))


@router.get("/v1/accounts/{account}/external_accounts/{id}")
async def retrieve_external_account(work: Work, account: str, id: str) -> ExternalAccountObject:
    """Retrieve an external account."""
    return render(await external_accounts.retrieve(work, account, id))


@router.post("/v1/accounts/{account}/external_accounts/{id}")
async def update_external_account(
    work: Work, account: str, id: str, params: ExternalAccountUpdateParams
) -> ExternalAccountObject:
    """Change an external account: what is not sent stays as it is."""
    return render(await external_accounts.update_own(work, account, id, params))


@router.delete("/v1/accounts/{account}/external_accounts/{id}")
async def delete_external_account(work: Work, account: str, id: str) -> DeletedExternalAccountObject:
    """Delete an external account."""
    return await external_accounts.delete(work, account, id)


@router.get("/v1/accounts/{account}/external_accounts")
async def list_external_accounts(
    work: Work, account: str, params: ExternalAccountListParams
) -> ListObject[ExternalAccountObject]:
    """List the account's external accounts, newest first."""
    page = await external_accounts.page(work, account, params)
    rows = [render(row) for row in page.rows]
    return ListObject(data=rows, has_more=page.has_more, url=f"/v1/accounts/{account}/external_accounts")


@router.post("/v1/accounts/{account}/bank_accounts")
async def create_account_bank_account(
    work: Work, account: str, params: ExternalAccountCreateParams
) -> ExternalAccountObject:
    """Add a bank account or a debit card to pay out to, under the path of old."""
    return render(await external_accounts.create(work, account, params))


@router.get("/v1/accounts/{account}/bank_accounts/{id}")
async def retrieve_account_bank_account(work: Work, account: str, id: str) -> ExternalAccountObject:
    """Retrieve an external account, under the path of old."""
    return render(await external_accounts.retrieve(work, account, id))


@router.post("/v1/accounts/{account}/bank_accounts/{id}")
async def update_account_bank_account(
    work: Work, account: str, id: str, params: ExternalAccountUpdateParams
) -> ExternalAccountObject:
    """Change an external account, under the path of old."""
    return render(await external_accounts.update_own(work, account, id, params))


@router.delete("/v1/accounts/{account}/bank_accounts/{id}")
async def delete_account_bank_account(work: Work, account: str, id: str) -> DeletedExternalAccountObject:
    """Delete an external account, under the path of old."""
    return await external_accounts.delete(work, account, id)


@router.post("/v1/external_accounts/{id}")
async def update_own_external_account(
    work: Work, id: str, params: ExternalAccountUpdateParams
) -> ExternalAccountObject:
    """Change an external account that is named by its id alone."""
    return render(await external_accounts.update(work, id, params))
