"""Invariants of the ledger and of the balance transactions, and of what they say of charges and refunds."""

from stripe_lite.audit.check import Check

UNBALANCED_POSTINGS = """
SELECT account, livemode, txn_id, currency, sum(amount) AS surplus
FROM audit.ledger_entries GROUP BY 1, 2, 3, 4 HAVING sum(amount) <> 0
"""

UNBALANCED_LEDGER = """
SELECT livemode, currency, sum(amount) AS surplus
FROM audit.ledger_entries GROUP BY 1, 2 HAVING sum(amount) <> 0
"""

# What was converted is compared in the currency of the payment: there the bank's side of the posting is.
BOOKED = """
SELECT t.account, t.source, t.type, sum(-e.amount) AS amount
FROM audit.balance_transactions t
JOIN audit.ledger_entries e ON e.account = t.account AND e.txn_id = t.id AND e.ledger_account IN ({books})
JOIN {table} moved ON moved.account_id = t.account AND moved.id = t.source AND moved.currency = e.currency
GROUP BY 1, 2, 3
"""

WRONGLY_BOOKED_CHARGES = f"""
SELECT charge.id AS charge, charge.amount_captured, charge.balance_transaction, booked.amount AS booked
FROM audit.charges charge
LEFT JOIN (
  SELECT account, source, sum(amount) AS amount
  FROM ({BOOKED.format(table="charges", books="'bank', 'customer_balance'")}) AS taken
  WHERE type IN ('charge', 'payment', 'payment_failure_refund') GROUP BY 1, 2
) AS booked ON booked.account = charge.account AND booked.source = charge.id
WHERE coalesce(booked.amount, 0) <> charge.amount_captured
   OR CASE charge.status
        -- What was booked while it was pending, and undone, is still named.
        WHEN 'failed' THEN charge.amount_captured <> 0
        ELSE (charge.amount_captured > 0) <> (charge.balance_transaction IS NOT NULL)
      END
"""

# Of a customer's cash nothing was the merchant's: see `audit.cash`.
WRONGLY_BOOKED_REFUNDS = f"""
SELECT refund.id AS refund, refund.status, refund.amount, refund.balance_transaction, booked.amount AS booked
FROM audit.refunds refund
LEFT JOIN (
  SELECT account, source, sum(-amount) AS amount
  FROM ({BOOKED.format(table="refunds", books="'bank', 'customer_balance'")}) AS given GROUP BY 1, 2
) AS booked ON booked.account = refund.account AND booked.source = refund.id
WHERE refund.charge IS NOT NULL AND CASE
  WHEN refund.status = 'succeeded' THEN booked.amount IS DISTINCT FROM refund.amount
    OR refund.balance_transaction IS NULL
  WHEN refund.status IN ('failed', 'canceled') THEN coalesce(booked.amount, 0) <> 0
  ELSE coalesce(booked.amount, 0) NOT IN (0, refund.amount)
END
"""

MISCOUNTED_TRANSACTIONS = """
SELECT t.account, t.id AS balance_transaction, t.amount, t.fee, t.net, e.amount AS entered
FROM audit.balance_transactions t
LEFT JOIN (
  SELECT account, txn_id, currency, sum(amount) AS amount FROM audit.ledger_entries
  WHERE ledger_account = 'merchant' GROUP BY 1, 2, 3
) AS e ON e.account = t.account AND e.txn_id = t.id AND e.currency = t.currency
WHERE t.net <> t.amount - t.fee OR coalesce(e.amount, 0) <> t.net
"""

