"""Turns the real discord.py towards the fake, and back."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

if TYPE_CHECKING:
    from .server import FakeDiscord


class Paced:
    """The asyncio module with its sleeps shortened: discord.py's waits between tries cannot be set."""

    def __init__(self, pace: float) -> None:
        self._pace = pace

    async def sleep(self, delay: float, result: Any = None) -> Any:
        return await asyncio.sleep(delay * self._pace, result)

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)


@contextlib.contextmanager
def point_at(fake: FakeDiscord, *, pace: float = 1.0) -> Iterator[None]:
    """discord.py speaks to `fake` inside the block; `pace` 0.01: its waits before tries are 100 times shorter."""
    waiting = (discord.http, discord.client, discord.webhook.async_)
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = fake.url, yarl.URL(fake.gateway_url)
    for module in waiting:
        module.asyncio = Paced(pace)
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before
        for module in waiting:
            module.asyncio = asyncio


@contextlib.asynccontextmanager
async def running(
    fake: FakeDiscord, client: discord.Client, *, timeout: float = 10.0
) -> AsyncIterator[asyncio.Task[None]]:
    """Runs a client until the block ends: inside it is ready. Gives its task; raises what stopped it from starting."""
    async with client:
        task = asyncio.create_task(client.start(fake.token))
        ready = asyncio.create_task(client.wait_until_ready())
        try:
            await asyncio.wait([task, ready], timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                task.result()
            if not ready.done():
                raise TimeoutError(f"not ready after {timeout} s")
            yield task
        finally:
            ready.cancel()
            await client.close()
            await asyncio.wait([task, ready], timeout=timeout)
            task.cancel()
            await asyncio.gather(task, ready, return_exceptions=True)
            # An event that was dispatched with the last breath: its task has to begin, or Python complains of it.
            events = [one for one in asyncio.all_tasks() if one.get_name().startswith("discord.py:")]
            if events:
                await asyncio.wait(events, timeout=1)
