"""An incident remembers how many people praised its requester before it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

# As it was on that day; bot.storage.columns may move on.
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """From ids that names were seen with."""
    is_count = sa.CheckConstraint("praise >= 0", name="praise")
    op.add_column("incidents", sa.Column("praise", INT, is_count, nullable=False, server_default=sa.text("0")))
