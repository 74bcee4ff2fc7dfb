"""Invariants of payment intents, charges and refunds, and of what the bank says of them."""

from stripe_lite.audit.check import Check, values
from stripe_lite.payments.payment_intents.machine import PAYMENT_INTENT

_LEGAL = sorted(
    {("", str(state)) for state in PAYMENT_INTENT.born}
    | {(str(source), str(target)) for source, _, target in PAYMENT_INTENT.transitions()}
)

ILLEGAL_STEPS = f"""
SELECT t.payment_intent_id AS pi, t.from_status, t.to_status, t.fact, t.request_id
FROM payment_intent_transitions t
LEFT JOIN (VALUES {values(_LEGAL)}) AS legal (source, target)
  ON t.from_status IS NOT DISTINCT FROM legal.source AND t.to_status = legal.target
WHERE legal.target IS NULL
"""

# In a chain every state is left as often as it is entered, save for the first, which is NULL, and the last, which is
# the intent's. Said so, it needs no order of the rows, which a clock that was set back would spoil.
BROKEN_CHAINS = """
SELECT coalesce(step.pi, intent.id) AS pi, intent.status, step.state, step.surplus
FROM (
  SELECT account_id, pi, state, sum(way) AS surplus
  FROM (
    SELECT account_id, payment_intent_id AS pi, from_status AS state, -1 AS way FROM payment_intent_transitions
    UNION ALL
    SELECT account_id, payment_intent_id, to_status, 1 FROM payment_intent_transitions
  ) AS steps
  GROUP BY account_id, pi, state
) AS step
FULL JOIN payment_intents intent ON intent.account_id = step.account_id AND intent.id = step.pi
WHERE step.pi IS NULL OR intent.id IS NULL
   OR step.surplus <> CASE WHEN step.state IS NULL THEN -1 WHEN step.state = intent.status THEN 1 ELSE 0 END
"""

TWICE_PAID = """
SELECT account_id AS account, payment_intent_id AS pi, 'transitions to succeeded' AS what, count(*) AS number
FROM payment_intent_transitions WHERE to_status = 'succeeded' GROUP BY 1, 2 HAVING count(*) > 1
UNION ALL
SELECT account_id, payment_intent_id, 'succeeded charges', count(*)
FROM charges WHERE status = 'succeeded' AND payment_intent_id IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1
"""

OVERCAPTURED = "SELECT * FROM audit.charges WHERE NOT (0 <= amount_captured AND amount_captured <= amount)"

WRONGLY_REFUNDED = """
SELECT charge.id, charge.amount_captured, charge.amount_refunded, coalesce(given.back, 0) AS refunds
FROM audit.charges charge
LEFT JOIN (
  SELECT account, charge, sum(amount) AS back FROM audit.refunds
  WHERE status IN ('pending', 'requires_action', 'succeeded') GROUP BY 1, 2
) AS given ON given.account = charge.account AND given.charge = charge.id
WHERE charge.amount_refunded <> coalesce(given.back, 0) OR charge.amount_refunded > charge.amount_captured
"""

DISAGREEING = """
SELECT intent.id AS pi, intent.status, intent.amount, intent.amount_received, intent.amount_capturable,
       charge.id AS charge, charge.status AS charge_status, charge.captured, charge.amount_captured
FROM payment_intents intent
LEFT JOIN charges charge ON charge.account_id = intent.account_id AND charge.id = intent.latest_charge_id
WHERE CASE intent.status
  WHEN 'succeeded' THEN charge.status IS DISTINCT FROM 'succeeded' OR NOT charge.captured
    OR intent.amount_received <> charge.amount_captured OR intent.amount_capturable <> 0
    OR intent.currency <> charge.currency
  WHEN 'requires_capture' THEN charge.status IS DISTINCT FROM 'succeeded' OR charge.captured
    OR intent.amount_received <> charge.amount_captured OR intent.currency <> charge.currency
    OR intent.amount_capturable <> charge.amount - charge.amount_captured - charge.amount_released
  WHEN 'processing' THEN charge.status IS DISTINCT FROM 'pending' OR intent.currency <> charge.currency
  WHEN 'canceled' THEN intent.amount_capturable <> 0 OR charge.status = 'pending'
    OR charge.status = 'succeeded' AND charge.amount_captured + charge.amount_released <> charge.amount
  ELSE charge.status IN ('pending', 'succeeded') OR intent.amount_received <> 0 OR intent.amount_capturable <> 0
END
"""

