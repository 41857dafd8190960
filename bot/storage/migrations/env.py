"""How Alembic runs here: on the connection it is handed, inside its transaction. Only `bot.storage.schema` calls it."""

from __future__ import annotations

from alembic import context

from bot.storage.schema import VERSION_TABLE
from bot.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, version_table=VERSION_TABLE
)
context.run_migrations()
