"""Let charges know what earlier refunds did: released their reservation, or were booked in another currency.

Revision ID: 0018
Revises: 0017
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

RELEASED = """
UPDATE charges c SET details = c.details || '{"released_by_refund": true}', version = c.version + 1
WHERE NOT c.details ? 'released_by_refund' AND EXISTS (
  SELECT FROM refunds r
  WHERE r.account_id = c.account_id AND r.charge_id = c.id AND r.released AND r.status = 'succeeded'
)
"""
BOOKED = """
UPDATE charges c
SET details = c.details
      || jsonb_build_object('refunds_booked', jsonb_build_object('amount', b.amount, 'settled', b.settled)),
    version = c.version + 1
FROM (
  SELECT r.account_id, r.charge_id, sum(r.amount) AS amount, -sum(t.amount) AS settled
  FROM refunds r
  JOIN balance_transactions t ON t.account_id = r.account_id AND t.id = r.balance_transaction_id
  WHERE t.currency <> r.currency AND r.failure_balance_transaction_id IS NULL
  GROUP BY r.account_id, r.charge_id
) b
WHERE NOT c.details ? 'refunds_booked' AND c.account_id = b.account_id AND c.id = b.charge_id
"""


def upgrade() -> None:
    op.execute(RELEASED)
    op.execute(BOOKED)


def downgrade() -> None:
    op.execute("UPDATE charges SET details = details - '{released_by_refund,refunds_booked}'::text[]")
