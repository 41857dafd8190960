"""The store's promises: all or nothing, nothing lost between writers, nothing torn by who gave up waiting."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import threading
from collections.abc import Coroutine
from typing import Any

import pytest

from bot.errors import NotFoundError, StoreError
from bot.storage import Store, Transaction, open_store
from tests.storage.build import HOUR, NOW, Clock, post


def count_up(tx: Transaction) -> int:
    n = int(tx.note("count") or 0) + 1
    tx.set_note("count", str(n))
    return n


def pair(n: int):
    """A work of several statements, to be seen whole or not at all."""

    def work(tx: Transaction) -> int:
        tx.set_note(f"first {n}", "there")
        tx.add_source(f"feed:{n}")
        tx.add_posts([(post(f"p{n}"), None, None)])
        tx.set_note(f"last {n}", "there")
        return n

    return work


def whole(tx: Transaction, n: int) -> bool:
    parts = (
        tx.note(f"first {n}") is not None,
        tx.find_source(f"feed:{n}") is not None,
        tx.find_post("reddit:example", f"p{n}") is not None,
        tx.note(f"last {n}") is not None,
    )
    assert len(set(parts)) == 1, f"torn: {parts}"
    return parts[0]


async def test_twenty_writers_lose_nothing(store: Store) -> None:
    async def write() -> None:
        for _ in range(20):
            await store.write(count_up)

    await asyncio.gather(*(write() for _ in range(20)))

    assert await store.read(lambda tx: tx.note("count")) == "400"


async def test_work_that_raises_leaves_nothing(store: Store) -> None:
    def work(tx: Transaction) -> None:
        pair(1)(tx)
        tx.get_incident(99)

    with pytest.raises(NotFoundError):
        await store.write(work)

    assert not await store.read(lambda tx: whole(tx, 1))
    assert await store.write(count_up) == 1


async def test_a_bug_in_work_leaves_nothing_and_comes_out_as_it_is(store: Store) -> None:
    def work(tx: Transaction) -> None:
        pair(1)(tx)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.write(work)

    assert not await store.read(lambda tx: whole(tx, 1))


async def test_a_read_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError):
        await store.read(count_up)

    assert await store.write(count_up) == 1


async def test_a_transaction_has_one_moment(store: Store, clock: Clock) -> None:
    def work(tx: Transaction):
        first = tx.now
        clock.pass_by(HOUR)
        return first, tx.now

    assert await store.write(work) == (NOW, NOW)
    assert await store.read(lambda tx: tx.now) == NOW + HOUR


async def test_a_read_sees_the_old_snapshot_while_a_write_goes_on(store: Store) -> None:
    await store.write(count_up)
    reading, written = threading.Event(), threading.Event()
    seen: list[str | None] = []
    loop = asyncio.get_running_loop()

    async def write_between() -> None:
        await asyncio.to_thread(reading.wait, 30)
        await store.write(count_up)
        written.set()

    def look(tx: Transaction) -> None:
        from sqlalchemy.util import await_only

        seen.append(tx.note("count"))
        reading.set()
        await_only(loop.run_in_executor(None, written.wait, 30))
        seen.append(tx.note("count"))

    await asyncio.gather(store.read(look), write_between())

    assert seen == ["1", "1"]
    assert await store.read(lambda tx: tx.note("count")) == "2"


@pytest.mark.parametrize("seed", range(3))
async def test_who_stops_waiting_tears_nothing(store: Store, seed: int) -> None:
    dice = random.Random(seed)
    heard: list[int] = []

    async def write(n: int) -> None:
        heard.append(await store.write(pair(n)))

    for n in range(0, 40, 4):
        tasks = [asyncio.create_task(write(n + k)) for k in range(4)]
        for _ in range(dice.randrange(60)):
            await asyncio.sleep(0)
        await asyncio.sleep(dice.choice([0, 0, 0.001, 0.004]))
        for task in dice.sample(tasks, 3):
            task.cancel()
        await asyncio.wait(tasks)
        assert await store.write(count_up) == n // 4 + 1, "the next writer is not disturbed"

    kept = await store.read(lambda tx: [n for n in range(40) if whole(tx, n)])
    assert set(heard) <= set(kept)
    assert len(heard) < 40, "nobody was cancelled: this test tests nothing"


async def cut_off(call: Coroutine[Any, Any, object], tick: int) -> None:
    """Begin it, let the loop turn so often, and stop waiting."""
    task = asyncio.create_task(call)
    for _ in range(tick):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_write_cut_off_at_any_tick_is_kept_whole_and_the_next_one_is_not_disturbed(store: Store) -> None:
    for tick in range(1, 51):
        await cut_off(store.write(pair(tick)), tick)

        assert await store.write(count_up) == tick

    assert await store.read(lambda tx: [n for n in range(1, 51) if not whole(tx, n)]) == []


@pytest.mark.parametrize("name", ["read", "scrub", "lead"])
async def test_whatever_else_is_cut_off_at_any_tick_leaves_nothing_open(store: Store, name: str) -> None:
    calls = {"read": lambda: store.read(lambda tx: tx.note("count")), "scrub": store.scrub, "lead": store.lead}
    for tick in range(1, 51):
        await cut_off(calls[name](), tick)

        assert await store.write(count_up) == tick

    assert await store.lead()


async def test_a_close_cut_off_at_any_tick_can_be_done_again_and_frees_the_database(url: str, clock: Clock) -> None:
    for tick in range(1, 12):
        store = await open_store(url, clock=clock)
        await cut_off(store.close(), tick)

        await store.close()

    store = await open_store(url, clock=clock)
    assert await store.write(count_up) == 1
    await store.close()


async def test_a_read_whose_caller_left_does_no_harm(store: Store) -> None:
    for _ in range(20):
        task = asyncio.create_task(store.read(lambda tx: tx.sources()))
        await asyncio.sleep(0)
        task.cancel()

    assert await store.read(lambda tx: tx.sources()) == ()


async def test_close_waits_for_what_is_under_way_and_comes_twice(url: str, clock: Clock) -> None:
    store = await open_store(url, clock=clock)
    writes = [asyncio.create_task(store.write(pair(n))) for n in range(5)]
    await asyncio.sleep(0)

    await store.close()
    await store.close()

    assert [await write for write in writes] == [0, 1, 2, 3, 4]
    again = await open_store(url, clock=clock)
    assert await again.read(lambda tx: all(whole(tx, n) for n in range(5)))
    await again.close()


async def test_a_closed_store_says_so(url: str, clock: Clock) -> None:
    store = await open_store(url, clock=clock)
    await store.close()

    with pytest.raises(StoreError, match="is closed"):
        await store.write(count_up)
    with pytest.raises(StoreError, match="is closed"):
        await store.read(count_up)


async def test_a_store_for_reading_works_beside_the_bot_and_writes_nothing(
    store: Store, url: str, clock: Clock
) -> None:
    await store.write(count_up)
    beside = await open_store(url, clock=clock, exclusive=False)

    assert await beside.read(lambda tx: tx.note("count")) == "1"
    with pytest.raises(StoreError, match="for reading only"):
        await beside.write(count_up)

    await store.write(count_up)
    assert await beside.read(lambda tx: tx.note("count")) == "2"
    await beside.close()


FORGETFUL = """
import asyncio, sys
from datetime import UTC, datetime
from bot.storage import open_store

async def main():
    store = await open_store(sys.argv[1], clock=lambda: datetime.now(UTC))
    await store.write(lambda tx: tx.set_note("kept", "yes"))
    await store.read(lambda tx: tx.note("kept"))
    if sys.argv[2] == "busy":
        asyncio.create_task(store.write(lambda tx: [tx.set_note(str(n), "x") for n in range(10_000)]))
        await asyncio.sleep(0.05)
    if sys.argv[2] == "error":
        raise SystemExit(3)

asyncio.run(main())
"""


@pytest.mark.parametrize(("how", "code"), [("quiet", 0), ("error", 3), ("busy", 0)])
async def test_a_program_that_forgets_to_close_ends_all_the_same(url: str, clock: Clock, how: str, code: int) -> None:
    command = [sys.executable, "-c", FORGETFUL, url, how]

    done = await asyncio.to_thread(subprocess.run, command, timeout=60, capture_output=True, check=False)

    assert done.returncode == code, done.stderr.decode()
    store = await open_store(url, clock=clock)
    assert await store.read(lambda tx: tx.note("kept")) == "yes"
    assert await store.read(lambda tx: tx.note("1")) is None or await store.read(lambda tx: tx.note("9999")) == "x"
    await store.close()
