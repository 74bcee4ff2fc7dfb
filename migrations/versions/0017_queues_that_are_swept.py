"""Look for due jobs by kind, and keep indexes of times summarized.

Revision ID: 0017
Revises: 0016
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SUMMARIZED = ("customer_sessions", "ephemeral_keys", "idempotency_keys", "request_logs")


def upgrade() -> None:
    op.create_index(op.f("ix_jobs_kind_run_at"), "jobs", ["kind", "run_at"])
    op.drop_index(op.f("ix_jobs_run_at"), table_name="jobs")
    for table in SUMMARIZED:
        op.execute(f"ALTER INDEX ix_{table}_created_at SET (autosummarize = on)")


def downgrade() -> None:
    for table in SUMMARIZED:
        op.execute(f"ALTER INDEX ix_{table}_created_at RESET (autosummarize)")
    op.create_index(op.f("ix_jobs_run_at"), "jobs", ["run_at"])
    op.drop_index(op.f("ix_jobs_kind_run_at"), table_name="jobs")
