"""A Reddit on loopback: the token, the two listings with their caps, rate limits, feeds, and the ways it misbehaves."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from aiohttp import web

from bot.sources import RedditLogin

PAGE_CAP = 100
LISTING_CAP = 1000
START = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Answer:
    """What the next request of a listing gets instead of it."""

    status: int = 503
    body: str = "<html><body>Our servers are busy</body></html>"
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "text/html"
    after: float = 0.0


@dataclass
class FakeReddit:
    """Everything there is, oldest first; tests write stories with `post`, `comment`, `edit`, `vanish`, `answers`."""

    url: str = ""
    things: list[dict[str, Any]] = field(default_factory=list)
    answers: deque[Answer] = field(default_factory=deque)
    requests: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    grants: list[str] = field(default_factory=list)
    refuse_login: bool = False
    remaining: float = 600.0
    reset: int = 300
    show_limits: bool = True
    made: int = 0
    connections: Callable[[], int] = lambda: 0

    def login(self, **changes: Any) -> RedditLogin:
        told = {"client_id": "examplebot", "client_secret": "not-a-secret", "user_agent": "test:examplebot:v0 (by u/x)"}
        return RedditLogin(**{**told, "reddit_url": self.url, "oauth_url": self.url, **changes})

    def post(self, subreddit: str, title: str = "Mass rejection?", text: str = "All mine too", **more: Any) -> str:
        key = self._key("t3")
        link = f"/r/{subreddit}/comments/{key[3:]}/x/"
        thing = {"title": title, "selftext": text, "is_self": True, "url": f"https://www.reddit.com{link}"}
        return self._add("t3", key, subreddit, link, {**thing, **more})

    def comment(self, subreddit: str, parent: str, text: str = "Same here", **more: Any) -> str:
        key = self._key("t1")
        thread = next(thing for thing in self.things if thing["name"] == parent)
        root = thread.get("link_id", parent)
        link = f"/r/{subreddit}/comments/{root[3:]}/x/{key[3:]}/"
        thing = {"body": text, "parent_id": parent, "link_id": root, "link_title": "Mass rejection?"}
        return self._add("t1", key, subreddit, link, {**thing, **more})

    def edit(self, key: str, text: str) -> None:
        thing = self[key]
        thing["selftext" if key.startswith("t3") else "body"] = text
        thing["edited"] = thing["created_utc"] + 60

    def remove(self, *keys: str) -> None:
        """A moderator takes it away: the thing is there, its words are not."""
        for key in keys:
            self.edit(key, "[removed]")

    def leave(self, key: str) -> None:
        """Whoever wrote it deletes their account; what they wrote stays."""
        self[key]["author"] = "[deleted]"

    def vanish(self, *keys: str) -> None:
        self.things = [thing for thing in self.things if thing["name"] not in keys]

    def __getitem__(self, key: str) -> dict[str, Any]:
        return next(thing for thing in self.things if thing["name"] == key)

    def _key(self, kind: str) -> str:
        self.made += 1
        number, digits = 60_000_000 + self.made, ""
        while number:
            number, digit = divmod(number, 36)
            digits = DIGITS[digit] + digits
        return f"{kind}_{digits}"

    def _add(self, kind: str, key: str, subreddit: str, link: str, more: dict[str, Any]) -> str:
        at = START + 60 * (self.made - 1)
        thing = {"id": key[3:], "name": key, "subreddit": subreddit, "permalink": link, "author": "ExampleWorker"}
        self.things.append({**thing, "created_utc": at, "edited": False, "kind": kind, **more})
        return key

    def newest(self, subreddits: str, kind: str) -> list[dict[str, Any]]:
        names = set(subreddits.lower().split("+"))
        found = [t for t in self.things if t["kind"] == kind and t["subreddit"].lower() in names]
        return found[::-1][:LISTING_CAP]

    async def token(self, request: web.Request) -> web.Response:
        self.grants.append(str((await request.post()).get("grant_type")))
        if self.refuse_login:
            return web.json_response({"message": "Unauthorized", "error": 401}, status=401)
        return web.json_response({"access_token": "t", "token_type": "bearer", "expires_in": 3600, "scope": "*"})

    async def listing(self, request: web.Request) -> web.Response:
        if (odd := await self._odd(request)) is not None:
            return odd
        assert request.headers.get("Authorization") == "bearer t"
        assert "before" not in request.query, "an anchor that vanished makes such a listing empty"
        kind = "t3" if request.match_info["listing"] == "new" else "t1"
        things = self.newest(request.match_info["subreddits"], kind)
        page, after = self._page(things, request)
        children = [{"kind": kind, "data": thing} for thing in page]
        listing = {"kind": "Listing", "data": {"after": after, "before": None, "children": children}}
        return web.json_response(listing, headers=self._limits())

    async def info(self, request: web.Request) -> web.Response:
        """GET /api/info: what is asked for by name, as far as it is there; what was removed is shown without words."""
        if (odd := await self._odd(request)) is not None:
            return odd
        asked = request.query["id"].split(",")
        assert len(asked) <= PAGE_CAP
        children = [{"kind": thing["kind"], "data": thing} for thing in self.things if thing["name"] in asked]
        listing = {"kind": "Listing", "data": {"after": None, "before": None, "children": children}}
        return web.json_response(listing, headers=self._limits())

    def _page(self, things: list[dict[str, Any]], request: web.Request) -> tuple[list[dict[str, Any]], str | None]:
        names = [thing["name"] for thing in things]
        start = 0
        if anchor := request.query.get("after"):
            start = names.index(anchor) + 1 if anchor in names else len(names)
        end = start + min(int(request.query.get("limit", 25)), PAGE_CAP)
        page = things[start:end]
        return page, page[-1]["name"] if page and end < len(things) else None

    def _limits(self) -> dict[str, str]:
        self.remaining -= 1
        if not self.show_limits:
            return {}
        told = {"remaining": f"{self.remaining:.1f}", "used": f"{600 - self.remaining:.0f}", "reset": str(self.reset)}
        return {f"x-ratelimit-{name}": value for name, value in told.items()}

    async def feed(self, request: web.Request) -> web.Response:
        if (odd := await self._odd(request)) is not None:
            return odd
        comments = request.match_info["listing"] == "comments"
        things = self.newest(request.match_info["subreddits"], "t1" if comments else "t3")
        page, _ = self._page(things, request)
        entries = "".join(_entry(thing) for thing in page)
        body = f'<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>{entries}</feed>'
        return web.Response(text=body, content_type="application/atom+xml")

    async def _odd(self, request: web.Request) -> web.Response | None:
        self.requests.append(request.path_qs)
        self.agents.add(request.headers["User-Agent"])
        if not self.answers:
            return None
        answer = self.answers.popleft()
        await asyncio.sleep(answer.after)
        return web.Response(
            status=answer.status, text=answer.body, headers=answer.headers, content_type=answer.content_type
        )


def _entry(thing: dict[str, Any]) -> str:
    comment = thing["kind"] == "t1"
    html = (
        f'<!-- SC_OFF --><div class="md"><p>{escape(thing["body" if comment else "selftext"])}</p></div><!-- SC_ON -->'
    )
    html += f' submitted by <a href="https://www.reddit.com/user/{thing["author"]}"> /u/{thing["author"]} </a>'
    title = f"/u/{thing['author']} on {thing['link_title']}" if comment else thing["title"]
    at = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(thing["created_utc"]))
    return (
        f"<entry><author><name>/u/{thing['author']}</name></author>"
        f'<category term="{thing["subreddit"]}" label="r/{thing["subreddit"]}"/>'
        f'<content type="html">{escape(html)}</content><id>{thing["name"]}</id>'
        f'<link href="https://www.reddit.com{thing["permalink"]}"/><updated>{at}</updated>'
        f"<title>{escape(title)}</title></entry>"
    )


@asynccontextmanager
async def fake_reddit() -> AsyncIterator[FakeReddit]:
    """A Reddit that listens on loopback until the block ends."""
    reddit = FakeReddit()
    app = web.Application()
    app.router.add_post("/api/v1/access_token", reddit.token)
    app.router.add_get("/api/info", reddit.info)
    app.router.add_get("/api/info/", reddit.info)
    app.router.add_get("/r/{subreddits}/{listing:new|comments}/.rss", reddit.feed)
    app.router.add_get("/r/{subreddits}/{listing:new|comments}", reddit.listing)
    app.router.add_get("/r/{subreddits}/{listing:new|comments}/", reddit.listing)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    reddit.connections = lambda: len(runner.server.connections) if runner.server else 0
    reddit.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield reddit
    finally:
        await runner.cleanup()
