"""The SQL schema `audit`: read-only views over what the invariants need, and tables that nobody may rewrite.

A view's second FROM item adds nothing; it is what makes PostgreSQL refuse to write through the view. Views stand in
the way of later changes to their tables: a migration drops them first and creates them again at its end.
"""

VIEWS = {
    "pi_transitions": """
        SELECT payment_intent_id AS pi, from_status, to_status, request_id, created_at AS created
        FROM payment_intent_transitions, (SELECT) AS read_only
    """,
    "charges": """
        SELECT id, account_id AS account, payment_intent_id AS pi, status, amount, amount_captured, amount_refunded,
               currency, balance_transaction_id AS balance_transaction
        FROM charges, (SELECT) AS read_only
    """,
    # A reservation that was given up reads as a refund to clients, but no money moved: it is not one here.
    "refunds": """
        SELECT id, account_id AS account, charge_id AS charge, amount, status,
               balance_transaction_id AS balance_transaction
        FROM refunds, (SELECT) AS read_only WHERE NOT released
    """,
    "balance_transactions": """
        SELECT id, account_id AS account, livemode, source_id AS source, type, amount, fee, net, currency,
               CASE WHEN available_at <= now() THEN 'available' ELSE 'pending' END AS status,
               available_at AS available_on, created_at AS created
        FROM balance_transactions, (SELECT) AS read_only
    """,
    "ledger_entries": """
        SELECT id AS entry_id, posting_id AS txn_id, account_id AS account, livemode, book AS ledger_account, currency,
               amount
        FROM ledger_entries, (SELECT) AS read_only
    """,
    "events": """
        SELECT id, account_id AS account, type, object_id, created_at AS created,
               encode(sha256(convert_to(data, 'UTF8')), 'hex') AS payload_sha256
        FROM events, (SELECT) AS read_only
    """,
    "deliveries": """
        SELECT event_id AS event, endpoint_id AS endpoint, status, attempts, next_attempt_at, delivered_at
        FROM deliveries, (SELECT) AS read_only
    """,
    "idempotency_keys": """
        SELECT account_id AS account, id LIKE 'live:%' AS livemode, substr(id, 6) AS key, state, status,
               encode(sha256(body), 'hex') AS body_sha256, created_at AS created
        FROM idempotency_keys, (SELECT) AS read_only
    """,
    "bank_ops": """
        SELECT ref, kind, amount, currency, result, created_at AS created FROM bank_ops, (SELECT) AS read_only
    """,
}

# Rows of these are written once. Their owner takes the rights from itself; a superuser cannot be refused any. No
# foreign key may point at them: checking one locks the row it points at, which takes the right to update.
APPEND_ONLY = (
    "balance_transactions",
    "cash_balance_transactions",
    "events",
    "ledger_entries",
    "payment_intent_transitions",
)

CREATE_VIEWS = (
    "CREATE SCHEMA IF NOT EXISTS audit",
    *(f"CREATE OR REPLACE VIEW audit.{name} AS {sql}" for name, sql in VIEWS.items()),
)
DROP_VIEWS = ("DROP SCHEMA IF EXISTS audit CASCADE",)

PROTECT = tuple(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM CURRENT_USER" for table in APPEND_ONLY)
UNPROTECT = tuple(f"GRANT UPDATE, DELETE, TRUNCATE ON {table} TO CURRENT_USER" for table in APPEND_ONLY)
