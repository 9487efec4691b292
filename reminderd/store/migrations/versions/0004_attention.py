"""What borrowers say about a loan's alerts: not now, and seen; addresses found by name."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Move the schema forward."""
    op.create_table(
        "snoozes",
        sa.Column("loan_id", sa.String(), nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["loan_id"], ["loans.id"], name=op.f("fk_snoozes_loan_id")),
        sa.PrimaryKeyConstraint("loan_id", name=op.f("pk_snoozes")),
    )
    op.create_table(
        "acknowledgements",
        sa.Column("loan_id", sa.String(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["loan_id"], ["loans.id"], name=op.f("fk_acknowledgements_loan_id")
        ),
        sa.PrimaryKeyConstraint("loan_id", name=op.f("pk_acknowledgements")),
    )
    op.create_index("ix_deliveries_channel_address", "deliveries", ["channel", "address"])
