"""A17: whatever the gateway does, in forty scripts, every message of a watched channel is stored once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from fakediscord.gateway import RECONNECT
from staging import Clock, Stage, on_stage

from bot.commands import Desk

pytestmark = pytest.mark.long

SCRIPTS, SHARDS = 40, 4
# Those after which a client may come back ("Gateway: close event codes"), and no word at all.
CODES = (None, 1000, 1001, 4000, 4001, 4002, 4003, 4005, 4007, 4008, 4009)
AWAY = timedelta(minutes=20)
SESSIONS_A_DAY = 200
STORED = "SELECT key FROM posts ORDER BY key"


@pytest.fixture
async def front(desk: Desk, clock: Clock) -> AsyncIterator[Stage]:
    async with on_stage(desk, clock, "cogs.listen", "cogs.watch", "cogs.correct") as made:
        yield made


class Script:
    """What the gateway does, and what is said meanwhile."""

    def __init__(self, stage: Stage, talk: Any, dice: random.Random) -> None:
        self.stage, self.talk, self.dice = stage, talk, dice
        self.ann = next(one for one in stage.guild.members.values() if one.name == "ann")
        self.said: list[str] = []
        self.done: list[str] = []

    async def run(self) -> None:
        for _ in range(self.dice.randint(1, 3)):
            self.say(2)
            act = self.dice.choice((self.drop, self.drop, self.reconnect, self.invalidate, self.outage))
            self.done.append(act.__name__)
            await act()
            self.say(2)
            await asyncio.sleep(self.dice.choice((0.0, 0.0, 0.1)))
        # A moment that belongs to no session: the last thing said comes by catching up, or live.
        self.say(1)

    def say(self, most: int) -> None:
        for _ in range(self.dice.randint(0, most)):
            message = self.stage.fake.say(self.talk, self.ann, f"good morning {len(self.said)}")
            self.said.append(str(message.id))

    async def drop(self) -> None:
        await self.stage.fake.drop_gateway(self.dice.choice(CODES))

    async def reconnect(self) -> None:
        await self.stage.fake.gateway.say(RECONNECT)

    async def invalidate(self) -> None:
        await self.stage.fake.gateway.invalidate(resumable=self.dice.random() < 0.5)

    async def outage(self) -> None:
        await self.stage.fake.drop_gateway(4000, stay_closed=True)
        self.stage.clock.ahead += AWAY
        self.say(3)
        self.stage.fake.open_gateway()


async def stored(stage: Stage, wanted: int) -> list[str]:
    """The messages that are stored, once there are so many; bounded."""
    for _ in range(500):
        rows = await stage.desk.store.read(lambda tx: tx.connection.exec_driver_sql(STORED).all())
        if len(rows) >= wanted:
            break
        await asyncio.sleep(0.02)
    return [key for (key,) in rows]


@pytest.mark.parametrize("shard", range(SHARDS))
async def test_every_message_is_stored_once_whatever_the_gateway_does(front: Stage, shard: int) -> None:
    mo = front.guild.add_member("mo", moderator=True)
    front.guild.add_member("ann")
    talk = front.guild.add_channel("talk")
    await front.fake.slash(talk, mo, "watch-channel")
    said: list[str] = []
    for seed in range(shard, SCRIPTS, SHARDS):
        script = Script(front, talk, random.Random(f"gateway {seed}"))
        await script.run()
        said += script.said

        assert await stored(front, len(said)) == sorted(said), (seed, script.done)

    assert len(said) > SCRIPTS / SHARDS
    assert front.fake.gateway.identifies <= SESSIONS_A_DAY
