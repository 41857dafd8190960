"""What people edit or delete in watched channels is edited or gone here too; so is what followed from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import discord
from discord.ext import commands

from bot.client import Client
from bot.following import correct
from cogs.guards import source_of
from cogs.listen import Listen, is_post, post


class Correct(commands.Cog):
    """Hears of second thoughts. Those that nobody told us of, because we were away, `Listen` finds in the history."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @commands.Cog.listener()
    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """Somebody changed their words; an event that tells of none is a preview that Discord added."""
        said = event.data.get("content") is not None and self.client.intents.message_content
        if said and not event.message.author.bot:
            await self._correct(event.channel_id, {event.message_id: event.message})

    @commands.Cog.listener()
    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Somebody took their words back, or a moderator did."""
        await self._gone(event.channel_id, (event.message_id,))

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """A moderator cleaned up."""
        await self._gone(event.channel_id, event.message_ids)

    async def _gone(self, channel_id: int, message_ids: Iterable[int]) -> None:
        await self._correct(channel_id, dict.fromkeys(message_ids))

    async def _correct(self, channel_id: int, now_are: Mapping[int, discord.Message | None]) -> None:
        listen = self.client.get_cog("Listen")
        if not isinstance(listen, Listen) or channel_id not in listen.watched:
            return
        seen = {
            (source_of(channel_id), str(number)): post(channel_id, message) if message and is_post(message) else None
            for number, message in now_are.items()
        }
        # Not while the history is read: it may show what stood there before.
        async with listen.settling(channel_id):
            await correct(self.client.desk.store, self.client.desk.rules, seen)
            # Somebody may be quicker with a second thought than we are with storing the first.
            listen.think_again(channel_id, now_are)


async def setup(client: Client) -> None:
    """Called by discord.py."""
    await client.add_cog(Correct(client))
