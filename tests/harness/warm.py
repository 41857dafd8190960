"""What makes thousands of short lives cheap: an empty database to copy, statements compiled once, no needless thread.

Nothing of it changes what the bot does: the tables are those that the migrations make, the statements are the bot's.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import aiosqlite
from sqlalchemy import Dialect, Engine

from bot.storage import Clock, Store, open_store
from tests.harness.virtual import BEGAN

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
# Of each kind of engine what the first one has: SQLAlchemy keeps compiled statements by engine and dialect.
_KNOWN: dict[str, tuple[Dialect, Any]] = {}


@functools.cache
def empty() -> bytes:
    """The file of a database that was just migrated to our newest tables."""
    # In a thread of its own: whoever asks may be in the middle of a loop.
    with tempfile.TemporaryDirectory(dir=MEMORY) as place, ThreadPoolExecutor(1) as beside:
        path = Path(place) / "empty.sqlite3"
        beside.submit(lambda: asyncio.run(_made(path))).result()
        return path.read_bytes()


async def opened(path: Path, clock: Clock) -> Store:
    """A store in a new file. What is the same for each such store is done once a process: that is most of its cost."""
    path.write_bytes(empty())
    store = await open_store(str(path), clock=clock)
    compiled_once_in(store)
    return store


async def _made(path: Path) -> None:
    store = await open_store(str(path), clock=lambda: BEGAN)
    await store.close()


def compiled_once(engine: Engine) -> None:
    """Let this engine find the statements that others of its kind have compiled, in this process or before a fork."""
    dialect, statements = _KNOWN.setdefault(engine.dialect.driver, (engine.dialect, engine._compiled_cache))
    engine.dialect, engine._compiled_cache = dialect, statements


def compiled_once_in(store: Store) -> None:
    """The same for both doors of a store."""
    for engine in (store._engines.reader, store._engines.writer):
        if engine is not None:
            compiled_once(engine.sync_engine)


def without_thread() -> None:
    """From now on, in this process, aiosqlite does at once what it would have its thread do."""
    aiosqlite.Connection._execute = _at_once  # type: ignore[method-assign]


async def _at_once(self: Any, function: Any, *given: Any, **named: Any) -> Any:
    if not self._running or not self._connection:
        raise ValueError("Connection closed")
    return function(*given, **named)


def still() -> None:
    """What is there now stays: the collector need not look through it again, which copies it into every fork."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
