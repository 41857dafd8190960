"""The Discord client: what every cog needs, and how it is started and stopped. The only door to discord in bot."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import discord
import structlog
import yarl
from discord.ext import commands
from discord.gateway import DiscordWebSocket, KeepAliveHandler
from discord.http import Route

from bot.budget import Budget, session_wait
from bot.commands import Desk
from bot.config import Settings
from bot.errors import SettingsError
from bot.model import Guild
from bot.outbox import Announcer, Attempt, Look, Result, Sight
from bot.storage import Transaction, open_store

log = structlog.stdlib.get_logger(__name__)

EXTENSIONS = (
    "cogs.failures",
    "cogs.check",
    "cogs.help",
    "cogs.report",
    "cogs.forget",
    "cogs.review",
    "cogs.registry",
    "cogs.announce",
    "cogs.listen",
    "cogs.correct",
    "cogs.watch",
    "cogs.admin",
)
PREFIX = "!"
# The least that discord.py takes. Longer waits that Discord asks for are ours to keep, not a call's.
RATE_LIMIT_WAIT = 30.0
SYNCED = "discord.commands"
SESSIONS = "discord.sessions"
SESSIONS_KEPT = 400
# discord.py's own pauses between two tries grow to 17 minutes; after so long a new client is quicker.
DARK_FOR = timedelta(minutes=5)
# Close codes of Discord's gateway ("Gateway Close Event Codes").
WRONG_TOKEN, DISALLOWED_INTENTS = 4004, 4014


INTENT_OFF = (
    "Discord does not let the bot read messages. Switch it on (Developer Portal, your application, Bot, Message "
    "Content Intent); until then members type @bot check or /check, and channels cannot be watched."
)
# What it takes to post an alert, and to be sure afterwards that it is there once.
TO_POST = ("view_channel", "send_messages", "embed_links")
TO_ANNOUNCE = (*TO_POST, "read_message_history")
LOOK_WITHIN = 20.0
# A heart that is told to stop does so at once, unless it is just beating.
BEAT_WITHIN = 2.0

Channel = discord.abc.GuildChannel | discord.Thread


class IntentRefused(SettingsError):
    """Discord does not give us the message content intent; without it typed commands need a mention."""


class Offline:
    """The announcer of a client that has none yet: nothing can be reached."""

    async def announce(self, delivery: object, card: object) -> Attempt:
        """Unreachable."""
        return Attempt(Result.UNREACHABLE, why="the bot is not connected to Discord", tried=False)

    edit = announce

    async def find(self, delivery: object) -> Sight:
        """Unreachable."""
        return Sight(Look.UNREACHABLE)


class Client(commands.Bot):
    """A connection to Discord with our commands on it.

    `desk` answers, `announcer` (set by cogs.announce) speaks. With `content_intent` False nothing privileged is asked
    for: `/check` and `@bot check` work, `!check` and watched channels do not. `budget` is kept by all clients of a
    process together. `options` go to discord.py.
    """

    def __init__(
        self,
        desk: Desk,
        *,
        content_intent: bool = True,
        budget: Budget | None = None,
        extensions: Sequence[str] = EXTENSIONS,
        **options: Any,
    ) -> None:
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.dm_messages = True
        intents.message_content = content_intent
        watching = Budget() if budget is None else budget
        # No voice here, so nobody need hear that its libraries are missing.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            commands.when_mentioned_or(PREFIX),
            intents=intents,
            help_command=None,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=RATE_LIMIT_WAIT,
            http_trace=_watched_by(watching, self._unlock),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            case_insensitive=True,
            **options,
        )
        self.desk = desk
        self.budget = watching
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
            raise IntentRefused(INTENT_OFF) from None
        except discord.LoginFailure:
            raise wrong_token() from None
        except discord.ConnectionClosed as closed:
            if closed.code == WRONG_TOKEN:
                raise wrong_token() from None
            raise SettingsError(f"Discord closed the connection for good (code {closed.code}).") from closed
        if self.refused is not None:
            raise self.refused

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait where one more session would be too many for a day: Discord takes the token of who opens too many."""
        while wait := (await self.desk.store.write(_session)).total_seconds():
            log.error("too many sessions today; waiting", seconds=wait)
            await asyncio.sleep(wait)
        await super().before_identify_hook(shard_id, initial=initial)

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
        # discord.py does not wait for the thread, and forgets a connection that was given up half made.
        for heart in _hearts(self):
            heart.stop()
            await heart.ws.close(code=1000)
            await asyncio.to_thread(heart.join, BEAT_WITHIN)

    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:
        """Tell the listeners of an event. Once closing, of none: discord.py has no loop left to run them in then."""
        if not self.is_closed():
            super().dispatch(event_name, *args, **kwargs)

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

    def _unlock(self) -> None:
        """discord.py holds every request back until who met a global limit has waited; who is cut off never tells."""
        # It makes this event when it logs in.
        self.http._global_over.set()

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


def _hearts(client: Client) -> list[KeepAliveHandler]:
    """The threads that keep this client's connections alive."""
    running = [each for each in threading.enumerate() if isinstance(each, KeepAliveHandler)]
    return [each for each in running if getattr(each.ws, "_connection", None) is client._connection]


