"""How much of its retry window each delivery has used up."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Move the schema forward; what waits has its whole window before it."""
    waited = sa.Column("waited", sa.Integer(), nullable=False, server_default="0")
    op.add_column("deliveries", waited)
