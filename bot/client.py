"""The Discord client: what every cog needs, and how it is started and stopped. The only door to discord in bot."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import discord
import structlog
import yarl
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.commands import Desk
from bot.errors import SettingsError
from bot.outbox import Announcer, Attempt, Look, Result, Sight

log = structlog.stdlib.get_logger(__name__)

EXTENSIONS = (
    "cogs.failures",
    "cogs.check",
    "cogs.help",
    "cogs.report",
    "cogs.review",
    "cogs.announce",
    "cogs.listen",
    "cogs.watch",
    "cogs.admin",
)
PREFIX = "!"
# The least that discord.py takes. Longer waits that Discord asks for are ours to keep, not a call's.
RATE_LIMIT_WAIT = 30.0
SYNCED = "discord.commands"
# discord.py's own pauses between two tries grow to 17 minutes; after so long a new client is quicker.
DARK_FOR = timedelta(minutes=5)
# Close codes of Discord's gateway ("Gateway Close Event Codes").
WRONG_TOKEN, DISALLOWED_INTENTS = 4004, 4014


class IntentRefused(SettingsError):
    """Discord does not give us the message content intent; without it typed commands need a mention."""


class Offline:
    """The announcer of a client that has none yet: nothing can be reached."""

    async def announce(self, delivery: object, card: object) -> Attempt:
        """Unreachable."""
        return Attempt(Result.UNREACHABLE, why="the bot is not connected to Discord")

    edit = announce

    async def find(self, delivery: object) -> Sight:
        """Unreachable."""
        return Sight(Look.UNREACHABLE)


class Client(commands.Bot):
    """A connection to Discord with our commands on it.

    `desk` answers, `announcer` (set by cogs.announce) speaks. With `content_intent` False nothing privileged is asked
    for: `/check` and `@bot check` work, `!check` and watched channels do not. `options` go to discord.py.
    """

    def __init__(
        self, desk: Desk, *, content_intent: bool = True, extensions: Sequence[str] = EXTENSIONS, **options: Any
    ) -> None:
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.dm_messages = True
        intents.message_content = content_intent
        # No voice here, so nobody need hear that its libraries are missing.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            commands.when_mentioned_or(PREFIX),
            intents=intents,
            help_command=None,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=RATE_LIMIT_WAIT,
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            case_insensitive=True,
            **options,
        )
        self.desk = desk
        self.announcer: Announcer = Offline()
        self.refused: SettingsError | None = None
        self._dark: asyncio.TimerHandle | None = None
        self._closer: asyncio.Task[None] | None = None
        self._wanted = tuple(extensions)

    async def setup_hook(self) -> None:
        """Load the cogs, and tell Discord of the commands if they have changed since the last time."""
        for name in self._wanted:
            await self.load_extension(name)
        await self._sync()

    async def start(self, token: str, *, reconnect: bool = True) -> None:
        """Run until closed. Raises IntentRefused (start a new Client without it) or SettingsError (do not restart)."""
        try:
            await super().start(token, reconnect=reconnect)
        except discord.PrivilegedIntentsRequired:
            raise IntentRefused(
                "Discord refuses the message content intent. Switch it on (Developer Portal, your application, Bot, "
                "Message Content Intent); without it members type @bot check or /check, and channels cannot be watched."
            ) from None
        except discord.LoginFailure:
            raise wrong_token() from None
        except discord.ConnectionClosed as closed:
            if closed.code == WRONG_TOKEN:
                raise wrong_token() from None
            raise SettingsError(f"Discord closed the connection for good (code {closed.code}).") from closed
        if self.refused is not None:
            raise self.refused

    async def ready_for_pump(self) -> None:
        """Wait until the guilds are known: before that a channel that is there looks like one that is not."""
        await self.wait_until_ready()

    async def give_up(self, error: SettingsError) -> None:
        """Stop for good: `start` ends with this error. The rest is cut off, because Discord bans who goes on."""
        self.refused = self.refused or error
        log.error("stopping", why=str(error))
        # Whoever calls this may itself be run by what close() waits for.
        self._closer = asyncio.create_task(self.close())

    async def close(self) -> None:
        """Close the connection and what the cogs keep running. Twice does no harm."""
        self._light()
        await super().close()

    async def on_disconnect(self) -> None:
        """The gateway is gone; discord.py comes back by itself, but not for ever."""
        if self._dark is None and not self.is_closed():
            self._dark = asyncio.get_running_loop().call_later(DARK_FOR.total_seconds(), self._end)

    async def on_ready(self) -> None:
        """A new session."""
        self._light()

    async def on_resumed(self) -> None:
        """The old session again."""
        self._light()

    def _light(self) -> None:
        if self._dark is not None:
            self._dark.cancel()
            self._dark = None

    def _end(self) -> None:
        log.warning("no gateway for long; starting over", seconds=DARK_FOR.total_seconds())
        self._closer = asyncio.create_task(self.close())

    async def _sync(self) -> None:
        known = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        text = json.dumps(known, sort_keys=True, default=str)
        mark = f"{self.application_id}:{hashlib.sha256(text.encode()).hexdigest()}"
        if await self.desk.store.read(lambda tx: tx.note(SYNCED)) == mark:
            return
        try:
            await self.tree.sync()
        except discord.HTTPException as error:
            log.error("Discord did not take the list of commands; the last one stays", why=str(error))
            return
        await self.desk.store.write(lambda tx: tx.set_note(SYNCED, mark))


def point_at(api: str, gateway: str | None = None) -> None:
    """Speak to another Discord than the real one, for the whole process: its REST address and its gateway's."""
    Route.BASE = api
    if gateway is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)


def wrong_token() -> SettingsError:
    """What to say when Discord does not know us."""
    return SettingsError(
        "Discord does not accept the token. Take a new one (Developer Portal, your application, Bot, Reset Token) "
        "and set REJECTION_WATCH_DISCORD_TOKEN."
    )
