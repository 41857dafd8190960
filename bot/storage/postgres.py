"""PostgreSQL through asyncpg: serialisable writes, read-only snapshots. Several processes may share the work."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import URL, NullPool, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import StoreError
from bot.storage.engine import Engines
from bot.storage.tables import metadata

READERS = 4
CONNECT_TIMEOUT = 10
# https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html names these three to be tried again.
SERIALIZATION_FAILURE, DEADLOCK, UNIQUE_VIOLATION = "40001", "40P01", "23505"
# "RjWt" with an L: one number for every installation, because each has a database of its own.
LEADER_LOCK = 0x526A57744C


class Lead:
    """One process of several leads: whoever holds a lock that the server gives back when its connection ends.

    It is the session's, so a pooler that hands connections on after every transaction must not stand between.
    """

    def __init__(self, url: URL, connect_args: dict[str, Any]) -> None:
        # A connection of its own, out of every pool: it stays open as long as we lead.
        self._engine = create_async_engine(
            url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=connect_args
        )
        self._held: AsyncConnection | None = None
        # Two of our own calls at once would take each other for somebody else.
        self._asking = asyncio.Lock()

    async def __call__(self) -> bool:
        """Whether this process leads; it tries to, if nobody does. Raises what the driver raises."""
        async with self._asking:
            try:
                if self._held is None:
                    return await self._take()
                await self._held.execute(text("SELECT 1"))
            except (SQLAlchemyError, OSError):
                await self.close()
                raise
            return True

    async def _take(self) -> bool:
        connection = await self._engine.connect()
        if await connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LEADER_LOCK}):
            self._held = connection
            return True
        await connection.close()
        return False

    async def close(self) -> None:
        """Give the lead back."""
        held, self._held = self._held, None
        if held is not None:
            await held.invalidate()
            await held.close()


async def open_engines(url: URL, *, exclusive: bool) -> Engines:
    """The engines for a server. Nothing is connected yet. StoreError where the driver is not installed."""
    where = url.set(password=None).render_as_string(hide_password=True).replace("+asyncpg", "")
    told = {"application_name": "rejection-watch"}
    options: dict[str, Any] = {
        "max_overflow": 0,
        "pool_pre_ping": True,
        "connect_args": {"timeout": CONNECT_TIMEOUT, "server_settings": told},
    }
    try:
        engine = create_async_engine(url, pool_size=READERS, **options)
        writer = create_async_engine(url, pool_size=1, isolation_level="SERIALIZABLE", **options) if exclusive else None
    except ImportError as error:
        raise StoreError(
            f"For {where} the driver asyncpg is missing: install rejection-watch with the extra 'postgres'."
        ) from error
    reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    lead = Lead(url, options["connect_args"])
    return Engines(where=where, reader=reader, writer=writer, conflict=conflict, scrub=scrub, lead=lead)


async def scrub(writer: AsyncEngine, whole: bool) -> bool:
    """With `whole` write the tables anew, without what was deleted. The server's own log is its owner's."""
    if whole:
        plain = writer.execution_options(isolation_level="AUTOCOMMIT")
        async with plain.connect() as connection:
            for table in metadata.tables:
                await connection.execute(text(f'VACUUM (FULL) "{table}"'))
    return True


def conflict(error: BaseException) -> bool:
    """Whether another transaction was in the way, so that the same work may succeed now."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return state in (SERIALIZATION_FAILURE, DEADLOCK, UNIQUE_VIOLATION)
