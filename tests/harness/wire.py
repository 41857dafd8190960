"""discord.py's own client on the fake Discord without sockets: every request and event in virtual time.

`Wire` stands where discord.py keeps its aiohttp session, `Line` where a gateway's session is kept. Both belong to one
life of a process: after `Life.end` nothing of it reaches the server, and nothing it hears.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from fakediscord import FakeDiscord
from fakediscord.faults import LINE, Request, rate_limited
from fakediscord.faults import Fault as Scripted
from fakediscord.gateway import Session
from fakediscord.rest import ROUTES
from multidict import CIMultiDict

from tests.harness.chaos import Chaos, Fate

NEVER = 10_000.0
PATTERNS = [
    (name, method, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", f"/api/v10{path}") + "$"))
    for name, method, path in ROUTES
]


@dataclass(eq=False)
class Life:
    """One process from start to end. `moment` is told of every named step and may end it there."""

    moment: Callable[[str], None] = lambda _: None
    over: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self) -> None:
        """Nothing this process does has any effect from now on."""
        self.over = True
        self.ended.set()

    async def step(self, name: str) -> None:
        """Go on, unless this is where it ends or it is over."""
        if not self.over:
            self.moment(name)
        if self.over:
            await asyncio.sleep(NEVER)


class Asked(dict[Any, Any]):
    """What the fake's handlers look at of a request."""

    def __init__(self, method: str, path: str, headers: dict[str, str], found: dict[str, str]) -> None:
        super().__init__()
        self.method, self.path, self.headers, self.match_info = method, path, headers, found
        self.transport = None


class Answer:
    """What discord.py looks at of a response."""

    def __init__(self, status: int, headers: Any, body: bytes) -> None:
        self.status, self.headers, self._body = status, CIMultiDict(headers), body
        self.reason = ""

    async def text(self, encoding: str = "utf-8") -> str:
        return self._body.decode(encoding)


class Wire:
    """An aiohttp session that asks the fake directly, by way of chaos."""

    closed = False

    def __init__(self, fake: FakeDiscord, chaos: Chaos, life: Life, trace: aiohttp.TraceConfig | None) -> None:
        self.fake, self.chaos, self.life, self.trace = fake, chaos, life, trace

    def request(self, method: str, url: str, **how: Any) -> Exchange:
        return Exchange(self, method, url, how)

    async def close(self) -> None:
        self.closed = True

    async def told(self, signal: str, *about: Any) -> None:
        """The hooks that aiohttp would call."""
        for hook in getattr(self.trace, signal) if self.trace is not None else ():
            await hook(self, None, *about)


