"""SQLite through aiosqlite: one writing connection, a few reading ones, and a lock against a second bot."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import StoreBroken, StoreError, StoreLocked
from bot.storage.engine import Engines
from bot.storage.faults import broken, told

# Who wrote the file, in its header: "RjWt". See https://sqlite.org/pragma.html#pragma_application_id
APPLICATION_ID = 0x526A5774
READERS = 4
PRAGMAS = (
    "busy_timeout = 5000",
    "foreign_keys = ON",
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "mmap_size = 0",
)
# FULL: with NORMAL a power cut takes back the last commits, and a lost 'sent' is an alert shown twice.
WRITER_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "secure_delete = ON",
    f"journal_size_limit = {64 * 1024 * 1024}",
)


async def open_engines(url: URL, *, exclusive: bool) -> Engines:
    """The engines for a file. StoreLocked if another bot has it, StoreBroken if it is damaged or not ours."""
    path = Path(url.database or "")
    release = lock(path) if exclusive else _nothing
    try:
        await asyncio.to_thread(examine, path, exclusive)
    except BaseException:
        release()
        raise
    reader = _engine(url, READERS, "BEGIN", (*PRAGMAS, "query_only = ON"))
    writer = _engine(url, 1, "BEGIN IMMEDIATE", (*PRAGMAS, *WRITER_PRAGMAS)) if exclusive else None
    return Engines(where=str(path), reader=reader, writer=writer, release=release, scrub=scrub)


def _nothing() -> None:
    pass


def lock(path: Path) -> Callable[[], None]:
    """Take the process lock beside the file; gives the function that releases it. The kernel does so on any death."""
    beside = path.with_name(f"{path.name}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _unusable(beside, error) from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(held, 0)
        os.pwrite(held, f"{os.getpid()}\n".encode(), 0)
    except BlockingIOError as error:
        who = os.read(held, 20).decode("ascii", "replace").strip() or "unknown"
        os.close(held)
        raise StoreLocked(
            f"Another bot (process {who}) is at work on {path}. Stop it first, or give this one data of its own."
        ) from error
    except OSError as error:
        os.close(held)
        raise _unusable(beside, error) from error
    return _once(lambda: os.close(held))


def _once(release: Callable[[], None]) -> Callable[[], None]:
    """A file descriptor closed twice may be somebody else's by then."""
    todo = [release]
    return lambda: todo.pop()() if todo else None


def examine(path: Path, exclusive: bool) -> None:
    """Look at a file before anything is written to it. With `exclusive` it may be missing, and is checked whole."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(16)
    except FileNotFoundError as error:
        if exclusive:
            return
        raise StoreError(f"There is no database at {path} yet. 'rejection-watch run' or 'replay' makes one.") from error
    except OSError as error:
        raise _unusable(path, error) from error
    if size == 0 and exclusive:
        return
    if head != b"SQLite format 3\0":
        raise StoreBroken(f"{path} is not a database (it was left as it is). Move it aside, or give another path.")
    try:
        _look_inside(path, whole=exclusive)
    except sqlite3.Error as error:
        raise told(error, str(path)) from error


def _look_inside(path: Path, *, whole: bool) -> None:
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=5)
    try:
        (mark,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        # A file without mark and tables is one of ours whose first start was cut short.
        if mark != APPLICATION_ID and (mark or tables):
            raise StoreBroken(f"{path} is another program's database (it was left as it is). Give another path.")
        if whole:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise broken(str(path), verdict)
    finally:
        connection.close()


def _unusable(path: Path, error: OSError) -> StoreError:
    return StoreError(f"The database cannot be used: {path}: {error.strerror}. Check the path and its rights.")


async def scrub(writer: AsyncEngine, whole: bool) -> bool:
    """Empty the -wal of old pages; with `whole` write the file anew first. False if somebody still reads old pages.

    `secure_delete` zeroes what we delete; VACUUM also takes what another program deleted from the file without it.
    """
    async with writer.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        if whole:
            await (await driver.execute("VACUUM")).close()
        cursor = await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy, _, _ = await cursor.fetchone()
        await cursor.close()
    return not busy


def _engine(url: URL, connections: int, begin: str, pragmas: tuple[str, ...]) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=connections, max_overflow=0)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        # None: sqlite3 opens no transaction by itself, so that ours begin where we say and not at the first INSERT.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
