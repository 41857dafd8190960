"""Takes a post apart: what its author says, what they quote and how deep, its title; signatures and code away."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.model import Origin, Post
from bot.reading.markup import flatten, guess

MOST_READ = 20_000  # characters; what is longer is not a post, and is said to be truncated
_LONGEST_TITLE = 300  # characters of a Reddit title

# Surrogates, controls but tab and line feed, and the private-use characters that we mark links with.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ue000-\uf8ff]")
_BREAK = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SIGNATURE = re.compile(r"\n(?:-- ?|[_=]{5,80}|-{5,80})\n|\n(?:Sent from my |Posted from |Sent via )")
_CHROME = re.compile(
    r"^(?:Click to expand\.{0,3}|[^\n]{1,60} (?:said|wrote): ?[↑]?|Originally Posted by [^\n]{1,60})$", re.M
)
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
    if not text.isascii() or not text.isprintable():
        text = _UNFIT.sub(" ", _BREAK.sub("\n", text))
    return text


def take_apart(post: Post) -> Body:
    """The passages of a post in their order, title first."""
    flat = flatten(clean(post.text), guess(post.format, post.kind, post.text[:MOST_READ]))
    title, parts = clean(post.title or "")[:_LONGEST_TITLE].strip(), flat.parts
    if not title and post.kind == "reddit":
        title, parts = _headline(parts)
    passages = [Passage(title.replace("\n", " "), Origin.TITLE)] if title else []
    passages += [p for depth, part in _unsigned(parts) for p in _passage(depth, part)]
    return Body(tuple(passages), tuple(flat.urls), len(post.text) > MOST_READ)


def _passage(depth: int, text: str) -> list[Passage]:
    text = _CHROME.sub("", text) if depth or "\n" in text else text
    return [Passage(text, Origin.QUOTE if depth else Origin.TEXT, depth)] if text.strip() else []


def _headline(parts: list[tuple[int, str]]) -> tuple[str, list[tuple[int, str]]]:
    """Archives of Reddit put the title into the text: a first line with an empty one after it."""
    if not parts or parts[0][0]:
        return "", parts
    first, gap, rest = parts[0][1].lstrip().partition("\n\n")
    if not gap or "\n" in first or len(first) > _LONGEST_TITLE:
        return "", parts
    return first.strip(), [(0, rest), *parts[1:]]


def _unsigned(parts: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The parts without the signature under the last of them."""
    if not parts or parts[-1][0]:
        return parts
    text = parts[-1][1]
    for match in _SIGNATURE.finditer(text):
        if len(text) - match.start() <= _MOST_SIGNED:
            return [*parts[:-1], (0, text[: match.start()])]
    return parts
