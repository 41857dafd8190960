"""Where a name can stand: a text as pieces in segments, and the runs of pieces that may be a requester's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from bot.reading.lexicon import NO_TAGS, shipped
from bot.reading.words import folded

# How much a word tells by being there: "the", "garden", "Lisbon", "quillmarsh".
FUNCTION, ORDINARY, OTHERS, RARE = 0, 1, 2, 3
LONGEST = 6  # words of a name

_PIECE = re.compile(
    r"""
      (?P<word>(?:[^\W\d_]\.){1,4}(?=[\s,)]|[^\W\d_]{2}|$)
        |(?i:dr|prof|mr|mrs|ms|mt|st|dept|univ|wm|inst|co|inc|ltd)\.
        |(?:(?<![^\s(])[@#]|\b[ur]/)?[^\W_]
         (?:[\w\u0900-\u0963]|['’&+](?=\w)|[-.](?=[^\WA-Z])|-(?=[^\W_])|/(?=[A-Z])){0,63})
    | (?P<mark>\ue000\d{1,5}\ue001)
    | (?P<line>\n)
    | (?P<stop>[^\w\s])
    """,
    re.VERBOSE,
)
_ENDS = frozenset(".!?;…")
_JOINERS = frozenset(("&", "and", "of", "de", "da", "do", "di", "van", "von", "+", "@", "y", "e", "für", "for", "the"))
_WEAK_JOINERS = frozenset(("and", "y", "e", "for", "the", "@"))
_CALLERS = frozenset(["requester", "requestor", "requesters", "req", "researcher", "researchers", "customer", "client", "named", "called", "name", "names", "investigador", "pesquisador", "solicitante", "requester's", "researcher's", "client's"])  # fmt: skip
_INTRODUCERS = frozenset(
    ["by", "from", "for", "with", "por", "de", "do", "da", "para", "com", "con", "se", "to", "at", "via"]
)
_CLAIMS = frozenset(("rej", "reverse", "approve", "neg", "ask", "mine", "all", "most", "workers", "contrary"))
_AUXILIARY = frozenset(
    [
        "has",
        "have",
        "had",
        "is",
        "are",
        "was",
        "were",
        "just",
        "did",
        "does",
        "do",
        "will",
        "won't",
        "keeps",
        "gets",
        "got",
        "ne",
        "hasn't",
        "didn't",
    ]
)


class Piece(NamedTuple):
    """A word, mark or stop: as written, in small letters, its place, what it is, how much it tells, its meanings."""

    text: str
    low: str
    start: int
    end: int
    kind: str
    rank: int = FUNCTION
    tags: frozenset[str] = NO_TAGS


@dataclass(slots=True)
class Segment:
    """The pieces of a sentence in a passage, `place`; how its capitals stand.

    `cased`: they say something in it. `titled`: most words have one. `plain`: no word has one, or all are shouted.
    """

    pieces: list[Piece]
    cased: bool
    titled: bool
    plain: bool
    place: int = 0


class Span(NamedTuple):
    """pieces[first:stop] of a segment, and by which way they were found."""

    first: int
    stop: int
    way: str


@cache
def known_words() -> dict[str, int]:
    """The ranks of the words in common.txt."""
    text = files("bot.reading").joinpath("common.txt").read_text("utf-8")
    function, ordinary, others = "\n".join(line for line in text.splitlines() if line[:1] != "#").split("---")
    ranks = dict.fromkeys(others.split(), OTHERS) | dict.fromkeys(ordinary.split(), ORDINARY)
    return ranks | dict.fromkeys(function.split(), FUNCTION)


def small_words(text: str) -> Iterator[str]:
    """The words that a text writes in small letters: who learns which words are ordinary counts these."""
    for match in _PIECE.finditer(text):
        if match.lastgroup == "word" and match[0].islower():
            yield match[0]


def rank_of(low: str, known: dict[str, int]) -> int:
    """How much a word tells, by itself or as a form of a known one."""
    rank = known.get(low)
    if rank is not None:
        return rank
    base, mark, _ = low.replace("’", "'").partition("'")
    if mark:
        rank = known.get(base, RARE)
        return rank if low.endswith("'s") else min(rank, ORDINARY)
    if low.isdigit():
        return ORDINARY
    for ending, instead in _ENDINGS:
        if low.endswith(ending) and len(low) > len(ending) + 2 and low[: -len(ending)] + instead in known:
            return ORDINARY
    if "-" in low:
        return ORDINARY if all(known.get(part, RARE) < RARE for part in low.split("-")) else RARE
    return RARE


_ENDINGS = (("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ied", "y"), ("ing", ""), ("ing", "e"),
            ("ly", ""), ("er", ""), ("er", "e"), ("est", ""), ("y", ""))  # fmt: skip


def segments(text: str, known: dict[str, int], place: int = 0) -> Iterator[Segment]:
    """The segments of a passage: what stands between ends of sentences and lines."""
    low, words, pieces = folded(text), shipped().onward, list[Piece]()
    for match in _PIECE.finditer(text):
        kind = match.lastgroup or "stop"
        start, end = match.span()
        if kind == "word":
            small = low[start:end]
            node = words.get(small)
            tags = node.tags if node is not None else NO_TAGS
            pieces.append(Piece(text[start:end], small, start, end, kind, rank_of(small, known), tags))
        elif kind == "line":
            if pieces:
                yield _segment(pieces, place)
            pieces = []
        else:
            piece = text[start:end]
            pieces.append(Piece(piece, piece, start, end, kind))
            if piece in _ENDS:
                yield _segment(pieces, place)
                pieces = []
    if pieces:
        yield _segment(pieces, place)


def _segment(pieces: list[Piece], place: int) -> Segment:
    words = [piece for piece in pieces if piece.kind == "word"]
    capital = sum(1 for word in words if word.text[0].isupper())
    shouted = sum(1 for word in words if len(word.text) > 2 and word.text.isupper())
    long = sum(1 for word in words if len(word.text) > 2)
    loud = long > 3 and shouted > 0.6 * long
    return Segment(pieces, not loud, len(words) > 3 and 2 * capital > len(words), loud or not capital, place)


def spans(segment: Segment) -> Iterator[Span]:
    """The runs of pieces that may be a name."""
    pieces, plain = segment.pieces, segment.plain
    i, size = 0, len(pieces)
    while i < size:
        piece = pieces[i]
        stop = i + 1
        if (
            (piece.rank == FUNCTION and not (piece.text == "The" and i + 1 < size and pieces[i + 1].text[0].isupper()))
            or piece.text[0] in "@#"
            or piece.low[:2] in ("u/", "r/")
        ):
            pass
        elif not plain and piece.text[0].isupper():
            if not piece.tags & _CLAIMS:
                stop = _run(segment, i)
                yield from _variants(segment, i, stop)
        elif piece.rank == RARE:
            stop = _rare_run(segment, i)
            yield Span(i, stop, "rare")
            if stop - i > 1:
                for j in range(i, stop):
                    if pieces[j].rank == RARE:
                        yield Span(j, j + 1, "rare")
        i = stop
    yield from _slots(segment)


def _run(segment: Segment, i: int) -> int:
    """Where a run of capitals that begins at `i` ends."""
    pieces, size = segment.pieces, len(segment.pieces)
    end = j = i + 1
    while j < size and end - i < LONGEST:
        piece = pieces[j]
        first = piece.text[0]
        if (piece.rank != FUNCTION and first.isupper() and not (segment.titled and piece.tags & _CLAIMS)) or (
            j == end and first.isdigit() and len(piece.text) < 4 and piece.kind == "word"
        ):
            end = j = j + 1
        elif piece.low in _JOINERS and j - end < 2:
            j += 1
        else:
            break
    return end


def _variants(segment: Segment, i: int, stop: int) -> Iterator[Span]:
    """The run itself, and what is left of it where it may have begun or ended by chance."""
    pieces = segment.pieces
    yield Span(i, stop, "run")
    if stop - i == 1:
        return
    if pieces[i].low == "the":
        yield Span(i + 1, stop, "rest")
    for j in range(i + 1, min(stop, i + 4)):
        before = pieces[j - 1]
        if before.rank == RARE or before.low.endswith((".", "'s", "’s")):
            break
        if pieces[j].text[0].isupper():
            yield Span(j, stop, "rest")
    if (pieces[stop - 1].text[0].isdigit() or segment.titled) and pieces[stop - 2].low not in _JOINERS:
        yield Span(i, stop - 1, "less")
    for j in range(i + 1, stop):
        if pieces[j - 1].low.endswith(("'s", "’s")):
            yield Span(i, j, "owner")
            break
        if pieces[j].low in _WEAK_JOINERS and j + 1 < stop:
            yield Span(i, j, "part")
            k = j + 1
            while k < stop and pieces[k].low in _JOINERS:
                k += 1
            yield Span(k, stop, "part")
            break


def _rare_run(segment: Segment, i: int) -> int:
    """Where the rare words and nouns of institutes that begin at `i` end; a word like "acme_labs" stands alone."""
    pieces, size, stop = segment.pieces, len(segment.pieces), i + 1
    while stop < size and stop - i < 4 and not _coined(pieces[stop - 1]):
        piece = pieces[stop]
        same = (segment.plain or not piece.text[0].isupper()) and not _coined(piece)
        if same and not piece.tags & _CLAIMS and (piece.rank == RARE or piece.low in SUFFIXES):
            stop += 1
        elif piece.low in ("&", "and", "of") and stop + 1 < size and same and pieces[stop + 1].rank == RARE:
            stop += 2
        else:
            break
    return stop


def _coined(piece: Piece) -> bool:
    """Whether a word is made like a handle: with an underscore, a digit, or a dot inside."""
    return not piece.low.isalpha() and any(ch in "_.0123456789" for ch in piece.low)


SUFFIXES = frozenset(
    [
        "lab",
        "labs",
        "research",
        "insights",
        "studio",
        "studios",
        "team",
        "inc",
        "llc",
        "ltd",
        "group",
        "grp",
        "center",
        "centre",
        "institute",
        "data",
        "surveys",
        "ai",
        "panel",
        "panels",
        "polls",
        "ml",
        "ux",
        "media",
        "vision",
        "audio",
        "linguistics",
        "psychology",
        "house",
        "annotation",
        "tasks",
    ]
)


def _slots(segment: Segment) -> Iterator[Span]:
    """Words in small letters where a name is announced: "requester moth and lantern", "moth and lantern rejected"."""
    pieces, size, plain = segment.pieces, len(segment.pieces), segment.plain
    for i in range(1, size):
        before = pieces[i - 1].low
        if before in _CALLERS or (plain and before in _INTRODUCERS) or (before == "the" and _the_one(pieces, i)):
            first = i
            while (
                first < size and (pieces[first].text in ":\"'“”[(*" or pieces[first].low in _COPULAS) and first - i < 3
            ):
                first += 1
            stop = _phrase(pieces, first)
            if stop - first > 1 or (stop > first and pieces[first].rank < RARE):
                yield Span(first, stop, "slot")
    if plain:
        stop = _phrase(pieces, 0)
        if 0 < stop < size and (
            pieces[stop].low in _AUXILIARY or pieces[stop].tags & _CLAIMS or pieces[stop].low == "-"
        ):
            if stop > 1 or pieces[0].rank < RARE:
                yield Span(0, stop, "subject")
        if not segment.cased:
            yield from _institutes(pieces)


def _the_one(pieces: list[Piece], i: int) -> bool:
    """Whether "the" announces a name: "the moth and lantern one", "the receipt rabbit guy"."""
    stop = _phrase(pieces, i)
    return stop < len(pieces) and 1 < stop - i < 5 and pieces[stop].low in _ONES


def _institutes(pieces: list[Piece]) -> Iterator[Span]:
    """Runs that end in a noun of institutes, where capitals say nothing: "ME DATA HOUND INC ARE YOU"."""
    for i in range(1, len(pieces)):
        if pieces[i].low in SUFFIXES:
            first = i
            while first and i - first < 3 and pieces[first - 1].rank != FUNCTION:
                first -= 1
            if first < i:
                yield Span(first, i + 1, "institute")


_ONES = frozenset(["one", "ones", "guy", "guys", "people", "folks", "lot", "thing", "things"])
_COPULAS = frozenset(["is", "was", "by", "as"])


def _phrase(pieces: list[Piece], first: int) -> int:
    """Where the words that may be one name end: before a function word, a claim or a stop."""
    j = first
    while j < len(pieces) and j - first < 5:
        piece = pieces[j]
        if piece.rank and not piece.tags & _CLAIMS:
            j += 1
            if piece.low.endswith(("'s", "’s")):
                break
        elif j > first and piece.low in ("&", "and", "of") and j + 1 < len(pieces) and pieces[j + 1].rank:
            j += 2
        else:
            break
    return j
