"""Which bills others have taken the place of, and which money was for them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Move the schema forward."""
    op.create_table(
        "former_bills",
        sa.Column("loan_id", sa.String(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("replaced_at", INSTANT, nullable=False),
        sa.Column("recorded_until", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("carried_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["loan_id"], ["loans.id"], name=op.f("fk_former_bills_loan_id")),
        sa.PrimaryKeyConstraint("loan_id", "due", name=op.f("pk_former_bills")),
    )
