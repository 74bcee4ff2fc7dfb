"""Invariants of events and their deliveries."""

from stripe_lite.audit.check import Check, values
from stripe_lite.payments.payment_intents.machine import PAYMENT_INTENT

CREATED = ("created", "payment_intent.created")
_TOLD = sorted({CREATED} | {(str(rule.fact), rule.event) for rule in PAYMENT_INTENT.rules if rule.event is not None})

# Events that always tell of a transition: no rule tells them where the state stays what it was.
_OF_STEPS = {CREATED[1]} | {rule.event for rule in PAYMENT_INTENT.rules if rule.event is not None}
_OF_STEPS -= {rule.event for rule in PAYMENT_INTENT.rules if rule.target in rule.sources}

# Whatever one transaction writes has the same `created_at`, to the microsecond, and the same request.
_PAIRS = f"""
FROM payment_intent_transitions t
JOIN (VALUES {values(_TOLD)}) AS told (fact, type) ON told.fact = t.fact
LEFT JOIN events e ON e.account_id = t.account_id AND e.object_id = t.payment_intent_id AND e.type = told.type
  AND e.created_at = t.created_at AND e.request_id IS NOT DISTINCT FROM t.request_id
"""

UNTOLD = f"""
SELECT t.account_id AS account, t.id AS transition, t.payment_intent_id AS pi, told.type, count(e.id) AS events
{_PAIRS} GROUP BY t.account_id, t.id, t.payment_intent_id, told.type HAVING count(e.id) <> 1
"""

INVENTED = f"""
SELECT e.account_id AS account, e.id AS event, e.type, e.object_id
FROM events e
LEFT JOIN payment_intent_transitions t ON t.account_id = e.account_id AND t.payment_intent_id = e.object_id
  AND t.created_at = e.created_at AND t.request_id IS NOT DISTINCT FROM e.request_id
WHERE e.type IN ({", ".join(f"'{type}'" for type in sorted(_OF_STEPS))}) AND t.id IS NULL
"""

OUT_OF_ORDER = f"""
SELECT account, pi, event, before
FROM (
  SELECT t.account_id AS account, t.payment_intent_id AS pi, e.id AS event,
         lag(e.id) OVER (PARTITION BY t.account_id, t.payment_intent_id ORDER BY t.id) AS before
  {_PAIRS}
) AS pairs
WHERE before > event
"""

OF_NO_EVENT = """
SELECT d.account_id AS account, d.id AS delivery, d.event_id, d.status
FROM deliveries d LEFT JOIN events e ON e.account_id = d.account_id AND e.id = d.event_id
WHERE e.id IS NULL
"""

# An endpoint counts from a while after it was subscribed as it is now: until then its own commit was on its way.
UNDELIVERABLE = """
SELECT e.account_id AS account, e.id AS event, e.type, w.id AS endpoint
FROM webhook_endpoints w
JOIN events e ON e.account_id = w.account_id AND e.livemode = w.livemode
  AND e.created_at > w.subscribed_at + interval '5 seconds'
  AND (e.type = ANY (w.enabled_events) OR '*' = ANY (w.enabled_events))
LEFT JOIN deliveries d ON d.account_id = e.account_id AND d.id = e.id || '/' || w.id
WHERE w.status = 'enabled' AND d.id IS NULL
"""

UNDELIVERED = """
SELECT d.account_id AS account, d.id AS delivery, d.attempts, d.next_attempt_at, d.lease_until
FROM deliveries d
WHERE d.status = 'pending' AND d.next_attempt_at < now() - interval '30 seconds'
  AND (d.lease_until IS NULL OR d.lease_until < now() - interval '30 seconds')
"""

WRONG_PAYLOADS = """
SELECT account_id AS account, id AS event, type, object_id FROM events
WHERE data::json #>> '{object,id}' IS DISTINCT FROM object_id
"""

CHECKS = (
    Check(13, "one event per transition and type, in its transaction", UNTOLD),
    Check(14, "no event without its transition", INVENTED),
    Check(14, "no delivery without its event", OF_NO_EVENT),
    Check(15, "every subscribed endpoint has its delivery", UNDELIVERABLE),
    Check(15, "no delivery is overdue", UNDELIVERED, quiet=True),
    Check(16, "payloads are of the object they tell of", WRONG_PAYLOADS),
    Check(17, "events are in the order of their transitions", OUT_OF_ORDER),
)
