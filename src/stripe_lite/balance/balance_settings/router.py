"""HTTP operations on the account's balance settings."""

from stripe_lite.balance.balance_settings import service as balance_settings
from stripe_lite.balance.balance_settings.schema import BalanceSettingsObject, BalanceSettingsUpdateParams
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router

router = Router(tag="Balance settings")


@router.get("/v1/balance_settings")
async def retrieve_balance_settings(work: Work) -> BalanceSettingsObject:
    """Retrieve when the account's money is available and how it is paid out."""
    return await balance_settings.show(work)


@router.post("/v1/balance_settings")
async def update_balance_settings(work: Work, params: BalanceSettingsUpdateParams) -> BalanceSettingsObject:
    """Change when the account's money is available or how it is paid out."""
    return await balance_settings.update(work, params)
