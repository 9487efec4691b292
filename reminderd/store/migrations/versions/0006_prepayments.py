"""Where what a payment leaves over goes: to the principal, or ahead."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Move the schema forward."""
    op.add_column("payments", sa.Column("surplus_to", sa.String(length=16), nullable=True))