# An authorization's row is also its account: how much of it is reserved and taken. What was paid by bank transfer was
# never authorized: the money came by itself.
BANK_DISAGREES = """
SELECT coalesce(charge.id, op.ref) AS ref, 'authorize' AS kind, charge.status, charge.amount, op.result,
       op.authorized AS bank_amount, charge.amount_captured, op.captured AS bank_captured
FROM (
  SELECT * FROM charges WHERE details #>> '{payment_method_details,type}' IS DISTINCT FROM 'customer_balance'
) AS charge
FULL JOIN (SELECT * FROM bank_ops WHERE kind = 'authorize' AND amount > 0) AS op
  ON op.account_id = charge.account_id AND op.ref = charge.id
WHERE CASE
  WHEN charge.id IS NULL THEN op.result = 'approved'
  WHEN charge.status = 'succeeded' THEN op.result IS DISTINCT FROM 'approved' OR op.authorized <> charge.amount
    OR op.captured <> charge.amount_captured OR op.currency <> charge.currency
  WHEN charge.status = 'failed' THEN op.result IN ('approved', 'pending')
  ELSE op.result IS DISTINCT FROM 'pending'
END
UNION ALL
SELECT coalesce(refund.id, op.ref), 'refund', refund.status, refund.amount, op.result, op.amount, NULL, NULL
FROM (SELECT * FROM refunds WHERE NOT released AND details ->> 'method' IS DISTINCT FROM 'customer_balance') AS refund
FULL JOIN (SELECT * FROM bank_ops WHERE kind = 'refund') AS op
  ON op.account_id = refund.account_id AND op.ref = refund.id
WHERE CASE
  WHEN refund.id IS NULL THEN op.result = 'approved'
  WHEN refund.status = 'succeeded' THEN op.result IS DISTINCT FROM 'approved' OR op.amount <> refund.amount
  -- The bank is not asked before the payment has come in.
  WHEN refund.status = 'pending' AND refund.details -> 'awaits_charge' = 'true' THEN op.result IS NOT NULL
  WHEN refund.status = 'pending' THEN op.result IS DISTINCT FROM 'pending'
  ELSE op.result IN ('approved', 'pending')
END
"""

# A bank that is reached over HTTP may keep its journal in a database of its own.
OTHER_BOOKS = """
SELECT 'the bank keeps its books elsewhere'
WHERE NOT EXISTS (SELECT FROM bank_ops) AND EXISTS (SELECT FROM charges WHERE status = 'succeeded')
"""

ATTEMPTED_TWICE = """
SELECT account_id AS account, request_id, fact, count(*) AS number, array_agg(payment_intent_id) AS intents
FROM payment_intent_transitions
WHERE request_id IS NOT NULL AND actor = 'api' AND fact IN ('created', 'attempt_started')
GROUP BY account_id, request_id, fact HAVING count(*) > 1
"""

CHECKS = (
    Check(5, "a payment intent succeeds at most once", TWICE_PAID),
    Check(6, "legal transitions only", ILLEGAL_STEPS),
    Check(6, "the chain of transitions is continuous", BROKEN_CHAINS),
    Check(7, "captured is within the amount", OVERCAPTURED),
    Check(8, "refunded is the sum of refunds, within captured", WRONGLY_REFUNDED),
    Check(9, "intent and charge agree", DISAGREEING),
    Check(12, "the bank agrees", BANK_DISAGREES, quiet=True, unless=OTHER_BOOKS),
    Check(18, "no request creates or attempts a payment twice", ATTEMPTED_TWICE),
)
