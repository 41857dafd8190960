"""FakeDiscord: the whole, and the verbs with which a test tells its story."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from aiohttp import web

from .faults import KINDS, Door, Fault, Refused, Request
from .gateway import Gateway, Session
from .interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL, Interaction, Interactions
from .interactions import ROUTES as INTERACTION_ROUTES
from .rest import EDITABLE, Rest
from .rest import ROUTES as REST_ROUTES
from .world import DM, LOADING, Channel, Guild, Member, Message, User

EPOCH_MS = 1_420_070_400_000  # Discord's documentation: "Snowflake Format"
FLAGS = {"presences": 1 << 12, "members": 1 << 14, "message_content": 1 << 18}
HIDDEN: dict[str, Any] = {"content": "", "embeds": [], "components": [], "attachments": []}


def now() -> datetime:
    return datetime.now(UTC)


class FakeDiscord:
    """A Discord of one bot. `async with FakeDiscord() as fake` listens on a free port of 127.0.0.1 until the end."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = now,
        nonce_window: timedelta = timedelta(seconds=120),
        message_content: bool = True,
        members: bool = True,
        presences: bool = False,
    ) -> None:
        self.clock, self.nonce_window = clock, nonce_window
        self.message_content, self.members, self.presences = message_content, members, presences
        self.history_lag = timedelta()
        self.token = "fake.discord.token"
        self.down = False
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.commands: dict[int, dict[str, dict[str, Any]]] = {}
        self.violations: list[str] = []
        self._last_id = 0
        self.gateway, self.door = Gateway(self), Door(self)
        self.rest, self.interactions = Rest(self), Interactions(self)
        self.me = self.add_user("Rejection Watch", bot=True)
        self.operator = self.add_user("operator")
        self._runner: web.AppRunner | None = None
        self.port = 0

    # opening and closing

    async def start(self) -> Self:
        app = web.Application(middlewares=[self.door.pass_through], client_max_size=26 << 20)
        app.router.add_get("/gateway", self.gateway.serve, name="gateway")
        for part, routes in ((self.rest, REST_ROUTES), (self.interactions, INTERACTION_ROUTES)):
            for name, method, path in routes:
                app.router.add_route(method, f"/api/v10{path}", named(name, getattr(part, name)))
        app.router.add_route("*", "/{anything:.*}", named("unknown", self._unknown))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def stop(self) -> None:
        """Ends every hanging request, closes every socket."""
        self.gateway.open = False
        await self.gateway.drop(None)
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v10"

    @property
    def gateway_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/gateway"

    @property
    def application_flags(self) -> int:
        return sum(bit for name, bit in FLAGS.items() if getattr(self, name))

    async def _unknown(self, request: web.Request) -> tuple[int, Any]:
        self.violations.append(f"unknown route {request.method} {request.path}")
        raise Refused(404, 0, "404: Not Found")

    # the world

    def new_id(self) -> int:
        """A snowflake of this moment, larger than all before."""
        at = int(self.clock().timestamp() * 1000) - EPOCH_MS
        self._last_id = max(self._last_id + 1, at << 22)
        return self._last_id

    def add_user(self, name: str, *, bot: bool = False) -> User:
        user = User(self.new_id(), name, bot)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, members: Iterable[str] = ()) -> Guild:
        """A guild with an owner, the bot, a Moderators role and these members; the bot joins it at once."""
        guild = Guild(self.new_id(), self, name)
        self.guilds[guild.id] = guild
        self.emit("GUILD_CREATE", lambda session: guild.payload(everybody=bool(session.intents & 2)))
        for member in members:
            guild.add_member(member)
        return guild

    def remove_guild(self, guild: Guild) -> None:
        """The bot is removed from a guild."""
        del self.guilds[guild.id]
        for channel in guild.channels:
            del self.channels[channel]
        self.emit("GUILD_DELETE", {"id": str(guild.id)})

    def add_channel(self, guild: Guild | None, name: str, kind: int, recipient: User | None = None) -> Channel:
        channel = Channel(self.new_id(), self, guild, name, kind, recipient)
        self.channels[channel.id] = channel
        if guild is not None:
            guild.channels[channel.id] = channel
        return channel

    def remove_channel(self, channel: Channel) -> None:
        del self.channels[channel.id]
        if channel.guild is not None:
            del channel.guild.channels[channel.id]
        self.emit("CHANNEL_DELETE", channel.payload())

    def dm(self, who: User | Member) -> Channel:
        """The private channel of the bot and somebody."""
        user = self.user_of(who)
        known = [channel for channel in self.channels.values() if channel.recipient is user]
        return known[0] if known else self.add_channel(None, "", DM, user)

    def user_of(self, who: User | Member) -> User:
        return who.user if isinstance(who, Member) else who

    def emit(self, event: str, data: Any, channel: Channel | None = None) -> None:
        self.gateway.emit(event, data, channel)

    def emit_message(self, event: str, message: Message, **more: Any) -> None:
        def seen(session: Session) -> dict[str, Any]:
            return message.event() | more | ({} if session.reads(message) else HIDDEN)

        self.emit(event, seen, message.channel)

    def as_read(self, message: Message) -> dict[str, Any]:
        """A message as REST gives it: without nonce, and without words that the bot may not read."""
        open_to_us = self.message_content or message.channel.guild is None
        ours = message.author is self.me or self.me.id in message.mentioned
        return message.payload() | ({} if open_to_us or ours else HIDDEN)

    # messages

    def say(self, channel: Channel, who: Member | User, content: str, *, reply_to: Message | None = None) -> Message:
        """Somebody writes in a channel."""
        body = {"content": content, "allowed_mentions": {"parse": ["everyone", "users"]}}
        message = self._make(channel, self.user_of(who), body, {})
        message.reference = reply_to.id if reply_to else None
        channel.messages[message.id] = message
        self.emit_message("MESSAGE_CREATE", message)
        return message

    def post(self, channel: Channel, body: dict[str, Any], files: dict[str, bytes]) -> Message:
        """The bot's Create Message: checked, stored, remembered by its nonce, told to everybody."""
        self.rest.accept(channel, body, files)
        if body.get("embeds") and not channel.may(self.me, "embed_links"):
            raise Refused(403, 50013, "Missing Permissions")
        nonce = body.get("nonce")
        message = self.place(channel, body, files, nonce=nonce)
        if nonce is not None:
            self.rest.nonces[self.me.id, str(nonce)] = (message, message.created_at)
        return message

    def place(self, channel: Channel, body: dict[str, Any], files: dict[str, bytes], *, nonce: Any = None) -> Message:
        """Puts the bot's words in the channel, or, if they are for one person only, nowhere else."""
        message = self._make(channel, self.me, body, files)
        if not message.ephemeral:
            channel.messages[message.id] = message
            self.emit_message("MESSAGE_CREATE", message, **({"nonce": nonce} if nonce is not None else {}))
        return message

    def _make(self, channel: Channel, author: User, body: dict[str, Any], files: dict[str, bytes]) -> Message:
        message = Message(self.new_id(), channel, author, self.clock(), files=files, flags=body.get("flags", 0))
        self._write(message, body)
        reference = body.get("message_reference")
        message.reference = int(reference["message_id"]) if reference else None
        return message

    def _write(self, message: Message, body: dict[str, Any]) -> None:
        for key in EDITABLE:
            if body.get(key) is not None or (key in body and key == "allowed_mentions"):
                setattr(message, key, body[key])

    def complete(self, message: Message, body: dict[str, Any]) -> None:
        """A deferred answer becomes a message; that is not an edit to anybody."""
        self._write(message, body)
        message.flags &= ~LOADING
        if not message.ephemeral:
            self.emit_message("MESSAGE_UPDATE", message)

    def rewrite(self, message: Message, body: dict[str, Any]) -> None:
        self._write(message, body)
        message.edits += 1
        message.edited_at = self.clock()
        if not message.ephemeral:
            self.emit_message("MESSAGE_UPDATE", message)

    def edit(self, message: Message, content: str) -> None:
        """The author of a message rewrites it."""
        self.rewrite(message, {"content": content})

    def delete(self, message: Message) -> None:
        """Somebody (a moderator, the author) removes a message."""
        message.deleted = True
        guild = {"guild_id": str(message.channel.guild.id)} if message.channel.guild else {}
        gone = {"id": str(message.id), "channel_id": str(message.channel.id)} | guild
        if not message.ephemeral:
            self.emit("MESSAGE_DELETE", gone, message.channel)

    def react(self, who: Member | User, message: Message, emoji: str) -> None:
        users = message.reactions.setdefault(emoji, [])
        if who.id not in users:
            users.append(who.id)
            self._reacted("MESSAGE_REACTION_ADD", who, message, emoji)

    def unreact(self, who: Member | User, message: Message, emoji: str) -> None:
        if who.id in message.reactions.get(emoji, []):
            message.reactions[emoji].remove(who.id)
            self._reacted("MESSAGE_REACTION_REMOVE", who, message, emoji)

    def _reacted(self, event: str, who: Member | User, message: Message, emoji: str) -> None:
        data: dict[str, Any] = {"user_id": str(who.id), "channel_id": str(message.channel.id)}
        data |= {"message_id": str(message.id), "emoji": {"id": None, "name": emoji}, "type": 0, "burst": False}
        guild = message.channel.guild
        if guild is not None:
            data |= {"guild_id": str(guild.id), "member": guild.members[who.id].payload()}
        self.emit(event, data, message.channel)

    def visible(self, channel: Channel) -> list[Message]:
        """What people see in a channel now, oldest first: nothing deleted, nothing for one person only."""
        return [one for one in channel.messages.values() if not one.deleted and not one.loading]

    def posted(self, channel: Channel) -> list[Message]:
        """What people see of the bot in a channel now, oldest first."""
        return [message for message in self.visible(channel) if message.author is self.me]

    # commands, buttons, forms

    async def slash(
        self, channel: Channel, who: Member, name: str, /, *, timeout: float = 3.0, forced: bool = False, **values: Any
    ) -> Interaction:
        """Somebody uses `/name` ("group sub" for subcommands). LookupError: unknown; PermissionError: hidden."""
        data = self.interactions.command(channel, name, values, who=None if forced else who)
        return await self.interactions.settled(self.interactions.start(COMMAND, channel, who, data), timeout)

    async def autocomplete(
        self, channel: Channel, who: Member, name: str, /, *, timeout: float = 3.0, **values: Any
    ) -> list[str]:
        """Somebody types the last of `values` into `/name`; gives the names offered."""
        data = self.interactions.command(channel, name, values, who=who, focused=[*values][-1])
        started = self.interactions.start(AUTOCOMPLETE, channel, who, data)
        await self.interactions.settled(started, timeout)
        return [choice["name"] for choice in started.choices]

    async def click(
        self, channel: Channel, who: Member, message: Message, what: str, *values: Any, forged: bool = False
    ) -> Interaction:
        """Somebody presses what has this custom_id or label (a select: chooses `values`), with today's rights."""
        data = self.interactions.pressed(message, what, values, forged=forged)
        started = self.interactions.start(COMPONENT, channel, who, data, message)
        return await self.interactions.settled(started, 3.0)

    async def submit(self, shown: Interaction, /, **values: str) -> Interaction:
        """Somebody fills in and sends the form that an interaction showed."""
        if shown.form is None:
            raise LookupError("no form was shown")
        who = shown.channel.guild.members[shown.user.id] if shown.channel.guild else shown.user
        data = self.interactions.filled(shown.form, values)
        started = self.interactions.start(MODAL, shown.channel, who, data, shown.message)
        return await self.interactions.settled(started, 3.0)

    # trouble

    def fault(self, route: str, kind: str = "status", **how: Any) -> Fault:
        """Scripts trouble for requests of one route ("*": all), in the order of these calls. See Fault for `how`."""
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is none of {KINDS}")
        fault = Fault(route, kind, **how)
        self.door.faults.append(fault)
        return fault

    async def outage(self, *, on: bool = True) -> None:
        """Every REST call gets 503 and the gateway is closed and refused, or all is well again."""
        self.down, self.gateway.open = on, not on
        if on:
            await self.gateway.drop(None)

    async def drop_gateway(self, code: int | None = 4000, *, stay_closed: bool = False) -> None:
        """Closes every websocket with a code (None: without a word); stay_closed: until `open_gateway`."""
        self.gateway.open = not stay_closed
        await self.gateway.drop(code)

    def open_gateway(self) -> None:
        self.gateway.open = True

    def forbid(self, faults: list[str]) -> None:
        """Notes what is wrong with a body and refuses it as Discord does."""
        if faults:
            self.violations += faults
            raise Refused(400, 50035, "Invalid Form Body: " + "; ".join(faults))

    # what happened

    @property
    def requests(self) -> list[Request]:
        return self.door.log

    def calls(self, route: str) -> list[Request]:
        """The requests of one route, in order."""
        return [line for line in self.door.log if line.route == route]

    async def until(self, true: Callable[[], Any], *, timeout: float = 5.0) -> Any:
        """Waits until something holds and gives it; AssertionError after `timeout` seconds."""
        end = time.monotonic() + timeout
        while not (value := true()):
            assert time.monotonic() < end, f"still not so after {timeout} s; violations: {self.violations}"
            await asyncio.sleep(0.005)
        return value

    async def answer(self, message: Message, *, timeout: float = 5.0) -> Message:
        """The bot's first message in the channel after this one."""
        return (await self.until(lambda: self._after(message), timeout=timeout))[0]

    def _after(self, message: Message) -> list[Message]:
        return [one for one in self.posted(message.channel) if one.id > message.id]


def named(name: str, handler: Callable[[web.Request], Any]) -> Callable[[web.Request], Any]:
    """The handler under the name that faults and the log call it by."""

    async def route(request: web.Request) -> Any:
        return await handler(request)

    route.route_name = name  # type: ignore[attr-defined]
    return route