def _watched_by(budget: Budget, unlock: Callable[[], None]) -> aiohttp.TraceConfig:
    """The budget's place in every request, the library's own second tries among them.

    `unlock` is called when a global limit is over.
    """

    async def begins(*_: object) -> None:
        await budget.turn()

    async def ends(_session: object, _context: object, seen: aiohttp.TraceRequestEndParams) -> None:
        budget.heard(seen.response.status, seen.response.headers)
        if seen.response.status == 429 and seen.response.headers.get("X-RateLimit-Scope") == "global":
            asyncio.get_running_loop().call_later(budget.silent_for.total_seconds(), unlock)

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(begins)
    trace.on_request_end.append(ends)
    return trace


def _session(tx: Transaction) -> timedelta:
    """Note that a session begins now; zero, or how long to wait with it."""
    begun = [datetime.fromtimestamp(int(each), UTC) for each in (tx.note(SESSIONS) or "").split()]
    wait = session_wait(begun, tx.now)
    if not wait:
        kept = [*begun, tx.now][-SESSIONS_KEPT:]
        tx.set_note(SESSIONS, " ".join(str(int(each.timestamp())) for each in kept))
    return wait


def point_at(api: str, gateway: str | None = None) -> None:
    """Speak to another Discord than the real one, for the whole process: its REST address and its gateway's."""
    Route.BASE = api
    if gateway is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)


async def live_permissions(client: discord.Client, channel: Channel) -> discord.Permissions:
    """What we may do in a channel by Discord's own words of this moment, not by what we remember."""
    there = await client.fetch_guild(channel.guild.id, with_counts=False)
    me = await there.fetch_member(channel.guild.me.id)
    found = [each for each in await there.fetch_channels() if each.id == channel.id]
    return found[0].permissions_for(me) if found else discord.Permissions.none()


def missing_permissions(channel: Channel, needed: tuple[str, ...], me: discord.Member | None = None) -> str:
    """The permissions among `needed` that the bot lacks in the channel, in the words of Discord's settings."""
    held = channel.permissions_for(me or channel.guild.me)
    return ", ".join(name.replace("_", " ").title() for name in needed if not getattr(held, name))


def wrong_token() -> SettingsError:
    """What to say when Discord does not know us."""
    return SettingsError(
        "Discord does not accept the token. Take a new one (Developer Portal, your application, Bot, Reset Token) "
        "and set REJECTION_WATCH_DISCORD_TOKEN."
    )


async def examine(settings: Settings) -> list[tuple[str, bool]]:
    """Ask Discord about the token, the intent and the chosen channels: a sentence each, and whether it is wrong."""
    assert settings.discord_token is not None
    if settings.discord_api is not None:
        point_at(settings.discord_api, settings.discord_gateway)
    client = discord.Client(intents=discord.Intents.none(), max_ratelimit_timeout=RATE_LIMIT_WAIT)
    try:
        async with asyncio.timeout(LOOK_WITHIN):
            await client.login(settings.discord_token.get_secret_value())
            found = [_intent(client)]
            for guild in await _guilds(settings):
                found += await _channels(client, guild)
            return found
    except discord.LoginFailure:
        return [(str(wrong_token()), True)]
    except Exception as error:  # noqa: BLE001  an outage has many faces, and a person is waiting for a sentence
        return [(f"Discord cannot be asked now ({type(error).__name__}): {error}", True)]
    finally:
        await client.close()


def _intent(client: discord.Client) -> tuple[str, bool]:
    flags = client.application.flags if client.application else discord.ApplicationFlags()
    if flags.gateway_message_content or flags.gateway_message_content_limited:
        return f"Discord knows the token: it is {client.user}'s, and it may read messages.", False
    return INTENT_OFF, True


async def _guilds(settings: Settings) -> tuple[Guild, ...]:
    """The communities that the database knows; none before the first start."""
    if not _database_is_there(settings):
        return ()
    store = await open_store(settings.database_url, clock=discord.utils.utcnow, exclusive=False)
    try:
        return await store.read(lambda tx: tx.guilds())
    finally:
        await store.close()


def _database_is_there(settings: Settings) -> bool:
    return settings.database is not None or Path(settings.database_url).exists()


async def _channels(client: discord.Client, guild: Guild) -> list[tuple[str, bool]]:
    site, _, key = guild.guild_key.partition(":")
    chosen = [channel for channel in (guild.alert_channel, guild.moderator_channel) if channel is not None]
    if site != "discord" or client.user is None:
        return []
    if not chosen:
        return [(f"{guild.name}: no channel is chosen yet; /setup does it there.", False)]
    try:
        there = await client.fetch_guild(int(key), with_counts=False)
        me = await there.fetch_member(client.user.id)
        channels = {str(channel.id): channel for channel in await there.fetch_channels()}
    except discord.HTTPException as error:
        return [(f"{guild.name}: Discord does not show it to the bot ({error.text or error.status}).", True)]
    return [_channel(guild, channels.get(channel), me) for channel in dict.fromkeys(chosen)]


def _channel(guild: Guild, channel: Channel | None, me: discord.Member) -> tuple[str, bool]:
    if channel is None:
        return f"{guild.name}: a chosen channel is gone; choose another with /setup.", True
    lacking = missing_permissions(channel, TO_ANNOUNCE, me)
    if lacking:
        return f"{guild.name}, #{channel.name}: the bot lacks {lacking}.", True
    return f"{guild.name}, #{channel.name}: the bot can post there.", False
