"""RSS and Atom feeds of forums: fetched politely, parsed where it can be killed, keyed so that no post counts twice."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.errors import SourceError
from bot.model import Format, Page, Post
from bot.sources.http import Answer, Http

# Forums rarely have news every minute, and most say in their rules that a bot may ask every five.
EVERY = timedelta(minutes=5)
# The child bounds its own CPU time; this bounds a child that waits or is starved.
PARSE_WITHIN = timedelta(seconds=15)
# Entries remembered from read to read: more than a forum's feed shows at once.
_MEMORY = 200
_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a feed as it stands there. `key` is its guid; fields are None where the feed does not tell."""

    key: str | None
    link: str | None
    title: str | None
    author: str | None
    category: str | None
    text: str
    format: Format
    posted_at: datetime | None

    @property
    def fingerprint(self) -> str | None:
        """What stays the same when a publisher changes guids: address and title. None without an address."""
        return _hash("address", self.link, self.title) if self.link else None


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
        known = _remembered(cursor)
        keyed = give_keys(await entries_of(answer), known)
        return Page(
            source=source,
            posts=tuple(_post(source, key, entry) for key, entry in reversed(keyed)),
            cursor=_memory(keyed, known),
            validators=answer.validators,
            gap=_gap(self.address, [key for key, _ in keyed], known),
        )


async def entries_of(answer: Answer, within: timedelta = PARSE_WITHIN) -> tuple[Entry, ...]:
    """Parse an answer in a child process, in the feed's order (newest first). Raises SourceError."""
    if not answer.body.strip():
        raise SourceError(f"{answer.url} answered nothing at all; many forums do so when feeds are switched off.")
    found = await _parsed(answer, within)
    if "error" in found:
        raise SourceError(f"{answer.url} answered a feed that is not read: {found['error']}.")
    if not found["version"]:
        raise SourceError(
            f"{answer.url} answered a web page, not a feed; look for the address of its RSS or Atom feed."
        )
    return tuple(_entry(raw) for raw in found["entries"])


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
        raise SourceError(f"{answer.url} answered a feed that could not be parsed in reasonable time.") from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return found


def give_keys(entries: Sequence[Entry], known: Mapping[str, str]) -> list[tuple[str, Entry]]:
    """Give each entry a key that lasts, each key once: the guid; publishers often get guids wrong, so

    - an entry whose guid is new but whose address and title are not is the old one (`known`: fingerprint → key),
      unless the old one stands beside it,
    - a missing guid, or one shared by several entries, is replaced by the hash of address and title, or of the text.
    """
    counts = Counter(entry.key for entry in entries)
    sound = {key for key, n in counts.items() if key and n == 1}
    keyed: dict[str, Entry] = {}
    for entry in entries:
        key = entry.key if entry.key in sound else entry.fingerprint or _hash("text", entry.title, entry.text)
        old = known.get(entry.fingerprint or "", "")
        keyed.setdefault(old if old and old not in sound else str(key), entry)
    return list(keyed.items())


def _remembered(cursor: str | None) -> dict[str, str]:
    """The cursor as fingerprint → key; one that cannot be read is forgotten, for the store knows what was seen."""
    try:
        pairs = json.loads(cursor or "{}")
    except ValueError:
        return {}
    return {str(mark): str(key) for mark, key in pairs.items()} if isinstance(pairs, dict) else {}


def _memory(keyed: Sequence[tuple[str, Entry]], known: Mapping[str, str]) -> str:
    """What is remembered: the entries of this page first, then older ones."""
    marks = {entry.fingerprint or key: key for key, entry in keyed}
    marks.update((mark, key) for mark, key in known.items() if mark not in marks)
    return json.dumps(dict(list(marks.items())[:_MEMORY]))


def _gap(address: str, keys: Sequence[str], known: Mapping[str, str]) -> str | None:
    """A feed shows only its newest entries: when none of them was there last time, some may have come and gone."""
    if not keys or not known or not set(keys).isdisjoint(known.values()):
        return None
    return f"None of the {len(keys)} entries of {address} was there at the last read; older ones may have been missed."


def _entry(raw: Mapping[str, object]) -> Entry:
    def field(name: str) -> str | None:
        value = raw.get(name)
        return str(value) if value else None

    guid = field("id")
    return Entry(
        key=_hash(guid) if guid and len(guid) > _LONGEST_KEY else guid,
        link=field("link"),
        title=field("title"),
        author=field("author"),
        category=field("category"),
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


def _hash(*parts: str | None) -> str:
    return hashlib.sha256("\0".join(part or "" for part in parts).encode("utf-8", "replace")).hexdigest()[:32]
