"""Text into tokens: words, numbers, fractions, dates, money, links and stops, each with its place in the text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

WORD, NUM, MONEY, FRACTION, DATE, TIME, LINK, STOP, LINE, ID = (
    "word", "num", "money", "fraction", "date", "time", "link", "stop", "line", "id",
)  # fmt: skip

# A link is kept in flattened text as its number between two private-use characters (bot.reading.text.markup).
LINK_OPEN, LINK_CLOSE = "\ue000", "\ue001"

_TOKEN = re.compile(
    r"""
      (?P<word>[^\W\d_](?:[\w\u0900-\u0963]|['’&](?=\w)){0,63})  # Devanagari's vowel signs are no \w
    | (?P<link>\ue000\d{1,5}\ue001)
    | (?P<money>[$£€₹][ ]?\d{1,9}(?:,\d{3}){0,3}(?:\.\d{1,4})?k?|[$£€₹]?\.\d{1,2}(?!\w))
    | (?P<date>\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{2,4})
    | (?P<time>\d{1,2}:\d{2})
    | (?P<fraction>\d{1,6}[ ]?/[ ]?\d{1,6})
    | (?P<id>[0-9][0-9A-Za-z]{9,40}\b)
    | (?P<num>\d{1,9}(?:,\d{3}){0,4}(?:\.\d{1,4})?(?:[ ]?%|k\b|ish\b|\+)?)
    | (?P<stop>[^\w\s])
    """,
    re.VERBOSE,
)
# Spaces part a line into stretches, but for the few that stand within a token: "$ 5", "3 / 4", "50 %".
_HELD = re.compile(r" (?<=[$£€₹/\d] )(?=[\d/%])")
_LONGEST_KNOWN = 32  # characters of a stretch that is remembered
REMEMBERED = 4_096  # stretches
_FOLD = {"’": "'", "‘": "'", "`": "'", "İ": "i", "“": '"', "”": '"'}
_LONG = re.compile(r"([^\W\d])\1{2,64}")  # "alllll", "rejecteddd"


NO_TAGS: frozenset[str] = frozenset()
_UNKNOWN: Mapping[str, frozenset[str]] = MappingProxyType({})


class Word(NamedTuple):
    """A token, or a known phrase joined to one: as written, in small letters, its place, its sort, its meanings."""

    text: str
    low: str
    start: int
    end: int
    kind: str
    tags: frozenset[str] = NO_TAGS


def word_set(text: str) -> frozenset[str]:
    """The words of a text with spaces between."""
    return frozenset(text.split())


def folded(text: str) -> str:
    """`text` in small letters with straight apostrophes; never longer or shorter than `text`."""
    if text.isascii():
        return text.lower()
    low = text
    for curly, straight in _FOLD.items():  # str.translate looks up each letter: several times as slow
        low = low.replace(curly, straight)
    low = low.lower()
    return low if len(low) == len(text) else text


def shortened(low: str) -> str:
    """A word without its drawn-out letters: "alllll" is "all" with two, to be looked up."""
    return _LONG.sub(r"\1\1", low)


def tokens(text: str, meanings: Mapping[str, frozenset[str]] = _UNKNOWN) -> list[Word]:
    """All tokens of a text, in order; `meanings`: of single words in small letters."""
    found, at, new, means = list[Word](), 0, tuple.__new__, meanings.get
    for line in text.split("\n"):
        if at:
            found.append(Word("\n", "\n", at - 1, at, LINE))
        for stretch in line.split(" ") if _HELD.search(line) is None else _stretches(line):
            parts = _known(stretch) if len(stretch) <= _LONGEST_KNOWN else _split(stretch)
            for said, low, start, end, kind in parts:
                # What Word(…) does, at half the price: a post has a hundred of them.
                found.append(new(Word, (said, low, at + start, at + end, kind, means(low, NO_TAGS))))
            at += len(stretch) + 1
    return found


def _stretches(line: str) -> list[str]:
    """What spaces part that stand within no token. Tokens never go beyond it."""
    ends = [match.start() for match in re.finditer(" ", line) if _HELD.match(line, match.start()) is None]
    return [line[start + 1 : end] for start, end in pairwise([-1, *ends, len(line)])]


def _split(stretch: str) -> tuple[tuple[str, str, int, int, str | None], ...]:
    """The tokens of a stretch: as written, in small letters, their places in it, their sorts."""
    low = folded(stretch)
    if stretch.isalpha() and len(stretch) <= _LONGEST_KNOWN:  # most stretches: one word, as the pattern would find
        return ((stretch, low, 0, len(stretch), WORD),)
    spans = [(*match.span(), match.lastgroup) for match in _TOKEN.finditer(stretch)]
    return tuple([(stretch[start:end], low[start:end], start, end, kind) for start, end, kind in spans])


_known = lru_cache(maxsize=REMEMBERED)(_split)  # most of what people write was written before