# What the balance is read from, against what it stands for.
MISCOUNTED_BALANCES = """
SELECT coalesce(told.account_id, entered.account) AS account, coalesce(told.livemode, entered.livemode) AS livemode,
       coalesce(told.currency, entered.currency) AS currency, told.amount AS balance, entered.amount AS entered,
       booked.net AS transactions
FROM (
  SELECT account_id, livemode, currency, sum(amount) AS amount FROM (
    SELECT account_id, livemode, currency, amount FROM ledger_snapshots
    UNION ALL SELECT account_id, livemode, currency, amount FROM ledger_open_entries
  ) AS parts GROUP BY 1, 2, 3
) AS told
FULL JOIN (
  SELECT account, livemode, currency, sum(amount) AS amount FROM audit.ledger_entries
  WHERE ledger_account = 'merchant' GROUP BY 1, 2, 3
) AS entered ON entered.account = told.account_id AND entered.livemode = told.livemode
  AND entered.currency = told.currency
FULL JOIN (
  SELECT account, livemode, currency, sum(net) AS net FROM audit.balance_transactions GROUP BY 1, 2, 3
) AS booked ON booked.account = told.account_id AND booked.livemode = told.livemode
  AND booked.currency = told.currency
WHERE coalesce(told.amount, 0) <> coalesce(entered.amount, 0) OR coalesce(told.amount, 0) <> coalesce(booked.net, 0)
"""

# An open entry is pending until its balance transaction says that its money is available.
AVAILABLE_TOO_EARLY = """
SELECT open.account_id AS account, open.id AS entry, open.available_at, t.available_on
FROM ledger_open_entries open
JOIN audit.ledger_entries e ON e.account = open.account_id AND e.entry_id = open.id
JOIN audit.balance_transactions t ON t.account = e.account AND t.id = e.txn_id
WHERE open.available_at <> t.available_on OR open.amount <> e.amount
UNION ALL
SELECT e.account, e.entry_id, NULL, t.available_on
FROM audit.ledger_entries e
JOIN audit.balance_transactions t ON t.account = e.account AND t.id = e.txn_id
WHERE e.ledger_account = 'merchant' AND t.available_on > now()
  AND NOT EXISTS (SELECT FROM ledger_open_entries open WHERE open.account_id = e.account AND open.id = e.entry_id)
"""

# Fees are given back with the rest of a debit that was booked before its payer's bank declined it.
LEFT_OF_FAILED_CHARGES = """
SELECT charge.account_id AS account, charge.id AS charge, charge.balance_transaction_id,
       charge.failure_balance_transaction_id, booked.net
FROM charges charge
LEFT JOIN (
  SELECT account, source, sum(net) AS net FROM audit.balance_transactions
  WHERE type IN ('charge', 'payment', 'payment_failure_refund') GROUP BY 1, 2
) AS booked ON booked.account = charge.account_id AND booked.source = charge.id
WHERE charge.status = 'failed' AND (
    coalesce(booked.net, 0) <> 0
    OR (charge.balance_transaction_id IS NULL) <> (charge.failure_balance_transaction_id IS NULL)
  )
  OR charge.status <> 'failed' AND charge.failure_balance_transaction_id IS NOT NULL
"""

# The simulated bank's journal knows when it will decide; another bank's is elsewhere.
EXPECTED_LATER = """
SELECT charge.account_id AS account, charge.id AS charge, t.available_on, op.due_at
FROM charges charge
JOIN audit.balance_transactions t ON t.account = charge.account_id AND t.id = charge.balance_transaction_id
JOIN bank_ops op ON op.account_id = charge.account_id AND op.ref = charge.id AND op.kind = 'authorize'
WHERE charge.status = 'pending' AND t.available_on < op.due_at
"""

CHECKS = (
    Check(1, "every posting sums to zero", UNBALANCED_POSTINGS),
    Check(2, "the whole ledger sums to zero", UNBALANCED_LEDGER),
    Check(10, "what was captured is booked, and named by its charge", WRONGLY_BOOKED_CHARGES),
    Check(10, "what was given back is booked, and named by its refund", WRONGLY_BOOKED_REFUNDS),
    Check(10, "nothing is left of debits that failed", LEFT_OF_FAILED_CHARGES),
    Check(11, "a balance transaction is what the ledger entered", MISCOUNTED_TRANSACTIONS),
    Check(11, "the balance is the sum of its transactions", MISCOUNTED_BALANCES),
    Check(11, "pending becomes available in its time only", AVAILABLE_TOO_EARLY),
    Check(11, "a pending debit is not available before it is expected", EXPECTED_LATER),
)
