"""setup intents.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "setup_intents",
        sa.Column("account_id", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("usage", sa.Text(), nullable=False),
        sa.Column("attach_to_self", sa.Boolean(), nullable=False),
        sa.Column("customer_id", sa.Text(collation="C"), nullable=True),
        sa.Column("payment_method_id", sa.Text(collation="C"), nullable=True),
        sa.Column("latest_attempt_id", sa.Text(collation="C"), nullable=True),
        sa.Column("mandate_id", sa.Text(collation="C"), nullable=True),
        sa.Column("single_use_mandate_id", sa.Text(collation="C"), nullable=True),
        sa.Column("client_secret", sa.Text(), nullable=False),
        sa.Column("confirmations", sa.BigInteger(), nullable=False),
        sa.Column("cancellation_reason", sa.Text(), nullable=True),
        sa.Column("metadata", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "status IN ('requires_payment_method', 'requires_confirmation', 'requires_action', 'processing', 'succeeded', 'canceled')",
            name=op.f("ck_setup_intents_status"),
        ),
        sa.CheckConstraint("usage IN ('off_session', 'on_session')", name=op.f("ck_setup_intents_usage")),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name=op.f("fk_setup_intents_account_id_customer_id_customers"),
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_setup_intents")),
    )
    op.create_index(
        op.f("ix_setup_intents_account_id_customer_id"),
        "setup_intents",
        ["account_id", "customer_id"],
        unique=False,
        postgresql_where="customer_id IS NOT NULL",
    )
    op.create_index(
        op.f("ix_setup_intents_account_id_payment_method_id"),
        "setup_intents",
        ["account_id", "payment_method_id"],
        unique=False,
        postgresql_where="payment_method_id IS NOT NULL",
    )
    op.create_table(
        "setup_attempts",
        sa.Column("account_id", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("setup_intent_id", sa.Text(collation="C"), nullable=False),
        sa.Column("customer_id", sa.Text(collation="C"), nullable=True),
        sa.Column("payment_method_id", sa.Text(collation="C"), nullable=False),
        sa.Column("usage", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "status IN ('requires_action', 'processing', 'succeeded', 'failed', 'abandoned')",
            name=op.f("ck_setup_attempts_status"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "setup_intent_id"],
            ["setup_intents.account_id", "setup_intents.id"],
            name=op.f("fk_setup_attempts_account_id_setup_intent_id_setup_intents"),
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_setup_attempts")),
    )
    op.create_index(
        op.f("ix_setup_attempts_account_id_setup_intent_id_id"),
        "setup_attempts",
        ["account_id", "setup_intent_id", "id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_setup_attempts_account_id_setup_intent_id_id"), table_name="setup_attempts")
    op.drop_table("setup_attempts")
    op.drop_index(
        op.f("ix_setup_intents_account_id_payment_method_id"),
        table_name="setup_intents",
        postgresql_where="payment_method_id IS NOT NULL",
    )
    op.drop_index(
        op.f("ix_setup_intents_account_id_customer_id"),
        table_name="setup_intents",
        postgresql_where="customer_id IS NOT NULL",
    )
    op.drop_table("setup_intents")
