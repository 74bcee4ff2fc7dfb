"""Invariants of what leaves and enters the balance beside payments: payouts, top-ups and disputes."""

from stripe_lite.audit.check import Check

# What each book should hold, by what its objects say of themselves.
_MISCOUNTED_BOOK = """
SELECT coalesce(due.account, entered.account) AS account, coalesce(due.livemode, entered.livemode) AS livemode,
       coalesce(due.currency, entered.currency) AS currency, due.amount AS {book}, entered.amount AS entered
FROM (
  SELECT account_id AS account, livemode, currency, sum(amount) AS amount FROM {book} WHERE {open} GROUP BY 1, 2, 3
) AS due
FULL JOIN (
  SELECT account, livemode, currency, sum(amount) AS amount FROM audit.ledger_entries
  WHERE ledger_account = '{book}' GROUP BY 1, 2, 3
) AS entered ON entered.account = due.account AND entered.livemode = due.livemode AND entered.currency = due.currency
WHERE coalesce(due.amount, 0) <> coalesce(entered.amount, 0)
"""

MISCOUNTED_PAYOUTS = _MISCOUNTED_BOOK.format(book="payouts", open="status IN ('pending', 'in_transit')")
MISCOUNTED_DISPUTES = _MISCOUNTED_BOOK.format(book="disputes", open="withdrawn AND status <> 'lost'")

WRONGLY_BOOKED_PAYOUTS = """
SELECT payout.account_id AS account, payout.id AS payout, payout.status, payout.amount, payout.fee,
       booked.amount AS booked, booked.fee AS fees
FROM payouts payout
LEFT JOIN (
  SELECT account, source, sum(amount) AS amount, sum(fee) AS fee, array_agg(id) AS ids
  FROM audit.balance_transactions WHERE type IN ('payout', 'payout_failure', 'payout_cancel') GROUP BY 1, 2
) AS booked ON booked.account = payout.account_id AND booked.source = payout.id
WHERE booked.ids IS NULL OR payout.balance_transaction_id <> ALL (booked.ids) OR CASE
  WHEN payout.status IN ('failed', 'canceled') THEN booked.amount <> 0 OR booked.fee <> 0
    OR payout.failure_balance_transaction_id IS NULL OR payout.failure_balance_transaction_id <> ALL (booked.ids)
  ELSE booked.amount <> -payout.amount OR booked.fee <> payout.fee
    OR payout.failure_balance_transaction_id IS NOT NULL
END
"""

# An automatic payout pays out all of what it goes out with, and nothing else.
UNACCOUNTED_PAYOUTS = """
SELECT held.account_id AS account, held.payout_id AS payout, payout.automatic, sum(moved.net) AS surplus,
       count(*) - count(moved.id) AS missing
FROM payout_balance_transactions held
LEFT JOIN balance_transactions moved ON moved.account_id = held.account_id AND moved.id = held.id
LEFT JOIN payouts payout ON payout.account_id = held.account_id AND payout.id = held.payout_id
GROUP BY 1, 2, 3 HAVING sum(moved.net) IS DISTINCT FROM 0 OR count(moved.id) <> count(*) OR payout.automatic IS NOT TRUE
UNION ALL
SELECT payout.account_id, payout.id, payout.automatic, NULL, 1
FROM payouts payout
WHERE payout.automatic AND NOT EXISTS (
  SELECT FROM payout_balance_transactions held
  WHERE held.account_id = payout.account_id AND held.payout_id = payout.id AND held.id = payout.balance_transaction_id
)
"""

WRONGLY_BOOKED_TOPUPS = """
SELECT topup.account_id AS account, topup.id AS topup, topup.status, topup.amount, booked.amount AS booked
FROM topups topup
LEFT JOIN (
  SELECT account, source, sum(amount) AS amount, array_agg(id) AS ids
  FROM audit.balance_transactions WHERE type IN ('topup', 'topup_reversal') GROUP BY 1, 2
) AS booked ON booked.account = topup.account_id AND booked.source = topup.id
WHERE CASE topup.status
  WHEN 'succeeded' THEN booked.amount IS DISTINCT FROM topup.amount
    OR (topup.balance_transaction_id = ANY (booked.ids)) IS NOT TRUE
  WHEN 'reversed' THEN booked.amount IS DISTINCT FROM 0
    OR (topup.balance_transaction_id = ANY (booked.ids)) IS NOT TRUE
  ELSE booked.ids IS NOT NULL OR topup.balance_transaction_id IS NOT NULL
END
"""

# Compared in the currency of the dispute. The fee is given back with the money.
WRONGLY_BOOKED_DISPUTES = """
SELECT dispute.account_id AS account, dispute.id AS dispute, dispute.status, dispute.withdrawn, dispute.amount,
       booked.amount AS booked, booked.fee
FROM disputes dispute
LEFT JOIN (
  SELECT moved.account, moved.source, sum(entry.amount) AS amount, sum(moved.fee) AS fee
  FROM audit.balance_transactions moved
  JOIN audit.ledger_entries entry ON entry.account = moved.account AND entry.txn_id = moved.id
    AND entry.ledger_account = 'disputes'
  GROUP BY 1, 2
) AS booked ON booked.account = dispute.account_id AND booked.source = dispute.id
WHERE CASE WHEN dispute.withdrawn THEN booked.amount IS DISTINCT FROM dispute.amount OR booked.fee < 0
  ELSE coalesce(booked.amount, 0) <> 0 OR coalesce(booked.fee, 0) <> 0
END OR dispute.withdrawn <> (dispute.status IN ('needs_response', 'under_review', 'lost'))
"""

MISCOUNTED_CHARGEBACKS = """
SELECT charge.account_id AS account, charge.id AS charge, charge.disputed, charge.amount_captured,
       charge.details ->> 'charged_back' AS charged_back, disputed.number AS disputes, disputed.amount
FROM charges charge
LEFT JOIN (
  SELECT account_id, charge_id, count(*) AS number, sum(amount) AS amount, bool_or(withdrawn) AS withdrawn
  FROM disputes GROUP BY 1, 2
) AS disputed ON disputed.account_id = charge.account_id AND disputed.charge_id = charge.id
WHERE charge.disputed <> (disputed.number IS NOT NULL)
   OR coalesce(charge.details ->> 'charged_back', 'false') <> coalesce(disputed.withdrawn, false)::text
   OR disputed.amount > charge.amount_captured
"""

CHECKS = (
    Check(9, "a charge knows of its disputes, which are within it", MISCOUNTED_CHARGEBACKS),
    Check(10, "what is paid out is booked, and named by its payout", WRONGLY_BOOKED_PAYOUTS),
    Check(10, "what is topped up is booked, and named by its top-up", WRONGLY_BOOKED_TOPUPS),
    Check(10, "what is disputed is booked while it is withdrawn", WRONGLY_BOOKED_DISPUTES),
    Check(11, "the payouts book holds what is on its way", MISCOUNTED_PAYOUTS),
    Check(11, "the disputes book holds what is withdrawn and not decided", MISCOUNTED_DISPUTES),
    Check(11, "an automatic payout is what it went out with", UNACCOUNTED_PAYOUTS),
)
