"""A real process dies by SIGKILL: its transaction is there or is not, and the next bot opens the same file."""

from __future__ import annotations

import asyncio
import signal
import sys

import pytest

from bot.storage import Store, Transaction, open_store
from tests.storage.build import Clock


async def start(url: str, point: str) -> asyncio.subprocess.Process:
    command = (sys.executable, "-m", "tests.storage.crash", url, point)
    return await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)


def kept(tx: Transaction) -> list[int]:
    """The transactions that are there; each of them whole."""
    found = [int(watch.source.partition(":")[2]) for watch in tx.sources()]
    assert tx.count_posts() == 20 * len(found)
    for n in found:
        assert tx.note(f"last {n}") == "there"
        assert tx.find_post("reddit:example", f"p{n}-19") is not None
    assert tx.note(f"last {len(found)}") is None
    return found


async def look(url: str, clock: Clock) -> list[int]:
    store: Store = await open_store(url, clock=clock)
    try:
        await store.write(lambda tx: tx.set_note("next writer", "there"))
        return await store.read(kept)
    finally:
        await store.close()


@pytest.mark.parametrize(
    ("point", "transactions"), [("between", [0]), ("before", [0]), ("committing", [0]), ("after", [0, 1])]
)
async def test_a_death_leaves_all_or_nothing(url: str, clock: Clock, point: str, transactions: list[int]) -> None:
    child = await start(url, point)
    await child.communicate()

    assert child.returncode == -signal.SIGKILL
    assert await look(url, clock) == transactions


@pytest.mark.parametrize("milliseconds", [3, 40])
async def test_a_death_at_any_moment_leaves_whole_transactions(url: str, clock: Clock, milliseconds: int) -> None:
    child = await start(url, "any")
    assert child.stdout is not None
    await child.stdout.readline()
    await asyncio.sleep(milliseconds / 1000)
    child.kill()
    await child.communicate()

    found = await look(url, clock)

    assert found == list(range(len(found)))
    assert found[0] == 0
