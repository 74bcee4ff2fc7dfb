"""the audit views, and histories that nobody rewrites.

The views stand in the way of later changes to their tables: such a migration drops the schema first, and makes the
views anew at its end.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

VIEWS = {
    "pi_transitions": """
        SELECT payment_intent_id AS pi, from_status, to_status, request_id, created_at AS created
        FROM payment_intent_transitions, (SELECT) AS read_only
    """,
    "charges": """
        SELECT id, account_id AS account, payment_intent_id AS pi, status, amount, amount_captured, amount_refunded,
               currency, NULL::text AS balance_transaction
        FROM charges, (SELECT) AS read_only
    """,
    "refunds": """
        SELECT id, account_id AS account, charge_id AS charge, amount, status, NULL::text AS balance_transaction
        FROM refunds, (SELECT) AS read_only WHERE NOT released
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
APPEND_ONLY = ("events", "payment_intent_transitions")


def upgrade() -> None:
    op.execute("CREATE SCHEMA audit")
    for name, sql in VIEWS.items():
        op.execute(f"CREATE VIEW audit.{name} AS {sql}")
    for table in APPEND_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM CURRENT_USER")


def downgrade() -> None:
    for table in APPEND_ONLY:
        op.execute(f"GRANT UPDATE, DELETE, TRUNCATE ON {table} TO CURRENT_USER")
    op.execute("DROP SCHEMA audit CASCADE")
