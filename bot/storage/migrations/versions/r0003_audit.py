"""The audit's chain, begun with what was said and set before it; and when posts are looked at again."""

from __future__ import annotations

import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.storage import chain

revision = "0003"
down_revision = "0002"

# As they were on that day; bot.storage.columns may move on. The chain itself never changes.
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text()
VERDICTS = "SELECT verdict_id, incident_id, at, decision, by, guild_key, why FROM verdicts ORDER BY at, verdict_id"
EDITS = "SELECT * FROM edits WHERE act <> 'placed' ORDER BY at, edit_id"
GUILDS = "SELECT guild_key, name, mode, policy, alert_channel, moderator_channel, moderator_role, platforms FROM guilds"
SOURCES = "SELECT source, added_at FROM sources ORDER BY source_id"


def upgrade() -> None:
    """From who is who."""
    op.add_column("posts", sa.Column("look_at", INT, nullable=True))
    op.create_index(
        "ix_posts_look_at",
        "posts",
        ["look_at"],
        sqlite_where=sa.text("look_at IS NOT NULL"),
        postgresql_where=sa.text("look_at IS NOT NULL"),
    )
    deeds = "deed IN ('verdict', 'edit', 'setting', 'source', 'forgotten')"
    audit = op.create_table(
        "audit",
        sa.Column("audit_id", INT, primary_key=True),
        sa.Column("at", INT, nullable=False),
        sa.Column("deed", TEXT, sa.CheckConstraint(deeds, name="deed"), nullable=False),
        sa.Column("says", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=True),
        sa.Column("guild_key", TEXT, nullable=True),
        sa.Column("why", TEXT, nullable=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column("seal", TEXT, nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sqlite_strict=True,
    )
    entries = _chained(_before())
    if entries:
        op.bulk_insert(audit, entries)
        notes = sa.table("notes", sa.column("key", TEXT), sa.column("value", TEXT))
        op.bulk_insert(notes, [{"key": chain.HEAD, "value": chain.head(len(entries), entries[-1]["hash"])}])


def _before() -> list[dict[str, Any]]:
    """What was said and set until that day, by date."""
    base = op.get_bind()

    def rows(question: str) -> list[Any]:
        return list(base.execute(sa.text(question)).mappings())

    said = [
        _entry(row["at"], "verdict", row, row["why"], verdict=row["verdict_id"], incident=row["incident_id"],
               decision=row["decision"], at=row["at"])
        for row in rows(VERDICTS)
    ]  # fmt: skip
    said += [
        _entry(row["at"], "edit", row, chain.digest(row["changes"]), edit=row["edit_id"], ref=row["ref"],
               act=row["act"], of=chain.digest(row["says"], row["touched"]))
        for row in rows(EDITS)
    ]  # fmt: skip
    said += [_entry(row["added_at"], "source", {}, row["source"], watched=True) for row in rows(SOURCES)]
    said.sort(key=lambda entry: entry["at"])
    # When a guild was set is not known.
    last = said[-1]["at"] if said else 0
    guilds = rows(GUILDS)
    return said + [
        _entry(last, "setting", {"guild_key": row["guild_key"]}, chain.written(dict(row)), changed=sorted(row))
        for row in guilds
    ]


def _entry(on: int, deed: str, whose: Any, why: str | None, /, **says: Any) -> dict[str, Any]:
    by, guild_key, salt = whose.get("by"), whose.get("guild_key"), secrets.token_hex(16)
    told = {"at": on, "deed": deed, "says": chain.written(says), "by": by, "guild_key": guild_key, "why": why}
    return {**told, "salt": salt, "seal": chain.seal(salt, (by, guild_key, why))}


def _chained(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    last = chain.BEGINNING
    for number, entry in enumerate(entries, 1):
        last = chain.link(last, number, entry["at"], entry["deed"], entry["says"], entry["seal"])
        entry |= {"audit_id": number, "hash": last}
    return entries
