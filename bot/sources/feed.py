"""RSS and Atom feeds of forums: fetched politely, parsed where it can be killed, keyed so that no post counts twice."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.errors import SourceError
from bot.model import Format, Page, Post
from bot.sources.http import Answer, Http
from bot.sources.keys import Entry, gap_after, give_keys, recall, remember, short

# Forums rarely have news every minute, and most say in their rules that a bot may ask every five.
EVERY = timedelta(minutes=5)
# The child bounds its own CPU time; this bounds a child that waits or is starved.
PARSE_WITHIN = timedelta(seconds=15)


class Feed:
    """One feed. Its cursor remembers the keys of the entries it showed last and what they looked like."""

    kind = "feed"

    def __init__(self, address: str, http: Http, *, every: timedelta = EVERY) -> None:
        self.address = address
        self.every = every
        self._http = http

    async def read(self, cursor: str | None, validators: Mapping[str, str]) -> Page:
        """Read the whole feed, oldest entry first; nothing if it has not changed since `validators`."""
        source = f"feed:{self.address}"
        answer = await self._http.get(self.address, validators if cursor is not None else {})
        if not answer.fresh:
            return Page(source=source, posts=(), cursor=cursor, validators=answer.validators)
        known = recall(cursor)
        entries, cut = await entries_of(answer)
        keyed = give_keys(entries, known)
        posts = tuple(_post(source, key, entry) for key, entry in reversed(keyed))
        if cut:
            # What it broke off before is there at the next read, and whether that joins on to the last is seen then.
            return Page(source=source, posts=posts, cursor=cursor)
        return Page(
            source=source,
            posts=posts,
            cursor=remember(keyed, known),
            validators=answer.validators,
            gap=gap_after(answer.place, [key for key, _ in keyed], known),
        )


async def entries_of(answer: Answer, within: timedelta = PARSE_WITHIN) -> tuple[tuple[Entry, ...], bool]:
    """Parse an answer in a child process: what is whole of it, newest first, and whether it breaks off.

    Raises SourceError.
    """
    if not answer.body.strip():
        raise SourceError(f"{answer.place} answered nothing at all; many forums do so when feeds are switched off.")
    found = await _parsed(answer, within)
    if "error" in found:
        raise SourceError(f"{answer.place} answered a feed that is not read: {found['error']}.")
    if not found["version"]:
        raise SourceError(
            f"{answer.place} answered a web page, not a feed; look for the address of its RSS or Atom feed."
        )
    return tuple(_entry(raw) for raw in found["entries"]), bool(found["cut"])


async def _parsed(answer: Answer, within: timedelta) -> dict[str, Any]:
    """Hand a body to `bot.sources.feedparse` and take its JSON; a child that is late or was killed is an error."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-m", "bot.sources.feedparse", answer.content_type.replace("\0", "")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
    )
    try:
        async with asyncio.timeout(within.total_seconds()):
            out, _ = await child.communicate(answer.body)
        found: dict[str, Any] = json.loads(out)
    except (TimeoutError, ValueError):
        raise SourceError(f"{answer.place} answered a feed that could not be parsed in reasonable time.") from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return found


def _entry(raw: Mapping[str, object]) -> Entry:
    def field(name: str) -> str | None:
        value = raw.get(name)
        return str(value) if value else None

    return Entry(
        guid=short(field("id")),
        link=field("link"),
        title=field("title"),
        author=field("author"),
        text=field("text") or "",
        format=Format.PLAIN if raw.get("plain") else Format.HTML,
        posted_at=_instant(raw.get("at")),
    )


def _instant(seconds: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) else None
    except (ValueError, OverflowError, OSError):
        return None


def _post(source: str, key: str, entry: Entry) -> Post:
    return Post(
        source=source,
        key=key,
        text=entry.text,
        title=entry.title,
        author_key=entry.author,
        posted_at=entry.posted_at,
        url=entry.link,
        format=entry.format,
    )
