"""The store: everything the bot remembers, in our nouns, on SQLite or PostgreSQL.

store = await open_store("data/rejection-watch.sqlite3", clock=lambda: datetime.now(UTC))
await store.write(lambda tx: tx.add_source("reddit:example"))      # all or nothing, never torn by a cancelled caller
known = await store.read(lambda tx: tx.sources())                  # a snapshot
await store.close()
"""

from __future__ import annotations

from bot.storage.engine import normal_url
from bot.storage.outbox import TAKEN_AWAY
from bot.storage.store import Clock, Store, open_store
from bot.storage.transaction import Transaction

__all__ = ["TAKEN_AWAY", "Clock", "Store", "Transaction", "normal_url", "open_store"]
