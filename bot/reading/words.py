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
_CLOSING = frozenset(",.!?:;)")
_LONGEST_KNOWN = 32  # characters of a stretch that is remembered
REMEMBERED = 8_192  # stretches
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


Token = tuple[str, str, int, int, str, frozenset[str]]  # the same, less than half the price to take apart


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


class Tokens:
    """Takes texts into tokens; `meanings`: of single words in small letters."""

    def __init__(self, meanings: Mapping[str, frozenset[str]] = _UNKNOWN) -> None:
        self._meanings = meanings
        self._known = lru_cache(maxsize=REMEMBERED)(self._split)  # most of what people write was written before

    def of(self, text: str) -> list[Word]:
        """All tokens of a text, in order."""
        found, at, new, known = list[Word](), 0, tuple.__new__, self._known
        for line in text.split("\n"):
            if at:
                found.append(Word("\n", "\n", at - 1, at, LINE))
            for stretch in line.split(" ") if _HELD.search(line) is None else _stretches(line):
                parts = known(stretch) if len(stretch) <= _LONGEST_KNOWN else self._split(stretch)
                for said, low, start, end, kind, tags in parts:
                    # What Word(…) does, at half the price: a post has a hundred of them.
                    found.append(new(Word, (said, low, at + start, at + end, kind, tags)))
                at += len(stretch) + 1
        return found

    def _split(self, stretch: str) -> tuple[Token, ...]:
        """The tokens of a stretch, with their places in it."""
        low, means, n = folded(stretch), self._meanings.get, len(stretch)
        if n <= _LONGEST_KNOWN:  # most stretches: one word, a stop behind it or none, as the pattern would find
            if stretch.isalpha():
                return ((stretch, low, 0, n, WORD, means(low, NO_TAGS)),)
            if stretch[-1:] in _CLOSING and stretch[:-1].isalpha():
                word, stop = low[:-1], low[-1]
                return (
                    (stretch[:-1], word, 0, n - 1, WORD, means(word, NO_TAGS)),
                    (stop, stop, n - 1, n, STOP, means(stop, NO_TAGS)),
                )
        found = [(*match.span(), match.lastgroup or "") for match in _TOKEN.finditer(stretch)]
        return tuple([(stretch[a:b], low[a:b], a, b, kind, means(low[a:b], NO_TAGS)) for a, b, kind in found])


def tokens(text: str) -> list[Word]:
    """All tokens of a text, in order, whatever they mean."""
    return Tokens().of(text)


def _stretches(line: str) -> list[str]:
    """What spaces part that stand within no token. Tokens never go beyond it."""
    ends = [match.start() for match in re.finditer(" ", line) if _HELD.match(line, match.start()) is None]
    return [line[start + 1 : end] for start, end in pairwise([-1, *ends, len(line)])]
