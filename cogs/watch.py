"""`/watch-channel` and `/unwatch-channel`: moderators choose what the bot may read for reports."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client, missing_permissions
from bot.storage import Transaction
from cogs import replies
from cogs.guards import Interaction, guild_key, person_of, source_of, voice_of
from cogs.listen import LATER, NO_CONTENT, Listen

NEEDED = ("view_channel", "read_message_history")
NOT_YOURS = "Only moderators of this community can decide that."


class WatchChannel(commands.Cog):
    """Makes channels sources, and takes that back."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @app_commands.command(name="watch-channel", description="Moderators: read this channel for reports of rejections")
    @app_commands.describe(channel="This channel, if you name none")
    @app_commands.guild_only()
    async def watch(self, interaction: Interaction, channel: discord.TextChannel | None = None) -> None:
        """Read a channel from now on."""
        place = await self._place(interaction, channel)
        if place is None:
            return
        missing = missing_permissions(place, NEEDED)
        if missing:
            await replies.say(interaction, "I cannot read that channel", f"Give me there: {missing}.")
        elif not self.client.intents.message_content:
            await replies.say(interaction, "I cannot read that channel", NO_CONTENT[0].upper() + NO_CONTENT[1:] + ".")
        else:
            new = await self._add(place.id, interaction)
            if new:
                self._listen.watch(place.id)
            title = f"I read #{place.name} from now on" if new else f"I was reading #{place.name} already"
            await replies.say(interaction, title, "Nobody is quoted or named, and no report says where it came from.")

    @app_commands.command(name="unwatch-channel", description="Moderators: stop reading this channel")
    @app_commands.describe(channel="This channel, if you name none")
    @app_commands.guild_only()
    async def unwatch(self, interaction: Interaction, channel: discord.TextChannel | None = None) -> None:
        """Read a channel no longer."""
        place = await self._place(interaction, channel)
        if place is not None:
            source = source_of(place.id)
            by, where = voice_of(self.client, interaction.user), _guild_key(interaction)
            was = await self.client.desk.store.write(lambda tx: tx.drop_source(source, by=by, guild_key=where))
            self._listen.unwatch(place.id)
            await replies.say(interaction, f"I do not read #{place.name} any more" if was else "I was not reading it")

    async def _place(self, interaction: Interaction, channel: discord.TextChannel | None) -> discord.TextChannel | None:
        """The channel that is meant, after a look at who asks; None when that was answered already."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        place = channel or interaction.channel
        if not (await person_of(self.client, interaction)).moderator:
            await replies.say(interaction, NOT_YOURS)
        elif not isinstance(place, discord.TextChannel):
            await replies.say(interaction, "I can read text channels only", "Name one of them.")
        else:
            return place
        return None

    async def _add(self, channel_id: int, asking: Interaction) -> bool:
        """Store the source, to be read from this moment (the id of what asked for it) on. False if it was there."""
        source, since = source_of(channel_id), asking.id
        by, where = voice_of(self.client, asking.user), _guild_key(asking)

        def add(tx: Transaction) -> bool:
            new = tx.add_source(source, by=by, guild_key=where)
            watch = tx.find_source(source)
            # Without a cursor all that was ever said there would be read, so both or none of it is stored.
            if new and watch is not None:
                tx.settle_source(watch, next_at=tx.now + LATER, cursor=str(since))
            return new

        return await self.client.desk.store.write(add)

    @property
    def _listen(self) -> Listen:
        cog = self.client.get_cog("Listen")
        assert cog is not None
        return cog  # type: ignore[return-value]  # loaded by name, so known by name only


def _guild_key(interaction: Interaction) -> str | None:
    return guild_key(interaction.guild_id) if interaction.guild_id else None


async def setup(client: Client) -> None:
    """Called by discord.py."""
    await client.add_cog(WatchChannel(client))
