"""Invariants of how things are kept: rights, types, keys, references, secrets, and nothing that is stuck."""

from collections.abc import Iterator

from sqlalchemy import Column, Table

from stripe_lite.audit.check import Check
from stripe_lite.audit.views import APPEND_ONLY
from stripe_lite.registry import METADATA

_PROTECTED = ", ".join(f"to_regclass('{table}')" for table in APPEND_ONLY)

REWRITABLE = f"""
SELECT c.relname AS table, role.rolname AS role, wanted.privilege
FROM pg_class c
JOIN pg_roles role ON role.oid = c.relowner OR role.rolname = current_user
CROSS JOIN (VALUES ('UPDATE'), ('DELETE'), ('TRUNCATE')) AS wanted (privilege)
WHERE c.oid IN ({_PROTECTED}) AND NOT role.rolsuper AND has_table_privilege(role.oid, c.oid, wanted.privilege)
"""
OF_A_SUPERUSER = f"""
SELECT 'the tables belong to a superuser, who cannot be refused any right'
FROM pg_class c JOIN pg_roles role ON role.oid = c.relowner WHERE c.oid IN ({_PROTECTED}) AND role.rolsuper LIMIT 1
"""

INEXACT = """
SELECT table_name, column_name, data_type FROM information_schema.columns
WHERE table_schema IN (current_schema(), 'audit') AND data_type IN ('real', 'double precision', 'numeric', 'money')
"""

# Compared with the keys that are kept: once a key is forgotten, another request may use it.
SECOND_EFFECTS = """
SELECT k.account_id AS account, k.id AS key, k.request_id, e.request_id AS other_request, e.id AS event, e.type
FROM idempotency_keys k
JOIN events e ON e.account_id = k.account_id AND e.idempotency_key = substr(k.id, 6)
  AND e.livemode = (k.id LIKE 'live:%') AND e.created_at >= k.created_at
WHERE e.request_id <> k.request_id
"""

INCOMPLETE_KEYS = """
SELECT account_id AS account, id AS key, state, status FROM idempotency_keys
WHERE (state = 'finished') <> (status IS NOT NULL AND body IS NOT NULL)
"""

STUCK = """
SELECT account_id AS account, id, 'idempotency key' AS what, created_at AS since
FROM idempotency_keys WHERE state = 'started' AND created_at < now() - interval '30 seconds'
UNION ALL
SELECT account_id, id, 'job of kind ' || kind, run_at
FROM jobs WHERE clock_id IS NULL AND run_at < now() - interval '30 seconds'
UNION ALL
SELECT intent.account_id, intent.id, 'payment intent ' || coalesce('asking ' || intent.asking, intent.status),
       intent.created_at
FROM payment_intents intent
WHERE (intent.status = 'processing' OR intent.asking IS NOT NULL)
  AND NOT EXISTS (
    SELECT FROM payment_intent_transitions t
    WHERE t.account_id = intent.account_id AND t.payment_intent_id = intent.id
      AND t.created_at > now() - interval '30 seconds'
  )
  AND NOT EXISTS (
    SELECT FROM jobs WHERE jobs.account_id = intent.account_id AND jobs.kind = 'bank'
      AND jobs.payload #>> '{question,facts,intent}' = intent.id
  )
UNION ALL
SELECT payout.account_id, payout.id, 'payout ' || payout.status, payout.created_at
FROM payouts payout
WHERE payout.status IN ('pending', 'in_transit') AND NOT EXISTS (
  SELECT FROM jobs WHERE jobs.account_id = payout.account_id AND jobs.kind = 'payout'
    AND jobs.payload ->> 'payout' = payout.id
)
UNION ALL
SELECT topup.account_id, topup.id, 'top-up ' || topup.status, topup.created_at
FROM topups topup
WHERE topup.status = 'pending' AND NOT EXISTS (
  SELECT FROM jobs WHERE jobs.account_id = topup.account_id AND jobs.kind = 'topup'
    AND jobs.payload ->> 'topup' = topup.id
)
UNION ALL
SELECT dispute.account_id, dispute.id, 'dispute ' || dispute.status, dispute.created_at
FROM disputes dispute
WHERE dispute.status IN ('needs_response', 'warning_needs_response') AND dispute.due_by_at IS NOT NULL AND NOT EXISTS (
  SELECT FROM jobs WHERE jobs.account_id = dispute.account_id AND jobs.kind = 'dispute_decision'
    AND jobs.payload ->> 'dispute' = dispute.id
)
UNION ALL
SELECT intent.account_id, intent.id, 'setup intent ' || intent.status, intent.created_at
FROM setup_intents intent
WHERE intent.status = 'processing'
  AND NOT EXISTS (
    SELECT FROM jobs WHERE jobs.account_id = intent.account_id AND jobs.kind = 'bank'
      AND jobs.payload #>> '{question,facts,intent}' = intent.id
  )
"""

