"""A program that writes and dies by SIGKILL at a chosen point: `crash.py URL POINT`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime

from sqlalchemy import event

from bot.model import Post
from bot.storage import Store, Transaction, open_store


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def work(tx: Transaction, n: int, point: str = "") -> None:
    tx.add_source(f"feed:{n}")
    if point == "between":
        die()
    tx.add_posts([(Post(source="reddit:example", key=f"p{n}-{k}", text="x" * 500), None, None) for k in range(20)])
    tx.set_note(f"last {n}", "there")
    if point == "before":
        die()
    if point == "committing":
        event.listen(tx.connection.engine, "commit", lambda _: die())


async def write_for_ever(store: Store) -> None:
    print("writing", flush=True)
    for n in range(1, 1_000_000):
        await store.write(lambda tx, n=n: work(tx, n))


async def main(url: str, point: str) -> None:
    store = await open_store(url, clock=lambda: datetime.now(UTC))
    await store.write(lambda tx: work(tx, 0))
    if point == "any":
        await write_for_ever(store)
    await store.write(lambda tx: work(tx, 1, point))
    die()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
