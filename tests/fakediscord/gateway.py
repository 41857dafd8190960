"""The websocket side: sessions that outlive their sockets, so that a resume replays what was missed."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

if TYPE_CHECKING:
    from .server import FakeDiscord
    from .world import Channel, Message

GUILDS, MEMBERS, PRESENCES, GUILD_MESSAGES = 1 << 0, 1 << 1, 1 << 8, 1 << 9
GUILD_REACTIONS, DM_MESSAGES, DM_REACTIONS, CONTENT = 1 << 10, 1 << 12, 1 << 13, 1 << 15
DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, RESUME, RECONNECT, REQUEST_MEMBERS, INVALID, HELLO, ACK = (
    0,
    1,
    2,
    3,
    6,
    7,
    8,
    9,
    10,
    11,
)
FATAL = (1000, 1001)  # closing with these ends the session ("Gateway: Disconnecting")


@dataclass(eq=False)
class Session:
    """One IDENTIFY and everything sent since. The sequence number of an event is its place in the log."""

    id: str
    intents: int
    log: list[dict[str, Any]] = field(default_factory=list)
    more: asyncio.Event = field(default_factory=asyncio.Event)
    socket: web.WebSocketResponse | None = None
    left_at: datetime | None = None

    def add(self, event: str, data: Any) -> None:
        self.log.append({"op": DISPATCH, "t": event, "s": len(self.log) + 1, "d": data})
        self.more.set()

    def reads(self, message: Message) -> bool:
        """Whether this connection may see the words ("Message Content Intent")."""
        fake = message.channel.fake
        own = message.author is fake.me or fake.me.id in message.mentioned
        return own or message.channel.guild is None or bool(self.intents & CONTENT)


def needed(event: str, channel: Channel | None) -> int:
    """The intent an event belongs to; 0: everybody gets it."""
    private = channel is not None and channel.guild is None
    if event.startswith("MESSAGE_REACTION"):
        return DM_REACTIONS if private else GUILD_REACTIONS
    if event.startswith("MESSAGE_"):
        return DM_MESSAGES if private else GUILD_MESSAGES
    if event.startswith("GUILD_MEMBER_"):
        return MEMBERS
    return GUILDS if event.startswith(("GUILD_", "CHANNEL_")) else 0


class Gateway:
    """All connections. `identifies` and `resumes` count what was accepted; `open` False refuses new sockets."""

    def __init__(self, fake: FakeDiscord) -> None:
        self.fake = fake
        self.sessions: dict[str, Session] = {}
        self.sockets: dict[web.WebSocketResponse, web.Request] = {}
        self.identifies = self.resumes = self.heartbeats = self.invalidated = self.refused = 0
        self.open = self.acks = True
        self.heartbeat_every = timedelta(seconds=41.25)
        self.resume_for = timedelta(minutes=2)
        self._serial = 0

    # what happens in the world

    def emit(self, event: str, data: dict[str, Any] | Callable[[Session], Any], channel: Channel | None = None) -> None:
        """Queues an event for every session that asked for it and may see the channel."""
        if channel is not None and not channel.may(self.fake.me, "view_channel"):
            return
        intent = needed(event, channel)
        for session in self.sessions.values():
            if not intent or session.intents & intent:
                session.add(event, data(session) if callable(data) else data)

    # what the test does to it

    async def drop(self, code: int | None = 4000) -> None:
        """Closes every connection with a code; None: without a word."""
        if code in FATAL:
            self.sessions.clear()
        for ws, request in list(self.sockets.items()):
            if code is None:
                if request.transport is not None:
                    request.transport.abort()
            else:
                await ws.close(code=code)

    async def say(self, op: int, data: Any = None) -> None:
        """Sends a bare opcode to everybody: RECONNECT (7), INVALID (9)."""
        for ws in list(self.sockets):
            with contextlib.suppress(ConnectionError):
                await ws.send_json({"op": op, "d": data})

    async def invalidate(self, *, resumable: bool = False) -> None:
        """INVALID_SESSION; unless resumable the sessions are gone."""
        if not resumable:
            self.sessions.clear()
        await self.say(INVALID, resumable)

    # the wire

    async def serve(self, request: web.Request) -> web.StreamResponse:
        if not self.open:
            self.refused += 1
            return web.Response(status=503)
        ws = web.WebSocketResponse(timeout=1.0, max_msg_size=1 << 20)
        await ws.prepare(request)
        self.sockets[ws] = request
        try:
            await self._converse(ws)
        finally:
            del self.sockets[ws]
        return ws

    async def _converse(self, ws: web.WebSocketResponse) -> None:
        session: Session | None = None
        pump: asyncio.Task[None] | None = None
        every = self.heartbeat_every.total_seconds() * 1000
        try:
            await ws.send_json({"op": HELLO, "d": {"heartbeat_interval": every}})
            async for frame in ws:
                if frame.type is not WSMsgType.TEXT:
                    continue
                message = json.loads(frame.data)
                opened = await self._receive(ws, message["op"], message.get("d"), session)
                if opened is not None and pump is None:
                    session, at = opened
                    session.socket, session.left_at = ws, None
                    pump = asyncio.create_task(self._pump(ws, session, at))
        except ConnectionError:
            pass
        finally:
            if session is not None and session.socket is ws:
                session.socket, session.left_at = None, self.fake.clock()
            if pump is not None:
                pump.cancel()
                await asyncio.wait([pump])

    async def _pump(self, ws: web.WebSocketResponse, session: Session, at: int) -> None:
        """Sends the log from place `at` on, for as long as the socket lives."""
        with contextlib.suppress(ConnectionError, RuntimeError):
            while not ws.closed:
                session.more.clear()
                while at < len(session.log):
                    await ws.send_json(session.log[at])
                    at += 1
                await session.more.wait()

    async def _receive(
        self, ws: web.WebSocketResponse, op: int, data: Any, session: Session | None
    ) -> tuple[Session, int] | None:
        if op == HEARTBEAT:
            self.heartbeats += 1
            if self.acks:
                await ws.send_json({"op": ACK})
        elif op == IDENTIFY:
            return await self._identify(ws, data)
        elif op == RESUME:
            return await self._resume(ws, data)
        elif op == REQUEST_MEMBERS and session is not None:
            self._members(session, data)
        elif op != PRESENCE:
            await ws.close(code=4001 if session else 4003)
        return None

    async def _identify(self, ws: web.WebSocketResponse, data: dict[str, Any]) -> tuple[Session, int] | None:
        refused = 4004 if data["token"] != self.fake.token else 4014 if data["intents"] & self._forbidden() else None
        if refused:
            await ws.close(code=refused)
            return None
        self.identifies += 1
        self._serial += 1
        session = Session(f"session{self._serial}", data["intents"])
        session.add("READY", self._ready(session))
        self.sessions[session.id] = session
        for guild in self.fake.guilds.values():
            session.add("GUILD_CREATE", guild.payload(everybody=bool(session.intents & MEMBERS)))
        return session, 0

    def _forbidden(self) -> int:
        switches = {MEMBERS: self.fake.members, PRESENCES: self.fake.presences, CONTENT: self.fake.message_content}
        return sum(bit for bit, allowed in switches.items() if not allowed)

    def _ready(self, session: Session) -> dict[str, Any]:
        return {
            "v": 10,
            "user": self.fake.me.payload(),
            "session_id": session.id,
            "resume_gateway_url": self.fake.gateway_url,
            "guilds": [{"id": str(guild), "unavailable": True} for guild in self.fake.guilds],
            "application": {"id": str(self.fake.me.id), "flags": self.fake.application_flags},
        }

    async def _resume(self, ws: web.WebSocketResponse, data: dict[str, Any]) -> tuple[Session, int] | None:
        session, at = self.sessions.get(data["session_id"] or ""), data["seq"] or 0
        if session is None or self._stale(session) or at > len(session.log):
            self.invalidated += 1
            self.sessions.pop(data["session_id"] or "", None)
            await ws.send_json({"op": INVALID, "d": False})
            return None
        self.resumes += 1
        session.add("RESUMED", {})
        return session, at

    def _stale(self, session: Session) -> bool:
        return session.left_at is not None and self.fake.clock() - session.left_at > self.resume_for

    def _members(self, session: Session, data: dict[str, Any]) -> None:
        guild = self.fake.guilds[int(data["guild_id"])]
        asked = data.get("user_ids")
        ids = {int(one) for one in asked} if asked is not None else set(guild.members)
        named = (data.get("query") or "").lower()
        found = [one for one in guild.members.values() if one.id in ids and one.name.lower().startswith(named)]
        chunk = {"guild_id": str(guild.id), "chunk_index": 0, "chunk_count": 1, "nonce": data.get("nonce")}
        session.add("GUILD_MEMBERS_CHUNK", chunk | {"members": [member.payload() for member in found]})
