"""The one way out to Discord: posts, edits and looks for the messages of the outbox, and says what became of each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import discord
from discord.ext import commands

from bot.budget import LANE, Lane
from bot.client import TO_POST, Channel, Client, missing_permissions
from bot.errors import SettingsError
from bot.model import Card, Delivery, Shape
from bot.outbox import Attempt, Look, Result, Sight
from cogs.buttons import of_delivery
from cogs.embeds import embed
from cogs.guards import SITE
from cogs.looking import key_of, look
from cogs.outcomes import KNOWN_WAIT, outcome, shut_out

NOBODY = discord.AllowedMentions.none()
LOOK_WITHIN = 20.0
TAG_LENGTH = 8


class DiscordAnnouncer:
    """The outbox's announcer."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def announce(self, delivery: Delivery, card: Card) -> Attempt:
        """Post the card as a new message."""

        async def post(channel: Any) -> str:
            message = await channel.send(
                embed=embed(card, self.tag(delivery)),
                view=self._buttons(delivery, card),
                nonce=delivery.nonce,
                allowed_mentions=NOBODY,
                **await self._pointing(channel, delivery),
            )
            return key_of(channel, message.id)

        return await self._try(delivery, post)

    async def edit(self, delivery: Delivery, card: Card) -> Attempt:
        """Change the message that is there into the card."""

        async def change(channel: Any) -> str:
            message = channel.get_partial_message(int(delivery.message_key or 0))
            view = self._buttons(delivery, card)
            await message.edit(embed=embed(card, self.tag(delivery)), view=view, allowed_mentions=NOBODY)
            return str(message.id)

        return await self._try(delivery, change)

    async def find(self, delivery: Delivery) -> Sight:
        """Look for the delivery's message in the channel's history."""
        channel = self._channel(delivery)
        if isinstance(channel, Attempt):
            return Sight(Look.UNREACHABLE, why=channel.why, retry_after=channel.retry_after)
        # Without this permission Discord answers an empty list, which proves nothing.
        if not channel.permissions_for(channel.guild.me).read_message_history:
            return Sight(Look.CANNOT_TELL)
        LANE.set(Lane.ALERT)
        try:
            async with asyncio.timeout(LOOK_WITHIN):
                first_try_at = delivery.first_attempt_at or delivery.due_at
                return await look(self._client, channel, self.tag(delivery), first_try_at)
        except Exception as error:  # noqa: BLE001  whatever it is, nothing was learnt
            failed = await self._classified(error)
            return Sight(Look.UNREACHABLE, why=failed.why, retry_after=failed.retry_after)

    def tag(self, delivery: Delivery) -> str:
        """What ends the footer of exactly this message and of no other that this bot could be made to send."""
        return self._client.desk.rules.sign(f"tag|{delivery.nonce}")[:TAG_LENGTH]

    async def _try(self, delivery: Delivery, act: Callable[[Any], Awaitable[str]]) -> Attempt:
        channel = self._channel(delivery)
        if isinstance(channel, Attempt):
            return channel
        missing = missing_permissions(channel, TO_POST)
        if missing:
            return _untried(Result.NO_CHANNEL, f"the bot lacks {missing} there")
        LANE.set(Lane.ALERT)
        try:
            return Attempt(Result.DONE, message_key=await act(channel))
        except Exception as error:  # noqa: BLE001  discord.py lets JSONDecodeError, TypeError and more through
            return await self._classified(error)

    async def _classified(self, error: Exception) -> Attempt:
        if shut_out(error):
            self._client.budget.shut_out()
        try:
            return outcome(error)
        except SettingsError as fatal:
            await self._client.give_up(fatal)
            raise

    def _channel(self, delivery: Delivery) -> Channel | Attempt:
        """Where to, or why not; asks nobody."""
        silent_for = self._client.budget.silent_for
        if silent_for:
            return _untried(Result.UNREACHABLE, "Discord has shut us out for a while", silent_for)
        site, _, guild_id = delivery.guild_key.partition(":")
        if site != SITE or not guild_id.isdecimal() or not delivery.channel_key.isdecimal():
            return _untried(Result.NO_CHANNEL, "that is no channel of Discord")
        guild = self._client.get_guild(int(guild_id))
        if self._client.is_closed() or not self._client.is_ready() or (guild is not None and guild.unavailable):
            return _untried(Result.UNREACHABLE, "the bot is not connected to Discord", None)
        channel = guild.get_channel_or_thread(int(delivery.channel_key)) if guild is not None else None
        if channel is None:
            return _untried(Result.NO_CHANNEL, "the channel is gone, or the bot is")
        return channel

    def _buttons(self, delivery: Delivery, card: Card) -> discord.ui.View:
        buttons = tuple((button.action, button.label) for button in card.buttons)
        return of_delivery(self._client.desk.rules, delivery, buttons)

    async def _pointing(self, channel: Any, delivery: Delivery) -> dict[str, discord.MessageReference]:
        """A notice points at the living card beside it, where there is one and the bot may point."""
        if delivery.shape is not Shape.NOTICE or not channel.permissions_for(channel.guild.me).read_message_history:
            return {}
        living = await self._client.desk.store.read(
            lambda tx: tx.card_of(delivery.incident_id, delivery.channel_key),
        )
        if living is None or living.message_key is None:
            return {}
        place = {"message_id": int(living.message_key), "channel_id": channel.id}
        return {"reference": discord.MessageReference(**place, fail_if_not_exists=False)}


def _untried(result: Result, why: str, retry_after: timedelta | None = KNOWN_WAIT) -> Attempt:
    """Why no request goes out."""
    return Attempt(result, why=why, retry_after=retry_after, tried=False)


class Witness(commands.Cog):
    """Discord tells us of our own messages with their nonces: proof of arrival where the answer was lost.

    It tells too what was taken away; nobody posts that again.
    """

    def __init__(self, client: Client) -> None:
        self.client = client

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """A message of ours that the outbox is not sure of is settled."""
        if self.client.user is None or message.author.id != self.client.user.id or not isinstance(message.nonce, str):
            return
        channel, nonce, key = str(message.channel.id), message.nonce, str(message.id)
        await self.client.desk.store.write(lambda tx: tx.witness(channel, nonce, key))

    @commands.Cog.listener()
    async def on_raw_message_delete(self, gone: discord.RawMessageDeleteEvent) -> None:
        """A message of ours is gone: nobody but a moderator removes it."""
        await self._gone(gone.channel_id, gone.message_id)

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, gone: discord.RawBulkMessageDeleteEvent) -> None:
        """A moderator cleaned up, and some of it may be ours."""
        for message_id in sorted(gone.message_ids):
            await self._gone(gone.channel_id, message_id)

    async def _gone(self, channel_id: int, message_id: int) -> None:
        channel, key = str(channel_id), str(message_id)
        if await self.client.desk.store.read(lambda tx: tx.find_delivery_by_message(channel, key)) is not None:
            await self.client.desk.store.write(lambda tx: tx.removed(channel, key))


async def setup(client: Client) -> None:
    """Called by discord.py."""
    client.announcer = DiscordAnnouncer(client)
    await client.add_cog(Witness(client))
