"""Names seen with ids, links between requesters, and the log of what people said about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# As they were on that day; bot.storage.columns may move on.
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REAL: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")
TEXT = sa.Text()


def upgrade() -> None:
    """From the first tables."""
    op.create_table(
        "sightings",
        sa.Column("sighting_id", INT, primary_key=True),
        sa.Column("requester_id", INT, sa.ForeignKey("requesters.requester_id"), nullable=False),
        sa.Column("canonical", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("voice_key", TEXT, nullable=False),
        sa.Column("first_at", INT, nullable=False),
        sa.Column("last_at", INT, nullable=False),
        sa.UniqueConstraint("requester_id", "canonical", "voice_key"),
        sqlite_strict=True,
    )
    op.create_table(
        "links",
        sa.Column("link_id", INT, primary_key=True),
        sa.Column("one_id", INT, sa.ForeignKey("requesters.requester_id"), nullable=False),
        sa.Column("other_id", INT, sa.ForeignKey("requesters.requester_id"), nullable=False),
        sa.Column(
            "tie", TEXT, sa.CheckConstraint("tie IN ('suggested', 'linked', 'refused')", name="tie"), nullable=False
        ),
        sa.Column("score", REAL, sa.CheckConstraint("score BETWEEN 0 AND 1", name="score"), nullable=False),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("at", INT, nullable=False),
        sa.CheckConstraint("one_id < other_id", name="order"),
        sa.UniqueConstraint("one_id", "other_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_links_other_id", "links", ["other_id"])
    op.create_table(
        "edits",
        sa.Column("edit_id", INT, primary_key=True),
        sa.Column("ref", TEXT, nullable=False, unique=True),
        sa.Column("at", INT, nullable=False),
        sa.Column(
            "act",
            TEXT,
            sa.CheckConstraint(
                "act IN ('alias_added', 'alias_removed', 'linked', 'unlinked', 'merged', 'split', 'renamed', 'placed', "
                "'undone')",
                name="act",
            ),
            nullable=False,
        ),
        sa.Column("by", TEXT, nullable=True),
        sa.Column("guild_key", TEXT, nullable=True),
        sa.Column("says", TEXT, nullable=False),
        sa.Column("touched", TEXT, nullable=False),
        sa.Column("changes", TEXT, nullable=False),
        sa.Column("told_until", INT, sa.CheckConstraint("told_until >= 0", name="told_until"), nullable=False),
        sa.Column("undone", INT, sa.CheckConstraint("undone IN (0, 1)", name="undone"), nullable=False),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
