"""Alerts that concern no single loan: the borrower's routines."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Move the schema forward."""
    with op.batch_alter_table("alerts") as alerts:
        alerts.alter_column("loan_id", existing_type=sa.String(), nullable=True)
    no_loan = sa.text("loan_id IS NULL")
    op.create_index(
        "uq_alerts_due_milestone_of_no_loan",
        "alerts",
        ["due", "milestone"],
        unique=True,
        sqlite_where=no_loan,
        postgresql_where=no_loan,
    )
