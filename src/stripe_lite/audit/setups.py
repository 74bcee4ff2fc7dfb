"""Invariants of setup intents, their attempts and mandates, and of what the bank says of them."""

from stripe_lite.audit.check import Check

DISAGREEING = """
SELECT intent.account_id AS account, intent.id AS setup_intent, intent.status, attempt.id AS attempt,
       attempt.status AS attempt_status, attempt.setup_intent_id, mandate.status AS mandate_status
FROM setup_intents intent
LEFT JOIN setup_attempts attempt ON attempt.account_id = intent.account_id AND attempt.id = intent.latest_attempt_id
LEFT JOIN mandates mandate ON mandate.account_id = intent.account_id
  AND mandate.id = coalesce(intent.mandate_id, intent.single_use_mandate_id)
WHERE attempt.setup_intent_id <> intent.id
   OR CASE intent.status
     WHEN 'processing' THEN attempt.status IS DISTINCT FROM 'processing'
     WHEN 'requires_action' THEN attempt.status IS DISTINCT FROM 'requires_action'
     WHEN 'succeeded' THEN attempt.status IS DISTINCT FROM 'succeeded'
     ELSE attempt.status IN ('processing', 'requires_action', 'succeeded')
   END
   OR mandate.id IS NULL AND coalesce(intent.mandate_id, intent.single_use_mandate_id) IS NOT NULL
   OR mandate.id IS NOT NULL AND intent.status <> 'succeeded'
UNION ALL
SELECT attempt.account_id, attempt.setup_intent_id, NULL, attempt.id, attempt.status, NULL, NULL
FROM setup_attempts attempt
JOIN setup_intents intent ON intent.account_id = attempt.account_id AND intent.id = attempt.setup_intent_id
WHERE attempt.id IS DISTINCT FROM intent.latest_attempt_id AND attempt.status NOT IN ('failed', 'abandoned')
"""

# A method that the bank found good may still be refused, where somebody else got it meanwhile.
BANK_DISAGREES = """
SELECT coalesce(attempt.id, op.ref) AS ref, attempt.status, op.result
FROM setup_attempts attempt
FULL JOIN (SELECT * FROM bank_ops WHERE kind = 'authorize' AND amount = 0 AND ref LIKE 'setatt\\_%') AS op
  ON op.account_id = attempt.account_id AND op.ref = attempt.id
WHERE CASE attempt.status
  WHEN 'succeeded' THEN op.result IS DISTINCT FROM 'approved'
  WHEN 'failed' THEN op.result = 'pending'
  WHEN 'processing' THEN op.result IS DISTINCT FROM 'pending'
  ELSE op.result IS NOT NULL
END
"""

# A charge names its mandate among the details of how it was paid for.
OTHERS_MANDATES = """
SELECT charge.account_id AS account, charge.id AS charge, charge.details ->> 'mandate' AS mandate
FROM charges charge
LEFT JOIN mandates mandate ON mandate.account_id = charge.account_id AND mandate.id = charge.details ->> 'mandate'
WHERE charge.details ->> 'mandate' IS NOT NULL
  AND (mandate.id IS NULL OR mandate.livemode <> charge.livemode)
"""

OTHER_BOOKS = """
SELECT 'the bank keeps its books elsewhere'
WHERE NOT EXISTS (SELECT FROM bank_ops) AND EXISTS (SELECT FROM setup_attempts WHERE status = 'succeeded')
"""

CHECKS = (
    Check(9, "setup intent, attempts and mandate agree", DISAGREEING),
    Check(12, "the bank agrees on what is set up", BANK_DISAGREES, quiet=True, unless=OTHER_BOOKS),
    Check(21, "charges are made under mandates of their account", OTHERS_MANDATES),
)
