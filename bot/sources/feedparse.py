"""Parses one feed in a process of its own: body on stdin, JSON on stdout. The one place that imports feedparser.

A feed is written by strangers, and some documents of a few kilobytes keep feedparser busy for a minute. So this
process has little time and memory, none of the bot's secrets in its environment, and may be killed at any moment.
`python -m bot.sources.feedparse [CONTENT-TYPE]`; what it answers is `{"version", "entries", "cut"}` or `{"error"}`.
"""

from __future__ import annotations

import calendar
import contextlib
import io
import json
import re
import sys
from collections.abc import Iterator
from typing import Any

CPU_SECONDS = 2
MEMORY_BYTES = 512 * 1024 * 1024
# No feed that people read is nested or decorated like this; feedparser's time grows with the square of both.
_DEEPEST = 64
_MOST_ATTRIBUTES = 200
_MOST_ENTRIES = 500
# The reader takes 20,000 characters of a post; the rest allows for the markup around them.
_LONGEST_TEXT = 60_000
_LONGEST_FIELD = 1_000

# Written without an end in sloppy feeds, so they say nothing about depth.
_VOID = frozenset(("br", "hr", "img", "input", "link", "meta"))
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# How an RSS, RDF or Atom document ends, and how far from its last byte that may be.
_END = re.compile(rb"</(?:\w{1,20}:)?(?:rss|rdf|feed)\s{0,20}>", re.IGNORECASE)
_TAIL = 4_096
# Long enough to name a letter that there is none of: feedparser breaks off at such a reference, and all posts with it.
_REFERENCE = re.compile(rb"&#(?:[0-9]{7,20}|[xX][0-9a-fA-F]{6,20})")


def refusal(body: bytes) -> str | None:
    """Say why a document is not even tried, None if it may be. Linear in the body."""
    text = body.decode("utf-16" if body.startswith(_UTF16) else "latin-1", "replace")
    if "\0" in text:
        return "it holds NUL bytes"
    depth = 0
    for piece in "".join(_outside_cdata(text)).split("<")[1:]:
        tag = piece.partition(">")[0]
        if tag[:8].lower() == "!doctype" and "[" in tag:
            return "it declares entities of its own"
        if tag.count("=") > _MOST_ATTRIBUTES:
            return "a tag in it has too many attributes"
        depth = max(0, depth + _step(tag))
        if depth > _DEEPEST:
            return "it is nested too deeply"
    return None


def _step(tag: str) -> int:
    """How a tag changes the depth."""
    name = tag[:80].strip("/").split(None, 1)[0:1]
    if not name or not name[0][0].isalpha() or name[0].lower() in _VOID or tag.endswith("/"):
        return 0
    return -1 if tag.startswith("/") else 1


def _outside_cdata(text: str) -> Iterator[str]:
    """The document without its CDATA sections, which hold posts, not structure."""
    at = 0
    while (start := text.find("<![CDATA[", at)) >= 0:
        yield text[at:start]
        end = text.find("]]>", start)
        if end < 0:
            return
        at = end + 3
    yield text[at:]


def answer(body: bytes, content_type: str) -> dict[str, Any]:
    """What the parent is told of a document: what is in it, or why it is not read."""
    why = refusal(body)
    if why:
        return {"error": why}
    try:
        return parse(_REFERENCE.sub(_possible, body), content_type)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # feedparser has faults of its own, and meets them in what is hardly XML any more.
        return {"error": f"it cannot be made sense of ({error!r})"}


def _possible(found: re.Match[bytes]) -> bytes:
    number = found[0][2:]
    code = int(number[1:], 16) if number[:1] in b"xX" else int(number)
    return found[0] if code <= sys.maxunicode else b"?"


def parse(body: bytes, content_type: str) -> dict[str, Any]:
    """Give what a feed holds as plain values, at most 500 entries; `version` is "" for what is not a feed.

    `cut`: it breaks off. Then its last entry is left out: nobody knows what more it says.
    """
    import feedparser

    cut = is_cut(body)
    feed = feedparser.parse(
        # A stream, never the bytes themselves: feedparser would open those as a file's name.
        io.BytesIO(body),
        response_headers={"content-type": content_type} if content_type else {},
        # Nobody ever sees this HTML; it is only read for its words.
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    entries = [_entry(entry) for entry in (feed.entries[:-1] if cut else feed.entries)[:_MOST_ENTRIES]]
    return {"version": feed.get("version", ""), "entries": entries, "cut": cut}


def is_cut(body: bytes) -> bool:
    """Whether a feed ends without the end of its outermost element. Some servers add a comment after that."""
    return _END.search(body[-_TAIL:].replace(b"\0", b"")) is None


def _entry(entry: Any) -> dict[str, Any]:
    """One entry as text and numbers. `at` is seconds since 1970, None where no date can be read."""
    content = (entry.get("content") or [entry.get("summary_detail") or {}])[0]
    return {
        "id": _field(entry.get("id")),
        "link": _field(entry.get("link")),
        "title": _field(entry.get("title")),
        "author": _field(entry.get("author")),
        "text": str(content.get("value") or entry.get("summary") or "")[:_LONGEST_TEXT],
        "plain": content.get("type") == "text/plain",
        "at": _seconds(entry.get("published_parsed") or entry.get("updated_parsed")),
    }


def _field(value: object) -> str | None:
    return str(value).strip()[:_LONGEST_FIELD] or None if value else None


def _seconds(parts: Any) -> int | None:
    with contextlib.suppress(ValueError, OverflowError, TypeError):
        return calendar.timegm(parts) if parts else None
    return None


def _bind() -> None:
    """Take from this process what a hostile document would use. Counted from here: imports are ours."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    # Not every system lets a process bound its memory; the time limits hold on all of them.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def main() -> None:
    """Read, refuse or parse, answer."""
    import feedparser  # noqa: F401 - its import is not the document's fault, so it comes before the limits

    _bind()
    body = sys.stdin.buffer.read()
    sys.stdout.write(json.dumps(answer(body, sys.argv[1] if len(sys.argv) > 1 else "")))


if __name__ == "__main__":
    main()
