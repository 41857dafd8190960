"""C8: one writer at 200 transactions a second beside four readers, on the real store: nobody is kept out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.model import Post
from bot.storage import Transaction, open_store

A_SECOND, READERS = 200, 4
# The seen-set of a busy day; older ones go, so that the file shows what it grows by.
KEPT = 20_000
MIB = 1024 * 1024


@dataclass
class Written:
    """What a run came to; times are seconds from asking for a transaction to its end."""

    times: list[float] = field(default_factory=list)
    reads: int = 0
    wal: int = 0
    kept: int = 0
    errors: list[str] = field(default_factory=list)

    def within(self, share: float) -> float:
        """The time within which this share of the transactions was over."""
        return sorted(self.times)[min(int(len(self.times) * share), len(self.times) - 1)]


async def write_for(folder: Path, count: int, *, paced: bool) -> Written:
    """So many transactions: `paced` in real time, else one right after the other.

    Paced, those for which a busy machine left no time are not done at all: a run has an end.
    """
    done, end = Written(), asyncio.Event()
    store = await open_store(str(folder / "writes.sqlite3"), clock=lambda: datetime.now(UTC))
    wal = folder / "writes.sqlite3-wal"

    async def read() -> None:
        while not end.is_set():
            await _noted(done, lambda: store.read(lambda tx: (tx.count_posts(), tx.find_post("feed:x", "p7"))))
            done.reads += 1
            await asyncio.sleep(0.02)

    readers = [asyncio.create_task(read()) for _ in range(READERS)]
    began = time.monotonic()
    for number in range(count):
        if paced:
            if time.monotonic() - began > 1.05 * count / A_SECOND:
                break
            await asyncio.sleep(max(0.0, began + number / A_SECOND - time.monotonic()))
        asked = time.monotonic()
        await _noted(done, lambda number=number: store.write(lambda tx: _one(tx, number)))
        done.times.append(time.monotonic() - asked)
        if number % A_SECOND == 0:
            done.wal = max(done.wal, wal.stat().st_size if wal.exists() else 0)
    end.set()
    await asyncio.gather(*readers)
    done.kept = await store.read(lambda tx: tx.count_posts())
    await store.close()
    return done


def _one(tx: Transaction, number: int) -> None:
    """As intake and outbox write: a post, where its source stands, and every now and then what is old goes."""
    tx.add_posts([(Post(source="feed:x", key=f"p{number}", text="All 40 of mine rejected. " * 8), None, None)])
    tx.set_note("cursor", str(number))
    if number % 1_000 == 999 and number > KEPT:
        tx.drop_texts(tx.now, 1_000)


async def _noted(done: Written, work: Callable[[], object]) -> None:
    try:
        await work()  # type: ignore[misc]
    except Exception as error:
        done.errors.append(repr(error))
