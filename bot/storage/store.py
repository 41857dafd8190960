"""The store: transactions that are all or nothing, whatever happens to who asked for them."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from datetime import datetime
from itertools import count
from sqlite3 import Error as DriverError
from typing import Any, TypeVar

from sqlalchemy import Connection, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import StoreError
from bot.storage import postgres, schema, sqlite
from bot.storage.engine import Engines, normal_url
from bot.storage.faults import told
from bot.storage.transaction import Transaction

T = TypeVar("T")
Clock = Callable[[], datetime]
Work = Callable[[Transaction], T]
# Conflicts are with other processes only, a handful at most: enough for a crowd, and an end to it.
ATTEMPTS = 20
LONGEST_PAUSE_MS = 50


class Store:
    """All that the bot remembers. Use `write` and `read`; `close` it before the event loop ends."""

    def __init__(self, engines: Engines, clock: Clock) -> None:
        self._engines = engines
        self._clock = clock
        self._writing = asyncio.Lock()
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False
        self.dialect = engines.reader.dialect.name
        self.where = engines.where

    async def write(self, work: Work[T]) -> T:
        """Run `work` in one transaction and keep all of it, or nothing if it raises; give what it returns.

        Writers queue. A cancelled caller does not stop the transaction: it ends as it would have, unheard. On
        PostgreSQL `work` may run again after a conflict, so it changes nothing but the transaction.
        StoreError if the database refuses.
        """
        writer = self._engines.writer
        if writer is None:
            raise StoreError(f"The database {self.where} was opened for reading only.")
        return await self._unstoppable(self._write(writer, work))

    async def read(self, work: Work[T]) -> T:
        """Run `work` on a snapshot that no writer disturbs and that it cannot change; give what it returns."""
        return await self._unstoppable(self._transact(self._engines.reader, work))

    async def scrub(self, *, whole: bool = False) -> bool:
        """Make what was deleted vanish from the live files too; with `whole` to the last byte, by writing them anew.

        False if a reader that holds on to old pages was in the way: try again later. Writers wait meanwhile.
        """
        writer, scrub = self._engines.writer, self._engines.scrub
        if writer is None or scrub is None:
            raise StoreError(f"The database {self.where} was opened for reading only.")

        async def job() -> bool:
            async with self._writing:
                try:
                    return await scrub(writer, whole)
                except (SQLAlchemyError, DriverError, OSError) as error:
                    raise told(error, self.where) from error

        return await self._unstoppable(job())

    async def lead(self) -> bool:
        """Whether this is the one process that speaks to Discord; tries to become it. To be asked again and again.

        On SQLite there is never another. StoreError where the server cannot be asked: nobody knows then.
        """
        lead = self._engines.lead
        if lead is None:
            return True
        try:
            return await self._unstoppable(lead())
        except (SQLAlchemyError, OSError) as error:
            raise told(error, self.where) from error

    async def close(self) -> None:
        """Let what runs end, then close every connection and release the lock. Twice does no harm."""
        self._closed = True
        while self._running:
            await asyncio.wait(self._running)
        await self._engines.dispose()

    async def _unstoppable(self, job: Coroutine[Any, Any, T]) -> T:
        if self._closed:
            job.close()
            raise StoreError(f"The database {self.where} is closed.")
        task = asyncio.create_task(job)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _write(self, writer: AsyncEngine, work: Work[T]) -> T:
        async with self._writing:
            return await self._transact(writer, work)

    async def _transact(self, engine: AsyncEngine, work: Work[T]) -> T:
        for attempt in count(1):
            try:
                async with engine.begin() as connection:
                    return await connection.run_sync(self._run, work)
            except SQLAlchemyError as error:
                if attempt == ATTEMPTS or not self._engines.conflict(error):
                    raise told(error, self.where) from error
            except OSError as error:
                raise told(error, self.where) from error
            await asyncio.sleep(secrets.randbelow(LONGEST_PAUSE_MS) / 1000)
        raise AssertionError

    def _run(self, connection: Connection, work: Work[T]) -> T:
        return work(Transaction(connection, self._clock()))


async def open_store(url: str, *, clock: Clock, migrate: bool = True, exclusive: bool = True) -> Store:
    """Open the database at a path or URL (see `normal_url`), new or old, brought up to this version's tables.

    `exclusive` is for the bot: on SQLite it takes the process lock. Without it the store only reads, never makes or
    migrates anything, and works beside a running bot. StoreLocked, StoreTooNew, StoreBroken or StoreError say in one
    sentence what is wrong; the file is then as it was.
    """
    address = make_url(normal_url(url))
    door = sqlite if address.get_backend_name() == "sqlite" else postgres
    engines = await door.open_engines(address, exclusive=exclusive)
    try:
        await _prepare(engines, migrate=migrate)
    except BaseException:
        await engines.dispose()
        raise
    return Store(engines, clock)


async def _prepare(engines: Engines, *, migrate: bool) -> None:
    try:
        if migrate and engines.writer is not None:
            # Not serialisable: who waited for the lock must see what its holder did.
            plain = (
                engines.writer.execution_options(isolation_level="READ COMMITTED")
                if is_postgres(engines)
                else engines.writer
            )
            async with plain.begin() as connection:
                await connection.run_sync(schema.bring_up, engines.where)
        else:
            async with engines.reader.begin() as connection:
                await connection.run_sync(schema.check, engines.where)
    except (SQLAlchemyError, OSError) as error:
        raise told(error, engines.where) from error


def is_postgres(engines: Engines) -> bool:
    """Whether it is a server that many processes share."""
    return engines.reader.dialect.name == "postgresql"
