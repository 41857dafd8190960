"""A forum on loopback with an RSS or Atom feed: polite when asked politely, and all the ways real ones are broken."""

from __future__ import annotations

import asyncio
import gzip
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from xml.sax.saxutils import escape

from aiohttp import web

Reply = Callable[[web.Request], Awaitable[web.StreamResponse]]

LAST_MODIFIED = "Sat, 21 Nov 2026 10:00:00 GMT"


@dataclass(frozen=True)
class Item:
    """One entry of the feed; None is an element that is left out."""

    number: int
    text: str = "<p>All 40 rejected by <b>Example Research</b></p>"
    title: str | None = "Mass rejection"
    guid: str | None = ""
    link: str | None = ""
    author: str | None = "ExampleWorker"
    date: str | None = "Sat, 21 Nov 2026 09:30:00 +0000"

    def rss(self) -> str:
        def element(name: str, value: str | None) -> str:
            return "" if value is None else f"<{name}>{escape(value)}</{name}>"

        guid = f"guid-{self.number}" if self.guid == "" else self.guid
        link = f"https://forum.example.org/threads/{self.number}/" if self.link == "" else self.link
        return (
            f"<item>{element('title', self.title)}{element('guid', guid)}{element('link', link)}"
            f"{element('dc:creator', self.author)}{element('pubDate', self.date)}"
            f"<description><![CDATA[{self.text}]]></description></item>"
        )


@dataclass
class FakeForum:
    """A feed's items, newest first, and what it does instead of answering (`replies`)."""

    url: str = ""
    items: list[Item] = field(default_factory=list)
    replies: deque[Reply] = field(default_factory=deque)
    requests: list[web.Request] = field(default_factory=list)
    use_etag: bool = True
    shown: int = 25

    def publish(self, *numbers: int) -> None:
        for number in numbers:
            self.items.insert(0, Item(number))

    def change(self, number: int, **changes: str | None) -> None:
        self.items = [replace(item, **changes) if item.number == number else item for item in self.items]

    def body(self) -> str:
        items = "".join(item.rss() for item in self.items[: self.shown])
        return (
            '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<channel><title>Example forum</title>{items}</channel></rss>"
        )

    async def feed(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        if self.replies:
            return await self.replies.popleft()(request)
        etag = f'"{hash(self.body())}"'
        if request.headers.get("If-None-Match") == etag or request.headers.get("If-Modified-Since") == LAST_MODIFIED:
            return web.Response(status=304)
        mark = {"ETag": etag} if self.use_etag else {"Last-Modified": LAST_MODIFIED}
        return web.Response(text=self.body(), content_type="application/rss+xml", headers=mark)


def says(text: str, status: int = 200, content_type: str = "application/rss+xml", **headers: str) -> Reply:
    """A reply with a body and headers (`retry_after` becomes Retry-After)."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}

    async def reply(request: web.Request) -> web.Response:
        return web.Response(text=text, status=status, content_type=content_type, headers=named)

    return reply


def moved(target: str, status: int = 302) -> Reply:
    """A redirect; a target that starts with / stays on the forum."""
    return says("", status, location=target)


def bomb(mebibytes: int) -> Reply:
    """A small body that unpacks to a huge one."""

    async def reply(request: web.Request) -> web.Response:
        packed = gzip.compress(b"<a>" * (mebibytes * 2**20 // 3))
        return web.Response(body=packed, headers={"Content-Encoding": "gzip", "Content-Type": "text/xml"})

    return reply


def drip(every: float, chunks: int = 200) -> Reply:
    """A body that comes a few bytes at a time."""

    async def reply(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):
            for _ in range(chunks):
                await response.write(b"<x/>")
                await asyncio.sleep(every)
        return response

    return reply


def breaks_off() -> Reply:
    """A connection that ends in the middle of the body."""

    async def reply(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"<rss>")
        assert request.transport is not None
        request.transport.close()
        return response

    return reply


@asynccontextmanager
async def fake_forum() -> AsyncIterator[FakeForum]:
    """A forum that listens on loopback until the block ends; its feed is at `forum.url`."""
    forum = FakeForum()
    app = web.Application()
    app.router.add_get("/{path:.*}", forum.feed)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    forum.url = f"http://127.0.0.1:{runner.addresses[0][1]}/index.rss"
    try:
        yield forum
    finally:
        await runner.cleanup()
