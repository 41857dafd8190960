"""Things that go wrong on the way: what is scripted, and the front door that lets it happen."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from .server import FakeDiscord
    from .world import Channel

KINDS = ("status", "drop", "reset", "hang", "delay", "truncated_json", "charset", "rate_limit", "garbled")
OPEN = ("interaction_callback", "follow_up", "get_reply", "edit_reply", "delete_reply")  # the token is in the path
LONGEST = 600.0


class Refused(Exception):
    """An error answer of Discord's own: HTTP status, JSON code and words."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass(eq=False)
class Fault:
    """One scripted fault. `hits` counts how often it struck; `lift()` ends it; `garble` changes a garbled answer."""

    route: str
    kind: str
    status: int = 503
    code: int = 0
    after_commit: bool = False
    times: int | None = 1
    retry_after: float = 0.1
    via: bool = True
    scope: str = "user"
    seconds: float = 0.0
    channel: Channel | None = None
    garble: Callable[[Any], Any] = lambda answer: answer
    hits: int = 0

    def lift(self) -> None:
        self.times = self.hits

    def strikes(self, route: str, path: str) -> bool:
        here = self.channel is None or f"/channels/{self.channel.id}/" in path
        return here and self.route in (route, "*") and (self.times is None or self.hits < self.times)


@dataclass(eq=False)
class Request:
    """One line of the request log; `status` stays None when nothing was answered."""

    method: str
    path: str
    route: str
    at: datetime
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    files: dict[str, bytes] = field(default_factory=dict)
    status: int | None = None


def reply(status: int, data: Any = None, *, kind: str = "application/json") -> web.Response:
    if data is None:
        return web.Response(status=status)
    return web.Response(status=status, body=json.dumps(data).encode(), headers={"Content-Type": kind})


def error(status: int, code: int, message: str) -> web.Response:
    return reply(status, {"message": message, "code": code})


def rate_limited(fault: Fault) -> web.Response:
    """A 429 of Discord's (with Via), or of the proxy before it (without, and not JSON)."""
    if not fault.via:
        return web.Response(status=429, text="error code: 1015")
    answer = reply(429, {"message": "You are being rate limited.", "retry_after": fault.retry_after, "global": False})
    if fault.scope == "global":
        answer = reply(429, {"message": "Global.", "retry_after": fault.retry_after, "global": True})
    answer.headers.update({"Retry-After": f"{fault.retry_after:.0f}", "X-RateLimit-Scope": fault.scope})
    return answer


def break_off(request: web.Request, *, reset: bool = False) -> web.Response:
    """Closes the connection without an answer: by FIN, or by RST."""
    if request.transport is not None:
        if reset:
            raw = request.transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response(status=500)


LINE = web.RequestKey("line", Request)


class Door:
    """The middleware every REST request passes: log, authorisation, scripted faults, headers."""

    def __init__(self, fake: FakeDiscord) -> None:
        self.fake = fake
        self.faults: list[Fault] = []
        self.log: list[Request] = []
        self.invalid = 0
        self.ban_after: int | None = None

    @web.middleware
    async def pass_through(self, request: web.Request, handler: Any) -> web.StreamResponse:
        route = getattr(request.match_info.handler, "route_name", "unknown")
        if request.path == "/gateway":
            return await handler(request)
        line = await self._note(request, route)
        request[LINE] = line
        answer = await self._answer(request, handler, line)
        broken = request.transport is None or request.transport.is_closing()
        line.status = None if broken else answer.status
        if not broken and answer.status in (401, 403, 429) and answer.headers.get("X-RateLimit-Scope") != "shared":
            self.invalid += 1
        return self._sign(answer, route)

    async def _note(self, request: web.Request, route: str) -> Request:
        line = Request(request.method, request.path, route, self.fake.clock(), dict(request.query))
        self.log.append(line)
        if request.content_type.startswith("multipart/"):
            for name, part in (await request.post()).items():
                if name == "payload_json":
                    line.body = json.loads(part)
                else:
                    line.files[part.filename] = part.file.read()
                    part.file.close()
        elif request.can_read_body:
            line.body = await request.json()
        return line

    async def _answer(self, request: web.Request, handler: Any, line: Request) -> web.Response:
        refusal = self._refusal(request, line)
        if refusal is not None:
            return refusal
        fault = next((one for one in self.faults if one.strikes(line.route, line.path)), None)
        if fault is None:
            return await self._commit(request, handler)
        fault.hits += 1
        return await self._fail(fault, request, handler)

    def _refusal(self, request: web.Request, line: Request) -> web.Response | None:
        if self.fake.down:
            return web.Response(status=503, text="upstream connect error")
        if self.ban_after is not None and self.invalid >= self.ban_after:
            return web.Response(status=429, text="error code: 1015")
        if line.route not in OPEN and request.headers.get("Authorization") != f"Bot {self.fake.token}":
            return error(401, 0, "401: Unauthorized")
        return None

    async def _commit(self, request: web.Request, handler: Any) -> web.Response:
        try:
            status, data = await handler(request)
        except Refused as refused:
            return error(refused.status, refused.code, str(refused))
        return reply(status, data)

    async def _fail(self, fault: Fault, request: web.Request, handler: Any) -> web.Response:
        """Before the commit nothing happens in the world; after it, or late, only the answer is lost."""
        done = None
        if fault.kind == "delay" and not fault.after_commit:
            await asyncio.sleep(fault.seconds)
        if fault.after_commit or fault.kind in ("delay", "truncated_json", "charset", "garbled"):
            done = await self._commit(request, handler)
        if fault.kind == "delay" and fault.after_commit:
            await asyncio.sleep(fault.seconds)
        if fault.kind == "hang":
            await asyncio.sleep(LONGEST)
            return break_off(request)
        return self._spoil(fault, request, done)

    def _spoil(self, fault: Fault, request: web.Request, done: web.Response | None) -> web.Response:
        if fault.kind in ("drop", "reset"):
            return break_off(request, reset=fault.kind == "reset")
        if fault.kind == "rate_limit":
            return rate_limited(fault)
        if fault.kind == "status" or done is None:
            return error(fault.status, fault.code, f"scripted {fault.status}")
        body = done.body if isinstance(done.body, bytes) else b""
        if fault.kind == "truncated_json":
            return web.Response(status=done.status, body=body[: len(body) // 2], content_type="application/json")
        if fault.kind == "garbled":
            return reply(done.status, fault.garble(json.loads(body)))
        if fault.kind == "charset":
            kind = {"Content-Type": "application/json; charset=utf-8"}
            return web.Response(status=done.status, body=body, headers=kind)
        return done

    def _sign(self, answer: web.Response, route: str) -> web.Response:
        """Discord's own headers; a 429 of the proxy before it carries neither Via nor a bucket."""
        if answer.content_type == "text/plain":
            return answer
        answer.headers["Via"] = "1.1 x"
        if answer.status != 429:
            now = self.fake.clock().timestamp()
            answer.headers.update({"X-RateLimit-Bucket": route, "X-RateLimit-Limit": "50"})
            answer.headers.update({"X-RateLimit-Remaining": "49", "X-RateLimit-Reset-After": "1.0"})
            answer.headers["X-RateLimit-Reset"] = f"{now + 1:.3f}"
        return answer
