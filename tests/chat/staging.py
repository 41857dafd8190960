"""What the tests of the Discord front stand on: a clock, a community on a fake Discord, and the bot in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fakediscord import Channel, FakeDiscord, point_at, running
from fakediscord import Guild as FakeGuild

from bot.budget import Budget
from bot.client import Client
from bot.commands import Desk
from bot.model import Guild, Mode
from cogs.announce import DiscordAnnouncer


class Clock:
    """The real time, and what a test adds to it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Stage:
    """A community on a fake Discord, the bot in it, and what the bot speaks through."""

    fake: FakeDiscord
    guild: FakeGuild
    alerts: Channel
    moderators: Channel
    client: Client
    desk: Desk
    clock: Clock

    @property
    def guild_key(self) -> str:
        return f"discord:{self.guild.id}"

    def announcer(self) -> DiscordAnnouncer:
        return DiscordAnnouncer(self.client)

    async def save(self, **told: Any) -> Guild:
        """The community is set up: both channels, public, early."""
        channels = {"alert_channel": str(self.alerts.id), "moderator_channel": str(self.moderators.id)}
        made = {"guild_key": self.guild_key, "name": "Example workers", "mode": Mode.ON, "policy": "early"}
        guild = Guild(**{**made, **channels, **told})
        await self.desk.store.write(lambda tx: tx.save_guild(guild))
        return guild


@asynccontextmanager
async def on_stage(desk: Desk, clock: Clock, *extensions: str, **world: Any) -> AsyncIterator[Stage]:
    """The real client on a fake Discord, over real sockets, its pauses a hundred times shorter."""
    async with FakeDiscord(clock=clock, **world) as fake:
        guild = fake.add_guild("Example workers")
        alerts, moderators = guild.add_channel("alerts"), guild.add_channel("moderators", private=True)
        with point_at(fake, pace=0.01):
            budget = Budget(clock=lambda: clock().timestamp())
            client = Client(desk, budget=budget, extensions=extensions, guild_ready_timeout=0.05)
            async with running(fake, client):
                yield Stage(fake, guild, alerts, moderators, client, desk, clock)
                assert fake.violations == []
