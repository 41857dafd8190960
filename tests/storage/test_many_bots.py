"""A15: bots that were started by mistake beside each other: one works on a file, and on a server none doubles."""

from __future__ import annotations

import asyncio
import os
import random
import select
import signal
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from bot import cards, outbox
from bot.errors import StoreLocked
from bot.model import Card, Delivery
from bot.outbox import Attempt, Look, Result, Sight
from bot.storage import Store, Transaction, open_store
from bot.storage.sqlite import lock
from tests.storage.build import NOW, Clock, add_incident, delivery

pytestmark = pytest.mark.long

TIMES, AT_ONCE = 50, 4
LOOKS = 4
# Seconds that something takes.
MOMENTS = (0.0, 0.002, 0.01)


def starter(path: Path, start: int, tell: int) -> int:
    """A process that waits for the start, takes the file if it can, tells which, and stays."""
    pid = os.fork()
    if pid:
        return pid
    said = b"?"
    try:
        select.select([start], [], [])
        lock(path)
        said = b"w"
    except StoreLocked:
        said = b"-"
    finally:
        # Whatever happened, nothing of the tests goes on in here.
        os.write(tell, said)
        signal.pause()
    os._exit(0)


def test_of_several_that_start_at_once_on_one_file_one_works_and_its_death_lets_the_next_one(tmp_path: Path) -> None:
    told = []
    for _ in range(TIMES):
        start, go = os.pipe()
        heard, tell = os.pipe()
        pids = [starter(tmp_path / "watch.sqlite3", start, tell) for _ in range(AT_ONCE)]
        os.write(go, b"!")
        told.append("".join(sorted(os.read(heard, 1).decode() for _ in pids)))
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        for end in (start, go, heard, tell):
            os.close(end)

    assert Counter(told) == {"---w": TIMES}


class Wall:
    """A channel that everybody may write to; each thing takes a while, before it is there and after."""

    def __init__(self, dice: random.Random) -> None:
        self.dice, self.there = dice, Counter[str]()

    async def announce(self, delivery: Delivery, card: Card) -> Attempt:
        await asyncio.sleep(self.dice.choice(MOMENTS))
        self.there[delivery.nonce] += 1
        await asyncio.sleep(self.dice.choice(MOMENTS))
        return Attempt(Result.DONE, message_key=delivery.nonce)

    async def edit(self, delivery: Delivery, card: Card) -> Attempt:
        return Attempt(Result.DONE)

    async def find(self, delivery: Delivery) -> Sight:
        return Sight(Look.FOUND, delivery.nonce) if self.there[delivery.nonce] else Sight(Look.ABSENT)


def queue(tx: Transaction, nonces: list[str]) -> None:
    incident_id = add_incident(tx, nonces[0])
    for number, nonce in enumerate(nonces):
        row = delivery(
            incident_id,
            f"channel {number}",
            nonce=nonce,
            payload=cards.to_json(Card(title=nonce)),
            due_at=tx.now,
        )
        assert tx.queue(row) is not None


async def at_once(stores: list[Store], wall: Wall, dice: random.Random) -> None:
    """All of them work; one may be stopped in the middle of it, whatever it is doing."""

    async def work(store: Store) -> None:
        for _ in range(LOOKS):
            await outbox.pump(store, wall)
            await asyncio.sleep(dice.choice(MOMENTS))

    working = [asyncio.create_task(work(store)) for store in stores]
    await asyncio.sleep(dice.uniform(0.0, 0.03))
    if dice.random() < 0.5:
        working[0].cancel()
    await asyncio.gather(*working, return_exceptions=True)


@pytest.mark.xdist_group("postgres")
async def test_two_that_send_from_one_server_at_once_say_everything_once(empty_postgres: str) -> None:
    clock, dice = Clock(), random.Random("two leaders")
    clock.now = NOW
    stores = [await open_store(empty_postgres, clock=clock) for _ in range(2)]
    wall, wanted = Wall(dice), list[str]()
    for turn in range(TIMES):
        nonces = [f"{turn} {number}" for number in range(4)]
        wanted += nonces
        await stores[0].write(lambda tx, nonces=nonces: queue(tx, nonces))
        await at_once(stores, wall, dice)
        # What was left in the middle is free again.
        clock.pass_by(timedelta(minutes=10))
        await outbox.pump(stores[1], wall)

    left = await stores[0].read(lambda tx: tx.outbox())
    for store in stores:
        await store.close()
    assert left == ()
    assert wall.there == Counter(wanted)
