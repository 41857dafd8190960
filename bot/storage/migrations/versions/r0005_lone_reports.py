"""Moderators hear of lone reports, and have a word for work that was paid another way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# As they were on that day, and what joined them.
WORDS = (
    (
        "alerts",
        "reason",
        "'suspected', 'corroborated', 'confirmed', 'again', 'grown', 'disputed', 'partly_reversed', 'reversed', "
        "'compensated', 'withdrawn', 'dismissed', 'expired', 'merged', 'unproven', 'asked'",
        "'lone'",
    ),
    ("verdicts", "decision", "'confirm', 'dismiss', 'reversed', 'undo'", "'compensated'"),
)


def upgrade() -> None:
    """From questions to members."""
    op.create_index("ix_alerts_guild_key_at", "alerts", ["guild_key", "at"])
    widen = _widen_sqlite if op.get_bind().dialect.name == "sqlite" else _widen
    for table, column, words, more in WORDS:
        widen(table, column, f"{column} IN ({words})", f"{column} IN ({words}, {more})")


def _widen(table: str, column: str, _: str, after: str) -> None:
    op.drop_constraint(column, table, type_="check")
    op.create_check_constraint(column, table, after)


def _widen_sqlite(table: str, _: str, before: str, after: str) -> None:
    """SQLite cannot change a CHECK; its manual's way for what leaves the rows as they are ("Making Other Kinds Of
    Table Schema Changes") is to change the words of the table. To copy the table would lose whom it is referred by.
    """
    base = op.get_bind()
    version = base.execute(sa.text("PRAGMA schema_version")).scalar()
    base.execute(sa.text("PRAGMA writable_schema = ON"))
    said = "UPDATE sqlite_master SET sql = replace(sql, :before, :after) WHERE type = 'table' AND name = :table"
    base.execute(sa.text(said), {"table": table, "before": before, "after": after})
    base.execute(sa.text(f"PRAGMA schema_version = {int(version or 0) + 1}"))
    base.execute(sa.text("PRAGMA writable_schema = OFF"))
