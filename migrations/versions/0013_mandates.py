"""mandates.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mandates",
        sa.Column("account_id", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("payment_method_id", sa.Text(collation="C"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("status IN ('pending', 'active', 'inactive')", name=op.f("ck_mandates_status")),
        sa.CheckConstraint(
            "type = 'multi_use' OR (amount IS NOT NULL AND currency IS NOT NULL)", name=op.f("ck_mandates_single_use")
        ),
        sa.CheckConstraint("type IN ('multi_use', 'single_use')", name=op.f("ck_mandates_type")),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_mandates")),
    )
    op.create_index(
        op.f("ix_mandates_account_id_payment_method_id_id"),
        "mandates",
        ["account_id", "payment_method_id", "id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_mandates_account_id_payment_method_id_id"), table_name="mandates")
    op.drop_table("mandates")
