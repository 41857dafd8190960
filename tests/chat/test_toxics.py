"""Real sockets, hurt on the way: whatever a connection does, one message is visible in the end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from discord.http import Route
from staging import Stage
from test_announce import blinded, queue, row_of

from bot import outbox
from bot.model import State
from tests.harness.toxics import TOXICS, Proxy

pytestmark = pytest.mark.long

WITHIN = timedelta(seconds=1)


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("toxic", TOXICS)
async def test_a_hurt_connection_loses_and_doubles_nothing(
    stage: Stage, toxic: str, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    await blinded(stage)
    row = await queue(stage)
    async with Proxy(stage.fake.port) as proxy:
        monkeypatch.setattr(Route, "BASE", f"http://127.0.0.1:{proxy.port}/api/v10")
        proxy.poison(toxic, times)

        for _ in range(8):
            await outbox.pump(stage.desk.store, stage.announcer(), within=WITHIN)
            stage.clock.ahead += timedelta(minutes=2)
        # Connections that were kept open may not outlive the proxy.
        await stage.client.http.close()

    assert proxy.struck >= 1
    assert (await row_of(stage, row)).state is State.SENT
    assert len(stage.fake.posted(stage.alerts)) == 1
