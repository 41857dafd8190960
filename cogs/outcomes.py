"""What a failed request to Discord means: surely not posted, perhaps posted, taken away, or the end. Pure."""

from __future__ import annotations

from datetime import timedelta

import discord

from bot.budget import Silenced
from bot.errors import SettingsError
from bot.outbox import Attempt, Result

# Discord's documentation, "JSON Error Codes".
UNKNOWN_CHANNEL, UNKNOWN_MESSAGE = 10003, 10008
MISSING_ACCESS, MISSING_PERMISSIONS, ARCHIVED_THREAD = 50001, 50013, 50083
# AutoMod, the filter for harmful links: about what is said, not where.
CONTENT = frozenset({200000, 240000})
# Slow mode, write limits, too many edits to an old message, overloaded: all go away by themselves.
BUSY = frozenset({20016, 20028, 20029, 30046, 130000})
NO_CHANNEL_CODES = frozenset({UNKNOWN_CHANNEL, MISSING_ACCESS, MISSING_PERMISSIONS, ARCHIVED_THREAD})

# 10,000 refused requests in 10 minutes and Discord shuts us out: a channel that refuses is asked once an hour.
NO_CHANNEL_WAIT = timedelta(hours=1)
# What we can tell without asking Discord may be looked at again soon.
KNOWN_WAIT = timedelta(minutes=1)
BUSY_WAIT = timedelta(minutes=2)
# A 429 without Discord's own `Via` comes from the shield before it: every further request makes it worse.
SHUT_OUT_WAIT = timedelta(minutes=10)
SHUT_OUT_CODE = 40333


def outcome(error: Exception) -> Attempt:
    """The attempt that ended with `error`. Raises SettingsError where Discord does not know us any more (401).

    Whatever is not clearly understood is uncertain: it may have been posted.
    """
    if isinstance(error, discord.RateLimited):
        return Attempt(Result.UNCERTAIN, why="rate limited", retry_after=timedelta(seconds=error.retry_after))
    if isinstance(error, Silenced):
        return Attempt(Result.UNCERTAIN, why=str(error), retry_after=error.retry_after)
    if isinstance(error, discord.HTTPException):
        return _answered(error)
    return Attempt(Result.UNCERTAIN, why=f"no usable answer ({type(error).__name__})")


def shut_out(error: Exception) -> bool:
    """Whether Discord's shield refuses us, so that every request has to stop for a while."""
    if not isinstance(error, discord.HTTPException):
        return False
    return error.code == SHUT_OUT_CODE or (error.status == 429 and "Via" not in error.response.headers)


def _answered(error: discord.HTTPException) -> Attempt:
    why = f"Discord answered {error.status} (code {error.code}): {error.text[:200]}"
    if error.status == 401:
        raise SettingsError("Discord does not accept the token any more. Take a new one in the Developer Portal.")
    if shut_out(error) or error.code in BUSY or error.status in (408, 429) or error.status >= 500:
        wait = SHUT_OUT_WAIT if shut_out(error) else BUSY_WAIT if error.code in BUSY else None
        return Attempt(Result.UNCERTAIN, why=why, retry_after=wait)
    if error.code == UNKNOWN_MESSAGE:
        return Attempt(Result.REMOVED, why="somebody removed the message")
    if error.code not in CONTENT and (error.code in NO_CHANNEL_CODES or error.status in (403, 404)):
        return Attempt(Result.NO_CHANNEL, why=why, retry_after=NO_CHANNEL_WAIT)
    return Attempt(Result.REFUSED, why=why)
