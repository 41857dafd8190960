"""Looks through a channel for one message of ours. What Discord's answer lacks or garbles proves nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import discord

from bot.client import Channel, Client, live_permissions
from bot.outbox import Look, Sight
from cogs.embeds import ends_with

# Clocks differ, and a message's id is made from Discord's.
BEFORE_FIRST_ATTEMPT = timedelta(seconds=120)
# The newest page is looked at whatever the clocks say: ours may be wrong, or have been set since the first try.
PAGE = 100
# Ten pages: what is not in them we cannot tell.
LOOKED_AT = 1000
LARGEST_ID = 1 << 63


async def look(client: Client, channel: Channel, tag: str, first_try_at: datetime) -> Sight:
    """Through the channel, newest first, until before the first try, for our message whose footer ends with `tag`.

    What anybody said there proves that we can read. Raises whatever discord.py does where nothing is learnt.
    """
    seen, garbled, me = 0, False, str(channel.guild.me.id)
    async for message in _newest_first(client, channel):
        try:
            if seen >= PAGE and _posted_at(message) < first_try_at - BEFORE_FIRST_ATTEMPT:
                break
            if _is_ours(message, me, tag):
                return Sight(Look.FOUND, message_key=key_of(channel, message["id"]))
        except (LookupError, TypeError, ValueError, AttributeError):
            # It may be ours all the same.
            garbled = True
        seen += 1
    if garbled or seen >= LOOKED_AT:
        return Sight(Look.CANNOT_TELL)
    # Nothing at all is also the answer to who may not read, and what we know of our permissions may be old.
    may = seen or (await live_permissions(client, channel)).read_message_history
    return Sight(Look.ABSENT if may else Look.CANNOT_TELL)


def key_of(channel: Channel, message_id: Any) -> str:
    """A message's key. ValueError for what can be none: ids grow with time, and channels come before messages."""
    if not channel.id < int(message_id) < LARGEST_ID:
        raise ValueError("that is no message's id")
    return str(int(message_id))


async def _newest_first(client: Client, channel: Channel) -> AsyncIterator[Any]:
    """The messages as Discord sends them: discord.py stumbles over a whole page for one message it cannot read."""
    before: Any = None
    for _ in range(LOOKED_AT // PAGE):
        page = await client.http.logs_from(channel.id, PAGE, before=before)
        if not isinstance(page, list):
            raise TypeError("a history that is no list")
        for message in page:
            yield message
        if len(page) < PAGE:
            break
        before = page[-1]["id"]


def _posted_at(message: Any) -> datetime:
    return discord.utils.snowflake_time(int(message["id"]))


def _is_ours(message: Any, me: str, tag: str) -> bool:
    if str(message["author"]["id"]) != me:
        return False
    return any(ends_with((embed.get("footer") or {}).get("text"), tag) for embed in message["embeds"])
