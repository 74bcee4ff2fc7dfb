"""The older addresses of a customer's sources: their cards by themselves, and their bank accounts."""

from stripe_lite.core.lists import ListObject
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router
from stripe_lite.payments.sources import service as sources
from stripe_lite.payments.sources import verification
from stripe_lite.payments.sources.schema import (
    BankAccountSourceObject,
    CardSourceObject,
    DeletedSourceObject,
    KindListParams,
    SourceCreateParams,
    SourceListParams,
    SourceUpdateParams,
    SourceVerifyParams,
    render_bank_account,
    render_card,
    render_deleted,
)

router = Router(tag="Sources")


@router.post("/v1/customers/{customer}/cards")
async def create_card(work: Work, customer: str, params: SourceCreateParams) -> CardSourceObject:
    """Save a card with a customer."""
    return render_card(await sources.create(work, customer, params, "card"))


@router.get("/v1/customers/{customer}/cards/{id}")
async def retrieve_card(work: Work, customer: str, id: str) -> CardSourceObject:
    """Retrieve a customer's card."""
    return render_card(await sources.retrieve(work, customer, sources.of_kind("card", id)))


@router.post("/v1/customers/{customer}/cards/{id}")
async def update_card(work: Work, customer: str, id: str, params: SourceUpdateParams) -> CardSourceObject:
    """Change a customer's card: what is not sent stays as it is."""
    return render_card(await sources.update(work, customer, sources.of_kind("card", id), params))


@router.delete("/v1/customers/{customer}/cards/{id}")
async def delete_card(work: Work, customer: str, id: str) -> DeletedSourceObject:
    """Delete a customer's card."""
    return render_deleted(await sources.delete(work, customer, sources.of_kind("card", id)))


@router.get("/v1/customers/{customer}/cards")
async def list_cards(work: Work, customer: str, params: KindListParams) -> ListObject[CardSourceObject]:
    """List a customer's cards, newest first."""
    page = await sources.page(work, customer, SourceListParams(object="card", **params.sent()))
    rows = [render_card(row) for row in page.rows]
    return ListObject(data=rows, has_more=page.has_more, url=f"/v1/customers/{customer}/cards")


@router.post("/v1/customers/{customer}/bank_accounts")
async def create_bank_account(work: Work, customer: str, params: SourceCreateParams) -> BankAccountSourceObject:
    """Save a bank account with a customer."""
    return render_bank_account(await sources.create(work, customer, params, "bank_account"))


@router.get("/v1/customers/{customer}/bank_accounts/{id}")
async def retrieve_bank_account(work: Work, customer: str, id: str) -> BankAccountSourceObject:
    """Retrieve a customer's bank account."""
    return render_bank_account(await sources.retrieve(work, customer, sources.of_kind("bank_account", id)))


@router.post("/v1/customers/{customer}/bank_accounts/{id}")
async def update_bank_account(
    work: Work, customer: str, id: str, params: SourceUpdateParams
) -> BankAccountSourceObject:
    """Change a customer's bank account: what is not sent stays as it is."""
    return render_bank_account(await sources.update(work, customer, sources.of_kind("bank_account", id), params))


@router.post("/v1/customers/{customer}/bank_accounts/{id}/verify")
async def verify_bank_account(
    work: Work, customer: str, id: str, params: SourceVerifyParams
) -> BankAccountSourceObject:
    """Prove that a bank account is the customer's."""
    return render_bank_account(await verification.verify(work, customer, sources.of_kind("bank_account", id), params))


@router.delete("/v1/customers/{customer}/bank_accounts/{id}")
async def delete_bank_account(work: Work, customer: str, id: str) -> DeletedSourceObject:
    """Delete a customer's bank account."""
    return render_deleted(await sources.delete(work, customer, sources.of_kind("bank_account", id)))


@router.get("/v1/customers/{customer}/bank_accounts")
async def list_bank_accounts(work: Work, customer: str, params: KindListParams) -> ListObject[BankAccountSourceObject]:
    """List a customer's bank accounts, newest first."""
    page = await sources.page(work, customer, SourceListParams(object="bank_account", **params.sent()))
    rows = [render_bank_account(row) for row in page.rows]
    return ListObject(data=rows, has_more=page.has_more, url=f"/v1/customers/{customer}/bank_accounts")
