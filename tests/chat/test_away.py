"""B12: a watched channel over ten restarts and breaks: nothing that was said is lost, what was taken back is gone."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest
from fakediscord import FakeDiscord
from sqlalchemy import text

from bot.budget import Budget
from bot.client import Client
from bot.commands import Desk
from cogs import correct, listen
from tests.harness.chaos import Chaos
from tests.harness.quick import QuickStore, disk
from tests.harness.virtual import now, virtual
from tests.harness.wire import Life, Line, connect
from tests.making import rules

pytestmark = pytest.mark.long

BREAKS, SEEDS = 10, 20
BY = rules()
CLAIM = "Quillmere Vision Group just rejected all {n} of my studies on Prolific, every single one."
TALK = "Good morning, this is my coffee number {n}."


class Disk(QuickStore):
    """In memory nothing is left over that would have to be scrubbed."""

    async def scrub(self, *, whole: bool = False) -> bool:
        return True


class Channel:
    """People say things in a channel, think again, and take them back."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(f"away {seed}")
        self.fake = FakeDiscord(clock=now)
        self.guild = self.fake.add_guild("Invented workers")
        self.channel = self.guild.add_channel("talk")
        self.people = [self.guild.add_member(name) for name in ("ann", "ben", "cem")]
        self.said: list[Any] = []

    def something_happens(self) -> None:
        there = [each for each in self.said if not each.deleted]
        words = self.dice.choice((CLAIM, TALK, TALK, TALK, TALK)).format(n=self.dice.randrange(20, 9_000))
        act = self.dice.random()
        if act < 0.6 or not there:
            self.said.append(self.fake.say(self.channel, self.dice.choice(self.people), words))
        elif act < 0.8:
            self.fake.edit(self.dice.choice(there), words)
        else:
            self.fake.delete(self.dice.choice(there))

    async def some_minutes(self) -> None:
        for _ in range(self.dice.randint(1, 2)):
            self.something_happens()
            await asyncio.sleep(self.dice.uniform(0, 60))


async def _begin(world: Channel, store: Disk, life: Life) -> Line:
    loop = asyncio.get_running_loop()
    client = Client(Desk(store, BY), extensions=(), budget=Budget(clock=loop.time), guild_ready_timeout=0.05)
    await listen.setup(client)
    await correct.setup(client)
    return await connect(client, world.fake, Chaos(world.dice), life)


async def _story(seed: int) -> tuple[Channel, dict[int, str | None]]:
    world, engine = Channel(seed), disk()
    Disk(engine)._do(lambda tx: tx.add_source(f"discord:{world.channel.id}"))
    for _ in range(BREAKS):
        life = Life()
        line = await _begin(world, Disk(engine, life), life)
        await world.some_minutes()
        line.deaf = world.dice.random() < 0.5
        await world.some_minutes()
        if line.deaf and world.dice.random() < 0.5:
            line.hear_again()
        # A process that is killed in the middle of what it does, or has done it.
        await asyncio.sleep(world.dice.choice((0.0, 0.2, 60.0)))
        life.end()
        await world.some_minutes()
    await _begin(world, Disk(engine), Life())
    await asyncio.sleep(timedelta(minutes=2).total_seconds())
    with engine.connect() as base:
        return world, {int(key): words for key, words in base.execute(text("SELECT key, text FROM posts"))}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_after_every_break_what_is_stored_is_what_stands_there(seed: int) -> None:
    world, stored = virtual(_story(seed))

    there = {one.id: one.content for one in world.said if not one.deleted}
    assert len(world.said) >= BREAKS
    assert {key: stored.get(key) for key in there} == there
    assert {words for key, words in stored.items() if key not in there} <= {None}
