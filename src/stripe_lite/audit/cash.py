"""Invariants of customers' cash: what they transferred is theirs until a payment that they made of it is complete."""

from stripe_lite.audit.check import Check

# What is applied to a payment that is not complete yet is still in the customers' book.
MISCOUNTED_CASH = """
SELECT coalesce(held.account, entered.account) AS account, coalesce(held.livemode, entered.livemode) AS livemode,
       coalesce(held.currency, entered.currency) AS currency, held.amount AS held, entered.amount AS entered
FROM (
  SELECT account, livemode, currency, sum(amount) AS amount FROM (
    SELECT account_id AS account, livemode, currency, amount FROM cash_balances
    UNION ALL
    SELECT account_id, livemode, currency, (details #>> '{funding,applied}')::bigint FROM payment_intents
    WHERE details #>> '{funding,applied}' IS NOT NULL
  ) AS parts GROUP BY 1, 2, 3
) AS held
FULL JOIN (
  SELECT account, livemode, currency, sum(amount) AS amount FROM audit.ledger_entries
  WHERE ledger_account = 'customer_balance' GROUP BY 1, 2, 3
) AS entered ON entered.account = held.account AND entered.livemode = held.livemode
  AND entered.currency = held.currency
WHERE coalesce(held.amount, 0) <> coalesce(entered.amount, 0)
"""

MISCOUNTED_TRANSACTIONS = """
SELECT coalesce(balance.account_id, posted.account_id) AS account,
       coalesce(balance.customer_id, posted.customer_id) AS customer,
       coalesce(balance.currency, posted.currency) AS currency, balance.amount, posted.amount AS posted
FROM cash_balances balance
FULL JOIN (
  SELECT account_id, customer_id, currency, sum(net_amount) AS amount FROM cash_balance_transactions GROUP BY 1, 2, 3
) AS posted ON posted.account_id = balance.account_id AND posted.customer_id = balance.customer_id
  AND posted.currency = balance.currency
WHERE coalesce(balance.amount, 0) <> coalesce(posted.amount, 0)
"""

# A payment that was completed by another method gave everything back.
MISAPPLIED = """
SELECT intent.account_id AS account, intent.id AS pi, intent.status, intent.amount_received,
       intent.details #>> '{funding,applied}' AS applied, coalesce(used.amount, 0) AS posted
FROM payment_intents intent
LEFT JOIN (
  SELECT account_id, payment_intent_id, -sum(net_amount) AS amount FROM cash_balance_transactions
  WHERE payment_intent_id IS NOT NULL GROUP BY 1, 2
) AS used ON used.account_id = intent.account_id AND used.payment_intent_id = intent.id
WHERE CASE intent.status
  WHEN 'succeeded' THEN coalesce(used.amount, 0) NOT IN (0, intent.amount_received)
    OR coalesce((intent.details #>> '{funding,applied}')::bigint, 0) <> 0
  ELSE coalesce(used.amount, 0) <> coalesce((intent.details #>> '{funding,applied}')::bigint, 0)
END
"""

MISRETURNED = """
SELECT refund.account_id AS account, refund.id AS refund, refund.status, refund.amount,
       coalesce(taken.amount, 0) AS posted
FROM refunds refund
LEFT JOIN (
  SELECT account_id, refund_id, -sum(net_amount) AS amount FROM cash_balance_transactions
  WHERE refund_id IS NOT NULL GROUP BY 1, 2
) AS taken ON taken.account_id = refund.account_id AND taken.refund_id = refund.id
WHERE refund.customer_id IS NOT NULL
  AND coalesce(taken.amount, 0) <> CASE WHEN refund.status IN ('failed', 'canceled') THEN 0 ELSE refund.amount END
"""

CHECKS = (
    Check(11, "the customers' cash is what the ledger holds for them", MISCOUNTED_CASH),
    Check(11, "a cash balance is the sum of its transactions", MISCOUNTED_TRANSACTIONS),
    Check(11, "what is applied to a payment was taken from the customer's cash", MISAPPLIED),
    Check(11, "what is returned to a customer was taken from the customer's cash", MISRETURNED),
)