class Exchange:
    """One request and its answer."""

    def __init__(self, wire: Wire, method: str, url: str, how: dict[str, Any]) -> None:
        self.wire, self.method = wire, method
        self.path = "/api/v10" + str(url).split("/api/v10", 1)[1].partition("?")[0]
        self.query = {key: str(value) for key, value in (how.get("params") or {}).items()}
        self.body = json.loads(how["data"]) if how.get("data") else None
        self.headers = how.get("headers") or {}

    async def __aenter__(self) -> Answer:
        wire, life = self.wire, self.wire.life
        await wire.told("on_request_start", None)
        await life.step(f"before {self.method}")
        line = self._noted()
        fate = wire.chaos.fate(self.path, wire.fake.clock())
        done = self._committed(fate, line)
        await life.step(f"after {self.method}")
        await asyncio.sleep(fate.latency)
        await life.step(f"heard {self.method}")
        answer = self._answered(fate, await self._spoilt(fate, done), line)
        await wire.told("on_request_end", _Seen(answer))
        return answer

    async def __aexit__(self, *_: object) -> None:
        return None

    def _noted(self) -> Request:
        name, found = self._route()
        line = Request(self.method, self.path, name, self.wire.fake.clock(), self.query, self.body)
        self.wire.fake.door.log.append(line)
        self._handler = getattr(self.wire.fake.rest, name)
        self._asked = Asked(self.method, self.path, self.headers, found)
        self._asked[LINE] = line
        return line

    def _route(self) -> tuple[str, dict[str, str]]:
        for name, method, pattern in PATTERNS:
            found = pattern.match(self.path)
            if method == self.method and found:
                return name, found.groupdict()
        raise AssertionError(f"the fake knows no {self.method} {self.path}")

    def _committed(self, fate: Fate, line: Request) -> web.Response | None:
        """Do what was asked: now, or later whoever still listens; None if not now."""
        refusal = self.wire.fake.door._refusal(self._asked, line)  # type: ignore[arg-type]
        if refusal is not None or fate.commit_after is None:
            return refusal
        if fate.commit_after == 0:
            return self._do()
        asyncio.get_running_loop().call_later(fate.commit_after, self._do)
        return None

    def _do(self) -> web.Response:
        # None of the handlers waits for anything.
        doing = self.wire.fake.door._commit(self._asked, self._handler)  # type: ignore[arg-type]
        try:
            doing.send(None)
        except StopIteration as done:
            return done.value
        raise AssertionError("a handler of the fake waits for something")

    async def _spoilt(self, fate: Fate, done: web.Response | None) -> web.Response:
        if fate.kind == "silence":
            await asyncio.sleep(NEVER)
        if fate.kind in ("reset", "drop"):
            raise ConnectionResetError(104, "Connection reset by peer")
        if fate.kind == "limit":
            how = {"retry_after": fate.retry_after, "via": fate.via, "scope": fate.scope}
            return rate_limited(Scripted("*", "rate_limit", **how))
        if fate.kind == "status" or done is None:
            text = json.dumps({"message": "scripted", "code": 0}).encode()
            return web.Response(status=fate.status or 500, body=text, content_type="application/json")
        return done

    def _answered(self, fate: Fate, given: web.Response, line: Request) -> Answer:
        line.status = given.status
        door = self.wire.fake.door
        if given.status in (401, 403, 429) and given.headers.get("X-RateLimit-Scope") != "shared":
            door.invalid += 1
        signed = door._sign(given, line.route)
        body = signed.body if isinstance(signed.body, bytes) else b""
        headers = {**signed.headers, "Content-Type": signed.headers.get("Content-Type", "application/json")}
        if fate.kind == "truncated_json":
            body = body[: len(body) // 2]
        if fate.kind == "charset":
            headers["Content-Type"] = "application/json; charset=utf-8"
        return Answer(signed.status, headers, body)


@dataclass
class _Seen:
    response: Answer


class Line(Session):
    """A gateway session that hands events to a client in this process, late by `latency`, none after its life."""

    def __init__(self, client: Any, life: Life, intents: int, latency: float = 0.15) -> None:
        super().__init__("line", intents)
        self.client, self.life, self.latency = client, life, latency
        self.deaf, self.missed = False, []
        # In its order, which a loop's timers of one moment do not keep.
        self.under_way: deque[tuple[str, Any]] = deque()

    def add(self, event: str, data: Any) -> None:
        if self.deaf:
            self.missed.append((event, data))
        else:
            self.under_way.append((event, data))
            asyncio.get_running_loop().call_later(self.latency, self._hear)

    def _hear(self) -> None:
        event, data = self.under_way.popleft()
        if not self.life.over:
            self.client._connection.parsers[event](json.loads(json.dumps(data)))

    def hear_again(self) -> None:
        """The connection is back and resumes: what was missed comes now, in its order."""
        self.deaf = False
        missed, self.missed = self.missed, []
        for event, data in missed:
            self.add(event, data)


async def connect(client: Any, fake: FakeDiscord, chaos: Chaos, life: Life) -> Line:
    """Put a client on the wire and wait until it is ready."""
    await client._async_setup_hook()
    client.http._HTTPClient__session = Wire(fake, chaos, life, client.http.http_trace)
    client.http._global_over = asyncio.Event()
    client.http._global_over.set()
    client.http.token = fake.token
    line = Line(client, life, client.intents.value)
    # The lines of processes that are dead lead nowhere.
    living = [each for each in fake.gateway.sessions.values() if isinstance(each, Line) and not each.life.over]
    fake.gateway.sessions = {f"line {number}": each for number, each in enumerate([*living, line])}
    line.add("READY", fake.gateway._ready(line))
    for guild in fake.guilds.values():
        line.add("GUILD_CREATE", guild.payload(everybody=False))
    await asyncio.sleep(line.latency)
    await client.wait_until_ready()
    return line
