"""Takes a post apart: what its author says, what they quote and how deep, its title; signatures and code away."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from bot.model import Format, Origin, Post
from bot.reading.text.flat import Flat
from bot.reading.text.markup import flatten, guess

MOST_READ = 20_000  # characters; what is longer is not a post, and is said to be truncated
_LONGEST_TITLE = 300  # characters of a Reddit title

# Surrogates, controls but tab and line feed, and the private-use characters that we mark links with.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ue000-\uf8ff]")
_CONTROLS = dict.fromkeys((*range(0x09), *range(0x0E, 0x20), 0x7F), " ") | dict.fromkeys((0x0B, 0x0C, 0x0D), "\n")
_BREAK = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_RULE = re.compile(r"\n(?:-- ?|[_=]{5,80}|-{5,80})\n")
_SENT = re.compile(r"\n(?:Sent from my |Posted from |Sent via |Get Outlook for )")
_GOES_ON = re.compile(r"\s{0,20}+(?:[^\w\s]{0,6}+(?:edit|update|eta|tl;?dr|ps|p\.s|upd)\b)", re.IGNORECASE)
_SAID = re.compile(
    r"^(?:[^\n:]{1,60} (?:said|wrote|schrieb|escribió|disse|dijo): ?[↑]?|Originally [Pp]osted by [^\n]{1,60})$"
)
_CHROME = re.compile(
    r"^(?:Click to (?:expand|shrink)\.{0,3}|View Post|Quote:|Reply(?: Quote)?(?: Report)?"
    r"|Last edited(?: by|:)[^\n]{0,80}|Edited by [^\n]{1,60} on [^\n]{1,40})$",
    re.IGNORECASE,
)
_CHROME_WORDS = ("lick to ", " said:", " wrote:", "riginally ", "iew Post", "uote:", "eply", "dited", "schrieb:", "dis",
                 "dijo:", "escrib")  # fmt: skip
_MOST_SIGNED = 500  # characters: a longer ending is no signature


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of plain text that one person wrote: in the title, the text (depth 0) or a quote (depth 1 and more)."""

    text: str
    origin: Origin
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Body:
    """A post taken apart. A link in a passage is a mark with the number of its address in `urls`."""

    passages: tuple[Passage, ...]
    urls: tuple[str, ...] = ()
    truncated: bool = False


def clean(text: str) -> str:
    """At most `MOST_READ` characters, with line feeds for line ends and spaces for what is no character."""
    text = text[:MOST_READ]
    if text.replace("\n", " ").isprintable():  # most are, and then there is nothing of either sort in it
        return text
    if not text.isascii():
        return _UNFIT.sub(" ", _BREAK.sub("\n", text))
    return (text.replace("\r\n", "\n") if "\r" in text else text).translate(_CONTROLS)


def take_apart(post: Post) -> Body:
    """The passages of a post in their order, title first."""
    format_ = guess(post.format, post.kind, post.text[:MOST_READ])
    flat = flatten(clean(post.text), format_, chat=post.kind == "discord")
    title, parts = clean(post.title or "")[:_LONGEST_TITLE].strip(), flat.parts
    if not title and post.kind == "reddit":
        title, parts = _headline(parts)
    passages = [Passage(title.replace("\n", " "), Origin.TITLE)] if title else []
    parts = _unsigned(parts, ruled=format_ is not Format.MARKDOWN)
    passages += [passage for depth, part in parts for passage in _passages(depth, part)]
    return Body(tuple(passages), tuple(flat.urls), len(post.text) > MOST_READ)


def _passages(depth: int, text: str) -> Iterator[Passage]:
    """A stretch as passages: what forums print around quotes away, quotes pasted as plain text deeper."""
    stretches = [(depth, text)]
    if ("\n" in text or depth) and any(word in text for word in _CHROME_WORDS):
        stretches = _pasted(depth, text.split("\n"))
    for deep, stretch in stretches:
        if stretch and not stretch.isspace():
            yield Passage(stretch, Origin.QUOTE if deep else Origin.TEXT, deep)


def _pasted(depth: int, lines: list[str]) -> list[tuple[int, str]]:
    """ "X said:", lines of a quote, "Click to expand...": deeper by one. Without an end it goes to the first gap."""
    ends = [i for i, line in enumerate(lines) if line.startswith("Click to ")]
    gaps = [i for i, line in enumerate(lines) if not line.strip()]
    said = Flat()
    until = 0
    for i, line in enumerate(lines):
        if _SAID.match(line):
            until = max(until, _end_of_quote(i, lines, ends, gaps)) if not depth else 0
        elif not _CHROME.match(line):
            said.add(depth + (i < until), line + ("\n" if i + 1 < len(lines) else ""))
    return said.parts


def _end_of_quote(start: int, lines: list[str], ends: list[int], gaps: list[int]) -> int:
    """Where the quote under line `start` ends; there, if nothing is left behind it: then it is all the author says."""
    close = bisect_right(ends, start)
    if close < len(ends):
        return ends[close]
    first = start + 1 if start + 1 < len(lines) and lines[start + 1].strip() else start + 2
    gap = bisect_right(gaps, first - 1)
    end = gaps[gap] if gap < len(gaps) else len(lines)
    return end if any(line.strip() for line in lines[end : end + 4]) else start


def _headline(parts: list[tuple[int, str]]) -> tuple[str, list[tuple[int, str]]]:
    """Archives of Reddit put the title into the text: a first line with an empty one after it."""
    if not parts or parts[0][0]:
        return "", parts
    first, gap, rest = parts[0][1].lstrip().partition("\n\n")
    if not gap or "\n" in first or len(first) > _LONGEST_TITLE:
        return "", parts
    return first.strip(), [(0, rest), *parts[1:]]


def _unsigned(parts: list[tuple[int, str]], *, ruled: bool) -> list[tuple[int, str]]:
    """The parts without the signature under the last of them; `ruled`: a ruled line may begin one."""
    if not parts or parts[-1][0] or "\n" not in parts[-1][1]:
        return parts
    text = parts[-1][1]
    tail = max(0, len(text) - _MOST_SIGNED)
    for pattern in (_RULE, _SENT) if ruled else (_SENT,):
        match = pattern.search(text, tail)
        if match and not _GOES_ON.match(text, match.end()):
            return [*parts[:-1], (0, text[: match.start()])]
    return parts
