"""Which revision a database is at, and the way up to ours. Alembic is imported only when there is a way to go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from bot.errors import StoreBroken, StoreError, StoreTooNew
from bot.storage.tables import metadata

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0007"
# Our own name for Alembic's table of one row, so that nobody else's migrations are taken for ours.
VERSION_TABLE = "watch_schema"
MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 7_252_000


def bring_up(connection: Connection, where: str) -> None:
    """Migrate to HEAD, inside the connection's transaction. StoreTooNew, or StoreBroken if the tables are not ours."""
    if connection.dialect.name == "postgresql":
        # A second process waits here and then finds the work done.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
    stored = stored_revision(connection)
    if stored == HEAD:
        return
    from alembic import command

    config = _config(connection)
    if stored is None:
        _refuse_strangers(connection, where)
    elif stored not in _known(config):
        raise too_new(stored, where)
    command.upgrade(config, HEAD)


def check(connection: Connection, where: str) -> None:
    """Refuse to work on a database that is not at HEAD."""
    stored = stored_revision(connection)
    if stored == HEAD:
        return
    if stored is not None and stored > HEAD:
        raise too_new(stored, where)
    raise StoreError(
        f"The database {where} is not set up for this version yet. Start the bot once ('rejection-watch run')."
    )


def stored_revision(connection: Connection) -> str | None:
    """The revision a database is at; None if it never had one."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    revision: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - our constant
    return revision


def too_new(stored: str, where: str) -> StoreTooNew:
    """What to say of a database from the future."""
    return StoreTooNew(
        f"The database {where} was written by a newer version (schema {stored}, this one knows {HEAD}). "
        "It was left as it is: install the newer version, or put a backup from before in its place."
    )


def _refuse_strangers(connection: Connection, where: str) -> None:
    taken = sorted(set(inspect(connection).get_table_names()) & set(metadata.tables))
    if taken:
        raise StoreBroken(
            f"The database {where} holds tables of another program ({', '.join(taken)}). "
            "It was left as it is: give the bot a database of its own."
        )


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    # Alembic takes % for the start of a placeholder.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _known(config: Config) -> set[str]:
    from alembic.script import ScriptDirectory

    return {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
