"""Which balance transactions an automatic payout is made of: each goes out with one of them, once."""

from stripe_lite.balance import balances
from stripe_lite.balance.payouts.model import PayoutBalanceTransaction
from stripe_lite.db.work import Work

# What is available and did not go out yet. What moved the balance by hand, such as manual payouts, is among it.
_UNPAID = """
FROM balance_transactions t
WHERE t.account_id = $1 AND t.livemode = $2 AND t.currency = $3 AND t.available_at <= $4
  AND NOT EXISTS (
    SELECT FROM payout_balance_transactions held WHERE held.account_id = t.account_id AND held.id = t.id
  )
"""
SUMS = f"SELECT t.source_type, sum(t.net)::bigint AS net {_UNPAID} GROUP BY t.source_type"
TAKE = f"""
INSERT INTO payout_balance_transactions (account_id, id, payout_id)
SELECT t.account_id, t.id, $5 {_UNPAID} AND ($6::text IS NULL OR t.source_type = $6)
"""
SUM = """
SELECT coalesce(sum(t.net), 0)::bigint AS net
FROM payout_balance_transactions held
JOIN balance_transactions t ON t.account_id = held.account_id AND t.id = held.id
WHERE held.account_id = $1 AND held.payout_id = $2
"""
LEAVE = "DELETE FROM payout_balance_transactions WHERE account_id = $1 AND payout_id = $2"


async def unpaid(work: Work, currency: str) -> dict[str, int]:
    """What is available in a currency and did not go out yet, by source type, in minor units."""
    records = await work.execute(SUMS, work.account_id, work.livemode, currency, balances.moment(work))
    return {record["source_type"]: record["net"] for record in records}


async def take(work: Work, payout_id: str, currency: str, source_type: str | None) -> int:
    """Let a payout hold what did not go out yet, of one source type or of all; gives back how much it is.

    What others book in the meantime is held or not, but the sum is of what is held.
    """
    await work.begin()
    await work.execute(TAKE, work.account_id, work.livemode, currency, balances.moment(work), payout_id, source_type)
    return int((await work.execute(SUM, work.account_id, payout_id))[0]["net"])


async def leave(work: Work, payout_id: str) -> None:
    """Let a payout that is not made hold nothing."""
    await work.execute(LEAVE, work.account_id, payout_id)


def add(work: Work, payout_id: str, transaction_id: str) -> None:
    """Let a payout hold one more: its own."""
    work.add(PayoutBalanceTransaction(account_id=work.account_id, id=transaction_id, payout_id=payout_id))
