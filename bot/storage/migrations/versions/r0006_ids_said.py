"""A name that was seen with an id remembers with which."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """From notes of lone reports."""
    op.add_column("sightings", sa.Column("account_key", sa.Text(), nullable=True))
