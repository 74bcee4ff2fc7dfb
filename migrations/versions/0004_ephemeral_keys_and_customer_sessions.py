"""ephemeral keys and customer sessions.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customer_sessions",
        sa.Column("account_id", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", postgresql.BYTEA(), nullable=False),
        sa.Column("customer_id", sa.Text(collation="C"), nullable=False),
        sa.Column("components", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name=op.f("fk_customer_sessions_account_id_customer_id_customers"),
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_customer_sessions")),
        sa.UniqueConstraint("account_id", "digest", name=op.f("uq_customer_sessions_account_id_digest")),
    )
    op.create_index(
        op.f("ix_customer_sessions_created_at"),
        "customer_sessions",
        ["created_at"],
        unique=False,
        postgresql_using="brin",
    )
    op.create_table(
        "ephemeral_keys",
        sa.Column("account_id", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", postgresql.BYTEA(), nullable=False),
        sa.Column("customer_id", sa.Text(collation="C"), nullable=False),
        sa.Column("api_version", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name=op.f("fk_ephemeral_keys_account_id_customer_id_customers"),
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_ephemeral_keys")),
        sa.UniqueConstraint("account_id", "digest", name=op.f("uq_ephemeral_keys_account_id_digest")),
    )
    op.create_index(
        op.f("ix_ephemeral_keys_created_at"), "ephemeral_keys", ["created_at"], unique=False, postgresql_using="brin"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_ephemeral_keys_created_at"), table_name="ephemeral_keys", postgresql_using="brin")
    op.drop_table("ephemeral_keys")
    op.drop_index(op.f("ix_customer_sessions_created_at"), table_name="customer_sessions", postgresql_using="brin")
    op.drop_table("customer_sessions")
