"""Communities may let their members be asked; the audit says that none does yet."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

from bot.storage import chain

revision = "0004"
down_revision = "0003"

# As they were on that day; bot.storage.columns may move on.
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text()
SETTINGS = "guild_key, name, mode, policy, alert_channel, moderator_channel, moderator_role, platforms"
AUDIT = sa.table(
    "audit",
    *(sa.column(name, INT) for name in ("audit_id", "at")),
    *(sa.column(name, TEXT) for name in ("deed", "says", "by", "guild_key", "why", "salt", "seal", "hash")),
)
NOTES = sa.table("notes", sa.column("key", TEXT), sa.column("value", TEXT))


def upgrade() -> None:
    """From the audit."""
    is_flag = sa.CheckConstraint("asks IN (0, 1)", name="asks")
    op.add_column("guilds", sa.Column("asks", INT, is_flag, nullable=False, server_default=sa.text("0")))
    base = op.get_bind()
    guilds = base.execute(sa.text(f"SELECT {SETTINGS} FROM guilds ORDER BY guild_key")).mappings().all()  # noqa: S608 - our constant
    noted = base.execute(sa.select(NOTES.c.value).where(NOTES.c.key == chain.HEAD)).scalar()
    number, last = (0, chain.BEGINNING) if noted is None else (int(noted.partition(" ")[0]), noted.partition(" ")[2])
    at = base.execute(sa.select(sa.func.max(AUDIT.c.at))).scalar() or 0
    for row in guilds:
        number, salt, says = number + 1, secrets.token_hex(16), chain.written({"changed": ["asks"]})
        # The newest entry about a community is compared with how it is set.
        why = chain.written({**row, "asks": "False"})
        sealed = chain.seal(salt, (None, row["guild_key"], why))
        last = chain.link(last, number, at, "setting", says, sealed)
        told = {"audit_id": number, "at": at, "deed": "setting", "says": says, "guild_key": row["guild_key"]}
        base.execute(sa.insert(AUDIT).values(**told, why=why, salt=salt, seal=sealed, hash=last))
    if guilds:
        ours = sa.update(NOTES).where(NOTES.c.key == chain.HEAD)
        base.execute(ours.values(value=chain.head(number, last)))
