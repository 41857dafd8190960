"""The threads that keep connections alive end with their client, also where a connection was given up half made."""

from __future__ import annotations

import asyncio
import threading

from fakediscord import FakeDiscord, point_at
from staging import Clock

from bot.budget import SESSIONS_AT_MOST
from bot.client import SESSIONS, Client
from bot.commands import Desk


def hearts() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name.startswith("keep-alive")]


async def test_a_connection_given_up_before_its_session_leaves_no_thread_behind(desk: Desk, clock: Clock) -> None:
    # So many sessions today that one more has to wait: the socket is open and its heart beats, and no client has it.
    now = str(int(clock().timestamp()))
    await desk.store.write(lambda tx: tx.set_note(SESSIONS, " ".join([now] * SESSIONS_AT_MOST)))
    async with FakeDiscord(clock=clock) as fake:
        with point_at(fake, pace=0.01):
            client = Client(desk, extensions=())
            starting = asyncio.create_task(client.start(fake.token))
            await fake.until(hearts)

            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            await client.close()

    assert hearts() == []
