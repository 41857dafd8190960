"""Watched channels are sources: what is said there is taken in as it is said, and caught up with after a break.

One worker takes posts in, a channel at a time and in order, so that no cursor passes a post that is not stored.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from weakref import WeakValueDictionary

import discord
import structlog
from discord.ext import commands

from bot import intake
from bot.client import Client
from bot.following import correct, is_believed
from bot.intake import Settled
from bot.model import Page, Post, Watch
from bot.storage import Transaction
from cogs.guards import SITE, source_of

log = structlog.stdlib.get_logger(__name__)

# How many messages make one transaction while catching up.
AT_ONCE = 100
# Nobody polls these sources; the column wants a moment.
LATER = timedelta(days=365)
RETRY_AFTER = 30.0
NO_HISTORY = "the bot lacks View Channel or Read Message History there"
NO_CONTENT = "the bot may not read messages: switch on the Message Content Intent in the Developer Portal"

Channel = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread


class Listen(commands.Cog):
    """Hears the watched channels. `behind` are those whose history has to be read before what is said now."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.watched: set[int] = set()
        self.behind: set[int] = set()
        self._settling: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._said: dict[int, list[discord.Message]] = {}
        self._worker: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        """Learn which channels are watched."""
        watches = await self.client.desk.store.read(lambda tx: tx.sources())
        kinds = (watch.source.partition(":") for watch in watches)
        self.watched = {int(address) for kind, _, address in kinds if kind == SITE and address.isdecimal()}
        self.behind |= self.watched

    async def cog_unload(self) -> None:
        """Stop. What was heard and not stored is in the channel's history."""
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)

    def settling(self, channel_id: int) -> asyncio.Lock:
        """Who holds this may store a channel's posts, or bring stored ones in line with it: what the history showed
        must not overwrite what somebody said since. It is there as long as somebody holds it or waits for it.
        """
        return self._settling.setdefault(channel_id, asyncio.Lock())

    def think_again(self, channel_id: int, now_are: Mapping[int, discord.Message | None]) -> None:
        """What was said and is not stored yet is something else by now, or nothing."""
        said = self._said.get(channel_id, [])
        stands = [now_are.get(message.id, message) for message in said]
        if said:
            self._said[channel_id] = [message for message in stands if message is not None]

    def watch(self, channel_id: int) -> None:
        """Listen to one more channel, from its cursor on."""
        self.watched.add(channel_id)
        self._catch_up(channel_id)

    def unwatch(self, channel_id: int) -> None:
        """Listen to it no longer."""
        self.watched.discard(channel_id)
        self.behind.discard(channel_id)
        self._said.pop(channel_id, None)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """A new session: nobody told us what was said before it."""
        for channel_id in self.watched:
            self._catch_up(channel_id)

    @commands.Cog.listener()
    async def on_disconnect(self) -> None:
        """From now on something may be missed. Said at once: after a new session begins, a message may come before
        `on_ready` does, and taken in first it would move the cursor past all that was missed.
        """
        self.behind |= self.watched

    @commands.Cog.listener()
    async def on_resumed(self) -> None:
        """The old session again. What was missed is told once more, but nobody says that it is all of it."""
        self._work()

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Somebody says something."""
        if message.channel.id in self.watched and not message.author.bot and message.webhook_id is None:
            if (await self.client.get_context(message)).valid:
                return
            self._said.setdefault(message.channel.id, []).append(message)
            self._work()

    def _catch_up(self, channel_id: int) -> None:
        self.behind.add(channel_id)
        self._work()

    def _work(self) -> None:
        """Let the worker go on, or begin: it ends when nothing is left to do. Before we know the guilds it waits."""
        if self.client.is_ready() and not self.client.is_closed() and (self._worker is None or self._worker.done()):
            self._worker = asyncio.create_task(self._attend_all(), name="listen")

    async def _attend_all(self) -> None:
        failed: set[int] = set()
        while waiting := [one for one in (*self.behind, *self._said) if one not in failed]:
            if not await self._attend(waiting[0]):
                failed.add(waiting[0])
        if failed:
            asyncio.get_running_loop().call_later(RETRY_AFTER, self._work)

    async def _attend(self, channel_id: int) -> bool:
        """Take in what there is of one channel. False if that failed: then all of it again, from its history."""
        try:
            async with self.settling(channel_id):
                if channel_id in self.behind:
                    # Before, not after: a new session meanwhile puts it back.
                    self.behind.discard(channel_id)
                    await self._read_history(channel_id)
                said = self._said.pop(channel_id, [])
                if said:
                    await self._take(channel_id, said)
        except Exception as error:  # noqa: BLE001  the other channels must go on, and this one is tried again
            log.warning("channel not read", channel=channel_id, why=f"{type(error).__name__}: {error}")
            await self._note(channel_id, f"could not be read ({type(error).__name__}); tried again")
            self.behind.add(channel_id)
            return False
        return True

    async def _read_history(self, channel_id: int) -> None:
        channel = self.client.get_channel(channel_id)
        why = self._trouble(channel)
        if why is not None or not isinstance(channel, Channel):
            await self._note(channel_id, why or NO_HISTORY, gap=True)
            return
        # It shows what still stands of what was heard until now.
        self._said.pop(channel_id, None)
        await self._look_again(channel)
        watch = await self._find(channel_id)
        after = discord.Object(int(watch.cursor)) if watch and watch.cursor else None
        messages: list[discord.Message] = []
        async for message in channel.history(limit=None, after=after, oldest_first=True):
            messages.append(message)
            if len(messages) == AT_ONCE:
                await self._take(channel_id, messages)
                messages = []
        await self._take(channel_id, messages)

    async def _look_again(self, channel: Channel) -> None:
        """What was edited or deleted while nobody told us: of posts whose words we have, what stands there now."""
        desk, source = self.client.desk, source_of(channel.id)
        keys = sorted(map(int, await desk.store.read(lambda tx: tx.keys_with_words(source))))
        stands: dict[int, Post | None] = {}
        if keys:
            async for message in channel.history(limit=None, after=discord.Object(keys[0] - 1), oldest_first=True):
                stands[message.id] = post(channel.id, message) if is_post(message) else None
                if message.id > keys[-1]:
                    break
        if not is_believed(len(keys), len(stands)):
            log.warning("an empty history is not believed: many messages were there", channel=channel.id)
            return
        for start in range(0, len(keys), AT_ONCE):
            some = keys[start : start + AT_ONCE]
            await correct(desk.store, desk.rules, {(source, str(key)): stands.get(key) for key in some})

    def _trouble(self, channel: object) -> str | None:
        """Why the channel's history would be silent about what was said in it."""
        if not isinstance(channel, Channel):
            return NO_HISTORY
        held = channel.permissions_for(channel.guild.me)
        if not (held.view_channel and held.read_message_history):
            return NO_HISTORY
        return None if self.client.intents.message_content else NO_CONTENT

    async def _take(self, channel_id: int, messages: Sequence[discord.Message]) -> None:
        """Store the posts, what follows from them and the new cursor in one transaction."""
        watch = await self._find(channel_id)
        if watch is None:
            self.unwatch(channel_id)
            return
        newest = max([int(watch.cursor or 0), *(message.id for message in messages)])
        posts = tuple(post(channel_id, message) for message in messages if is_post(message))
        desk = self.client.desk
        page = Page(source=watch.source, posts=posts, cursor=str(newest))
        now = await desk.store.read(lambda tx: tx.now)
        await intake.take(desk.store, desk.rules, page, settled=Settled(watch=watch, next_at=now + LATER))

    async def _find(self, channel_id: int) -> Watch | None:
        return await self.client.desk.store.read(lambda tx: tx.find_source(source_of(channel_id)))

    async def _note(self, channel_id: int, trouble: str, *, gap: bool = False) -> None:
        """Tell `/status` that we are deaf there, and with `gap` that something was missed."""
        source = source_of(channel_id)

        def note(tx: Transaction) -> None:
            watch = tx.find_source(source)
            if watch is not None:
                tx.settle_source(watch, next_at=tx.now + LATER, trouble=trouble)
                if gap:
                    tx.add_gap(source, trouble)

        await self.client.desk.store.write(note)


def is_post(message: discord.Message) -> bool:
    """Whether a person said something in words."""
    return bool(message.content) and not message.author.bot and message.webhook_id is None


def post(channel_id: int, message: discord.Message) -> Post:
    """A message as a post. Where it was said is kept out of everything shown: no address is stored."""
    reference = message.reference
    answered = reference.message_id if reference and reference.type is discord.MessageReferenceType.reply else None
    return Post(
        source=source_of(channel_id),
        key=str(message.id),
        text=message.content,
        author_key=str(message.author.id),
        posted_at=message.created_at,
        parent_key=str(answered) if answered else None,
    )


async def setup(client: Client) -> None:
    """Called by discord.py."""
    await client.add_cog(Listen(client))
