"""Finds ids of requesters and tasks in a text: in links, whose place says what they are, and bare ones."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.platforms.decoding import Decoded
from bot.platforms.profile import IdShape, Platform

# What may still belong to the address behind the id: kept short, it is only cut out of the text.
_TAIL = re.compile(r"[^\s\"'<>()\[\]|`\\]{0,300}")
_NEAR = 24  # characters before a bare id in which a mark ("worker id:") speaks about it


@dataclass(frozen=True, slots=True)
class Link:
    """An address that names a requester's account or a task. `start`, `end` and `text` are of the original text."""

    platform: str
    account_key: str | None
    task_key: str | None
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class BareId:
    """An id that stands alone. `may_be` says what has this shape: "requester" and "worker" look alike on mturk."""

    platform: str
    key: str
    may_be: tuple[str, ...]
    start: int
    end: int
    text: str

    @property
    def ambiguous(self) -> bool:
        """Whether more than one kind of thing has this shape: then ask, and never show it."""
        return len(self.may_be) > 1


def find_links(text: str, platforms: Iterable[Platform]) -> tuple[Link, ...]:
    """The links to requesters and tasks in `text`, in order, not overlapping; sandboxes and people's pages never.

    Entities and percent-encoding are undone (twice), ids are brought into the platform's case. Linear time.
    """
    decoded = Decoded(text)
    lower = decoded.text.lower()
    found = [link for platform in platforms for link in _links_of(platform, decoded, lower, text)]
    return tuple(_apart(found))


def _links_of(platform: Platform, decoded: Decoded, lower: str, text: str) -> Iterator[Link]:
    for shape in platform.links:
        if not any(host in lower for host in shape.hosts):
            continue
        for match in shape.regex.finditer(decoded.text):
            account, task = _key(platform, match, "account"), _key(platform, match, "task")
            if account or task:
                tail = _TAIL.match(decoded.text, match.end())
                start, end = decoded.origin(match.start()), decoded.origin(tail.end() if tail else match.end())
                yield Link(platform.key, account, task, start, end, text[start:end])


def _key(platform: Platform, match: re.Match[str], names: str) -> str | None:
    shape = platform.id_shape(names)
    value = match.groupdict().get(names)
    return shape.key(value) if shape and value else None


def _apart(links: list[Link]) -> Iterator[Link]:
    links.sort(key=lambda link: (link.start, link.account_key is None, -link.end))
    end = -1
    for link in links:
        if link.start >= end:
            yield link
            end = link.end


def find_bare_ids(text: str, platforms: Iterable[Platform]) -> tuple[BareId, ...]:
    """The ids in `text` that stand outside such links, in order: at least one digit, in the platform's own case.

    "worker id:" or "requester id:" straight before one says which it is. Nothing found here is a requester by itself.
    """
    known = tuple(platforms)
    links = find_links(text, known)
    starts = [link.start for link in links]
    found = [bare for platform in known for bare in _bare_of(platform, text)]
    found.sort(key=lambda bare: (bare.start, -bare.end))
    return tuple(bare for bare in found if not _inside(bare, links, starts))


def _bare_of(platform: Platform, text: str) -> Iterator[BareId]:
    for shape in platform.ids:
        if shape.bare:
            for match in re.finditer(rf"(?<![0-9A-Za-z])(?:{shape.pattern})(?![0-9A-Za-z])", text, re.ASCII):
                if any("0" <= c <= "9" for c in match[0]):
                    may_be = _said(platform, shape, text[max(0, match.start() - _NEAR) : match.start()])
                    yield BareId(platform.key, match[0], may_be, match.start(), match.end(), match[0])


def _said(platform: Platform, shape: IdShape, before: str) -> tuple[str, ...]:
    words = before.lower().rstrip(" \t:=#*_-[(\"'`")
    for kind, marks in (("worker", platform.marks.worker), ("requester", platform.marks.requester)):
        if kind in shape.may_be and any(words.removesuffix(" is").endswith(mark) for mark in marks):
            return (kind,)
    return shape.may_be


def _inside(bare: BareId, links: tuple[Link, ...], starts: list[int]) -> bool:
    before = bisect_right(starts, bare.start)
    return before > 0 and bare.start < links[before - 1].end
