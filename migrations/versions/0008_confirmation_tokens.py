"""Confirmation tokens.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "confirmation_tokens",
        sa.Column("account_id", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payment_method_id", sa.Text(collation="C"), nullable=True),
        sa.Column("payment_intent_id", sa.Text(collation="C"), nullable=True),
        sa.Column("setup_intent_id", sa.Text(collation="C"), nullable=True),
        sa.Column("setup_future_usage", sa.Text(), nullable=True),
        sa.Column("method", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_confirmation_tokens")),
    )


def downgrade() -> None:
    op.drop_table("confirmation_tokens")
