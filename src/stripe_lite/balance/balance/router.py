"""HTTP operations on the account's balance."""

from stripe_lite.balance import balances, settlement
from stripe_lite.balance.balance.schema import BalanceObject, render
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router

router = Router(tag="Balance")


@router.get("/v1/balance")
async def retrieve_balance(work: Work) -> BalanceObject:
    """Retrieve what the account has, available and pending."""
    account = await settlement.profile(work)
    return render(await balances.of(work), account.default_currency, livemode=work.livemode)