ANONYMOUS = """
SELECT account_id AS account, id AS transition, payment_intent_id AS pi, fact, actor FROM payment_intent_transitions
WHERE request_id IS NULL AND coalesce(actor, 'api') = 'api'
UNION ALL
SELECT account_id, id, object_id, type, actor FROM events
WHERE request_id IS NULL AND coalesce(actor, 'api') = 'api'
"""

# What looks like a card number is looked at once more by `verify`, for its check digit.
CARD_NUMBERS = """
SELECT * FROM (
  SELECT 'request_logs' AS table, account_id, id, concat_ws(' ', path, parameters, response) AS suspicious
  FROM request_logs
  UNION ALL
  SELECT 'payment_methods', account_id, id, details::text FROM payment_methods
  UNION ALL
  SELECT 'tokens', account_id, id, concat_ws(' ', known, extras) FROM tokens
) AS kept
WHERE suspicious ~ '(^|[^0-9])[3-6]([ -]?[0-9]){12,18}([^0-9]|$)'
"""

WHOLE_KEYS = """
SELECT 'request_logs' AS table, account_id, id FROM request_logs
WHERE concat_ws(' ', path, parameters, response) ~ '(sk|rk|ek)_(test|live)_[0-9A-Za-z]{8}|whsec_[0-9A-Za-z]{8}'
UNION ALL
SELECT 'events', account_id, id FROM events WHERE data ~ '(sk|rk|ek)_(test|live)_[0-9A-Za-z]{8}|whsec_[0-9A-Za-z]{8}'
UNION ALL
SELECT 'api_keys', account_id, encode(digest, 'hex') FROM api_keys WHERE masked !~ '^[a-z]{2}_[a-z]+_\\*{4}'
"""

# References whose names do not say what they point into. Those of balance transactions tell what moved the money.
NAMED_OTHERWISE = {
    "default_source_id": ("payment_methods",),
    "delivery_id": ("deliveries",),
    "destination_id": ("external_accounts",),
    "endpoint_id": ("webhook_endpoints",),
    "failure_balance_transaction_id": ("balance_transactions",),
    "latest_attempt_id": ("setup_attempts",),
    "latest_charge_id": ("charges",),
    "original_payout_id": ("payouts",),
    "reversed_by_id": ("payouts",),
    "single_use_mandate_id": ("mandates",),
    "source_id": ("payment_methods", "charges", "refunds", "disputes", "payouts", "topups"),
}
# Names of what is in no table of the account's, or in no single one.
OF_NO_TABLE = {
    "checkout_session_id",
    "clock_id",
    "credit_note_id",
    "invoice_id",
    "object_id",  # See what events tell of.
    "posting_id",
    "request_id",  # Requests are forgotten earlier.
}


def strays() -> str:
    """The query for references that leave their account or their mode, over every table that has any."""
    return " UNION ALL ".join(_stray(table, column, target) for table, column, target in references())


def references() -> Iterator[tuple[Table, Column[object], Table]]:
    """Every column that names a row, with each table that the row may be in."""
    tables = METADATA.tables
    nouns = {f"{name.removesuffix('s')}_id": (name,) for name in tables} | NAMED_OTHERWISE
    for table in METADATA.sorted_tables:
        for column in table.columns:
            owned = {"account_id", "id"} <= set(table.columns.keys()) and column.name != "account_id"
            for name in nouns.get(column.name, ()) if owned else ():
                if {"account_id", "id"} <= set(tables[name].columns.keys()):
                    yield table, column, tables[name]


def _stray(table: Table, column: Column[object], target: Table) -> str:
    modes = "livemode" in table.columns and "livemode" in target.columns
    other_mode = "own.livemode <> s.livemode" if modes else "false"
    found = f"""
        SELECT '{table.name}.{column.name}' AS reference, s.account_id AS account, s.id, s.{column.name} AS names
        FROM {table.name} s LEFT JOIN {target.name} own ON own.account_id = s.account_id AND own.id = s.{column.name}
    """
    if column.foreign_keys:
        return f"{found} WHERE {other_mode}"
    # An id of nobody's is of something deleted; one of somebody else's is not.
    return f"{found} WHERE {other_mode} OR own.id IS NULL AND s.{column.name} IN (SELECT id FROM {target.name})"


def checks() -> tuple[Check, ...]:
    """The checks of this file; the references are those of every table that is known by now."""
    return (
        Check(3, "history is append-only", REWRITABLE, unless=OF_A_SUPERUSER),
        Check(4, "no inexact number columns", INEXACT),
        Check(18, "one effect for each idempotency key", SECOND_EFFECTS),
        Check(19, "finished keys have their answer", INCOMPLETE_KEYS),
        Check(20, "nothing is stuck", STUCK, quiet=True),
        Check(21, "references stay in one account and mode", strays()),
        Check(24, "no card numbers", CARD_NUMBERS),
        Check(24, "no whole keys", WHOLE_KEYS),
        Check(25, "every change names its request or actor", ANONYMOUS),
    )
