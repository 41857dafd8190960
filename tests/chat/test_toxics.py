"""A18: real sockets, hurt on the way: whatever a connection does, one message is visible in the end."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from discord.http import Route
from staging import Stage
from test_announce import blinded, queue, row_of

from bot import outbox
from bot.model import State
from tests.harness.toxics import TOXICS, Proxy

pytestmark = pytest.mark.long

ROUNDS = 20
# Much longer than an answer on loopback takes, and than any pause of a toxic but `timeout`.
WITHIN = timedelta(seconds=0.3)


@pytest.mark.parametrize("toxic", TOXICS)
async def test_a_hurt_connection_loses_and_doubles_nothing(
    stage: Stage, toxic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await blinded(stage)
    dice = random.Random(f"toxic {toxic}")
    async with Proxy(stage.fake.port) as proxy:
        monkeypatch.setattr(Route, "BASE", f"http://127.0.0.1:{proxy.port}/api/v10")
        for number in range(1, ROUNDS + 1):
            row = await queue(stage)
            struck = proxy.struck
            proxy.poison(toxic, dice.choice((1, 1, 1, 2)))

            for _ in range(12):
                await outbox.pump(stage.desk.store, stage.announcer(), within=WITHIN)
                stage.clock.ahead += timedelta(minutes=2)
                if (await row_of(stage, row)).state is State.SENT:
                    break

            assert (await row_of(stage, row)).state is State.SENT
            assert len(stage.fake.posted(stage.alerts)) == number
            assert proxy.struck > struck
        # Connections that were kept open may not outlive the proxy.
        await stage.client.http.close()
