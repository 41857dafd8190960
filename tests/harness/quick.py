"""A store without threads, for virtual time: the bot's own tables and transactions on SQLite in memory.

It outlives the processes of a story, as a file would: what was committed is there, and nothing else.
"""

from __future__ import annotations

import asyncio
import functools
import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Engine, StaticPool, create_engine, event

from bot.storage import Transaction
from bot.storage.tables import metadata
from tests.harness import warm
from tests.harness.virtual import now
from tests.harness.wire import Life

T = TypeVar("T")


def disk() -> Engine:
    """An empty database of our tables."""
    engine = _opened()
    warm.compiled_once(engine)
    connection, empty = engine.raw_connection(), sqlite3.connect(":memory:")
    empty.deserialize(_tables())
    empty.backup(connection.driver_connection)
    empty.close()
    connection.close()
    return engine


@functools.cache
def _tables() -> bytes:
    engine = _opened()
    metadata.create_all(engine)
    connection = engine.raw_connection()
    tables: bytes = connection.driver_connection.serialize()
    connection.close()
    engine.dispose()
    return tables


def _opened() -> Engine:
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


class QuickStore:
    """What the steps need of a store. A process may end before a transaction or right after it, never within."""

    dialect = "sqlite"
    where = "memory"

    def __init__(self, engine: Engine, life: Life | None = None) -> None:
        self.engine, self.life = engine, life or Life()

    async def write(self, work: Callable[[Transaction], T]) -> T:
        await self.life.step("before the transaction")
        # As the real one does: others get their turn before it and after it.
        await asyncio.sleep(0)
        result = self._do(work)
        await self.life.step("after the transaction")
        await asyncio.sleep(0)
        return result

    async def read(self, work: Callable[[Transaction], T]) -> T:
        await self.life.step("before a look")
        await asyncio.sleep(0)
        return self._do(work)

    def _do(self, work: Callable[[Transaction], T]) -> T:
        with self.engine.begin() as connection:
            return work(Transaction(connection, now()))
