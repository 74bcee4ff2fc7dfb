"""What undid the effect of a failed debit on the balance.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("charges", sa.Column("failure_balance_transaction_id", sa.Text(collation="C"), nullable=True))


def downgrade() -> None:
    op.drop_column("charges", "failure_balance_transaction_id")
