"""source statuses.

Revision ID: 0016
Revises: 0015
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The column is new, and empty in every row there is.
    op.create_check_constraint(
        op.f("ck_payment_methods_source_status"),
        "payment_methods",
        "source_status IN ('pending', 'chargeable', 'consumed', 'canceled', 'failed')",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_payment_methods_source_status"), "payment_methods", type_="check")
