"""A text as pieces, in segments that end where sentences and lines do: what names are looked for in.

Unlike the tokens of bot.reading.words a piece keeps what names are made of: "Okonjo-Wray", "acme_labs", "k.m.", "S&F".
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from bot.reading.lexicon import shipped
from bot.reading.words import NO_TAGS, folded, word_set

# How much a word tells by being there: "the", "garden", "Lisbon", "quillmarsh".
FUNCTION, ORDINARY, OTHERS, RARE = 0, 1, 2, 3

_PIECE = re.compile(
    r"""
      (?P<word>(?:[^\W\d_]\.){1,4}(?=[\s,)?!:;'’]|[^\W\d_]{2}|$)
        |(?:[@#]|\b[ur]/)?[^\W_][\w\u0900-\u0963]{0,63}
         (?:(?:['’&+@-]|\.(?=[^\WA-Z])|/(?=[A-Z]))[\w\u0900-\u0963]{1,63}){0,7})
    | (?P<mark>\ue000\d{1,5}\ue001)
    | (?P<stop>[^\w\s])
    """,
    re.VERBOSE,
)
_ABBREVIATED = word_set("dr prof mr mrs ms mt st dept univ wm inst co ltd corp annot profa dra sra behav econ proj")
_ENDS = frozenset(".!?;…।")
_DIGITS = "0123456789"
_ENDINGS = (("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ied", "y"), ("ing", ""), ("ing", "e"),
            ("ly", ""), ("er", ""), ("er", "e"), ("est", ""), ("y", ""))  # fmt: skip
# "35min", "4th", "10k", "400ish": how much, and no name.
_MEASURE = re.compile(
    r"\d{1,6}(?:[.,]\d{1,3})?(?:st|nd|rd|th|[skcphmxdg]|mins?|hrs?|secs?|[ap]m|ish|kg|km|cm|lbs|mb|gb|hz|-?stars?)"
)
_LONGEST_KNOWN = 32  # characters of a stretch that is remembered
REMEMBERED = 8_192  # stretches
_LOUD = 0.6  # share of words in capitals from which a sentence is shouted


class Piece(NamedTuple):
    """A word, mark or stop: as written, in small letters, what it is, how much it tells, its meanings.

    `large`: it begins with a capital. It does not say where it stands, so one is made once and used again.
    """

    text: str
    low: str
    kind: str
    rank: int = FUNCTION
    tags: frozenset[str] = NO_TAGS
    large: bool = False

    @property
    def possessive(self) -> bool:
        """Whether it ends in 's."""
        return self.low.endswith("'s")


_STOPS = {stop: Piece(stop, stop, "stop") for stop in ",.!?:;)"}  # those that often stand right behind a word


class Segment(NamedTuple):
    """The pieces of a sentence in a passage, `place`, and where each begins; how its capitals stand.

    `shouted`: nearly all in capitals. `titled`: most words have one. `plain`: no word has one, or all are shouted.
    """

    pieces: list[Piece]
    starts: list[int]
    place: int
    shouted: bool
    titled: bool
    plain: bool

    def end(self, at: int) -> int:
        """Where in the passage a piece ends."""
        return self.starts[at] + len(self.pieces[at].text)


@cache
def slots() -> dict[str, dict[str, frozenset[str]]]:
    """The words around names (slots.toml), by table and list."""
    tables = tomllib.loads(files("bot.reading.mentions").joinpath("slots.toml").read_text("utf-8"))
    return {table: {name: frozenset(words) for name, words in lists.items()} for table, lists in tables.items()}


@cache
def known_words() -> dict[str, int]:
    """The ranks of the words in common.txt."""
    text = files("bot.reading.mentions").joinpath("common.txt").read_text("utf-8")
    function, ordinary, others = "\n".join(line for line in text.splitlines() if line[:1] != "#").split("---")
    ranks = dict.fromkeys(others.split(), OTHERS) | dict.fromkeys(ordinary.split(), ORDINARY)
    return ranks | dict.fromkeys(function.split(), FUNCTION)


def small_words(text: str) -> Iterator[str]:
    """The words that a text writes in small letters: who learns which words are ordinary counts these."""
    for match in _PIECE.finditer(text):
        word = match[0]
        if match.lastgroup == "word" and word.islower() and word[0] not in "@#":
            yield folded(word)


def rank_of(low: str, known: dict[str, int]) -> int:
    """How much a word in small letters tells, by itself or as a form of a known one."""
    rank = known.get(low)
    if rank is not None and "'" not in low:
        return rank
    base, apostrophe, ending = low.partition("'")
    if apostrophe and len(base) == 1 and len(ending) > 2:
        return RARE  # "O'Example"
    if apostrophe:
        rank = known.get(base, RARE)
        return rank if ending == "s" else min(rank, ORDINARY)
    if low.isdigit() or _MEASURE.fullmatch(low) or _is_form(low, known):
        return ORDINARY
    if "-" in low and all(known.get(part, RARE) < RARE for part in low.split("-")):
        return ORDINARY
    return RARE


def _is_form(low: str, known: dict[str, int]) -> bool:
    for ending, instead in _ENDINGS:
        if low.endswith(ending) and len(low) > len(ending) + 2 and low[: -len(ending)] + instead in known:
            return True
    return False


class Lore(dict[str, tuple[int, frozenset[str]]]):
    """Ranks and meanings (words.toml) of words in small letters; `known` gives the ranks of ordinary ones."""

    def __init__(self, known: dict[str, int]) -> None:
        self.known = known
        meanings, same = shipped().onward, dict[tuple[int, frozenset[str]], tuple[int, frozenset[str]]]()
        for word in known.keys() | meanings.keys():
            lore = rank_of(word, known), meanings[word].tags if word in meanings else NO_TAGS
            self[word] = same.setdefault(lore, lore)  # one pair for all words of the same lore
        self.remembered = lru_cache(maxsize=REMEMBERED)(self.split)  # most of what people write was written before

    def __missing__(self, low: str) -> tuple[int, frozenset[str]]:
        return rank_of(low, self.known), NO_TAGS  # and not kept: there is no end of words

    def split(self, stretch: str) -> list[tuple[int, Piece]]:
        """The pieces of a stretch between spaces, each with its place in it."""
        if len(stretch) <= _LONGEST_KNOWN:  # most: one word, a stop behind it or none, as the pattern would find
            if stretch.isalpha():
                return [(0, self._word(stretch))]
            if len(stretch) > 2 and stretch[-1] in _STOPS and stretch[:-1].isalpha():
                word = self._word(stretch[:-1])
                if stretch[-1] != "." or word.low not in _ABBREVIATED:
                    return [(0, word), (len(stretch) - 1, _STOPS[stretch[-1]])]
        pieces, covered = list[tuple[int, Piece]](), 0
        for match in _PIECE.finditer(stretch):
            kind, whole, (start, end) = match.lastgroup or "", match[0], match.span()
            if kind == "word":
                word = self._word(whole)
                if word.low in _ABBREVIATED and stretch[end : end + 1] == ".":
                    covered = end + 1
                    word = self._word(whole + ".")
                pieces.append((start, word))
            elif start >= covered:  # else it is the dot of an abbreviation
                pieces.append((start, Piece(whole, folded(whole), kind)))
        return pieces

    def _word(self, text: str) -> Piece:
        low = folded(text)
        large = text[0].isupper() or text.lstrip(_DIGITS)[:1].isupper() or (text[1:2].isupper() and not text.isupper())
        rank, tags = self[low]
        return Piece(text, low, "word", rank, tags, large)


def segments(text: str, lore: Lore, place: int = 0) -> Iterator[Segment]:
    """The segments of a passage, in order; `lore` gives the ranks and meanings of words."""
    at, known, split = 0, lore.remembered, lore.split
    for line in text.split("\n"):
        pieces, starts = list[Piece](), list[int]()
        for stretch in line.split(" "):
            for start, piece in known(stretch) if len(stretch) <= _LONGEST_KNOWN else split(stretch):
                pieces.append(piece)
                starts.append(at + start)
                if piece.text in _ENDS:
                    yield _segment(pieces, starts, place)
                    pieces, starts = [], []
            at += len(stretch) + 1
        if pieces:
            yield _segment(pieces, starts, place)


def _segment(pieces: list[Piece], starts: list[int], place: int) -> Segment:
    capitals = len([piece for piece in pieces if piece.large])
    if not capitals:
        return Segment(pieces, starts, place, shouted=False, titled=False, plain=True)
    words = [piece for piece in pieces if piece.kind == "word"]
    long = [piece.text for piece in words if len(piece.text) > 2] if capitals > 1 else []
    shouted = len(long) > 3 and sum([word.isupper() for word in long]) > _LOUD * len(long)
    return Segment(pieces, starts, place, shouted, titled=len(words) > 3 and 2 * capitals > len(words), plain=shouted)
