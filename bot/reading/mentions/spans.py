"""The runs of pieces that may be a requester's name, each with the way by which it was found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from bot.reading.mentions.pieces import FUNCTION, RARE, Piece, Segment, slots
from bot.reading.words import folded

LONGEST = 6  # words of a name
_LONGEST_SMALL = 5
_LONGEST_QUOTED = 4
_CLAIMS = frozenset(("rej", "reverse", "approve", "neg", "ask", "mine", "all", "most", "workers", "contrary"))
_LINKS = ("&", "and", "of")
_OPENING, _CLOSING = "\"“'‘[", "\"”'’]"
_BREAKS = frozenset(",;-–—")
_INITIALS = re.compile(r"(?:[^\W\d_]\.){1,4}")
_MARKS = ":\"'“”‘’[(*"


class Span(NamedTuple):
    """pieces[first:stop] of a segment, and by which way they were found."""

    first: int
    stop: int
    way: str


def spans(segment: Segment) -> Iterator[Span]:
    """The runs of pieces of a segment that may be a name; time linear in its length."""
    i, pieces, plain = 0, segment.pieces, segment.plain
    while i < len(pieces):
        piece, stop = pieces[i], i + 1
        if (piece.rank != RARE and (plain or not piece.large)) or _no_name(pieces, i):
            pass
        elif piece.large and not plain:
            if not piece.tags & _CLAIMS:
                stop = _capitals(segment, i)
                yield from _variants(segment, i, stop)
        elif piece.rank == RARE:
            stop = _rare(segment, i)
            yield from _rarities(pieces, i, stop)
        i = stop
    yield from _announced(segment)
    if segment.plain:
        yield from _subject(pieces)
    if segment.shouted:
        yield from _institutes(pieces)


def _no_name(pieces: list[Piece], i: int) -> bool:
    """Whether no name begins with a piece: a function word, somebody's handle, a subreddit, a face (x_x), a day."""
    piece = pieces[i]
    return (
        (piece.rank == FUNCTION and not (piece.large and (_article(pieces, i) or _leads(pieces, i))))
        or piece.text[0] in "@#"
        or piece.low[:2] in ("u/", "r/")
        or (len(piece.text) < 4 and "_" in piece.text)
        or (piece.large and i + 1 < len(pieces) and pieces[i + 1].large and _stands_before(pieces, i))
    )


def _stands_before(pieces: list[Piece], i: int) -> bool:
    """Whether a capital only stands before a name: "On Friday Example rejected", "Sent Example a message"."""
    leading, low = slots()["leading"], pieces[i].low
    if low in slots()["before"]["caller"]:
        return pieces[i + 1].rank == RARE  # "Customer Example", and not "Customer Insights"
    if low in leading["times"]:
        return i > 0 and pieces[i - 1].low in leading["when"]
    return (low in leading["when"] and pieces[i + 1].low in leading["times"]) or (i == 0 and low in leading["openers"])


def _article(pieces: list[Piece], i: int) -> bool:
    """Whether it is the "The" of "The Example Team"."""
    return pieces[i].text == "The" and i + 1 < len(pieces) and _goes_on(pieces[i + 1])


def _leads(pieces: list[Piece], i: int) -> bool:
    """Whether a letter is the initial of the name behind it, "R Example", and no "A" that begins a sentence."""
    first = pieces[i]
    return _initial(first) and first.low != "a" and i + 1 < len(pieces) and _goes_on(pieces[i + 1])


def _capitals(segment: Segment, i: int) -> int:
    """Where the run of capitals that begins at `i` ends."""
    pieces, joiners, end, j = segment.pieces, slots()["inside"]["joiners"], i + 1, i + 1
    while j < len(pieces) and end - i < LONGEST:
        piece = pieces[j]
        if (_goes_on(piece) and not (segment.titled and piece.tags & _CLAIMS)) or (j == end and _numbers(pieces, j)):
            end = j = j + 1
        elif piece.low in joiners and j - end < 2:
            j += 1
        elif piece.text == "," and j == end and (_of_law(pieces, j + 1) or (j == i + 1 and _partners(pieces, j + 1))):
            end = j = j + 2
        else:
            break
    return end


def _of_law(pieces: list[Piece], j: int) -> bool:
    """Whether behind a comma stands the "Inc" of "Example, Inc."."""
    return j < len(pieces) and pieces[j].large and pieces[j].low in slots()["inside"]["dotted"]


def _partners(pieces: list[Piece], j: int) -> bool:
    """Whether a name of partners goes on behind a comma: "Sample, Example & Sons", of one word each."""
    named, joint, last = pieces[j : j + 1], pieces[j + 1 : j + 2], pieces[j + 2 : j + 3]
    return bool(last) and _goes_on(named[0]) and joint[0].low in ("&", "and") and _goes_on(last[0])


def _goes_on(piece: Piece) -> bool:
    return piece.large and (piece.rank != FUNCTION or piece.text in slots()["inside"]["codes"] or _initial(piece))


def _initial(piece: Piece) -> bool:
    """The letter of "R Example" and "Example R"; "I" is somebody else."""
    return piece.large and len(piece.text) == 1 and piece.low != "i"


def _numbers(pieces: list[Piece], j: int) -> bool:
    """Whether a number belongs to the name before it: "Example 88", and not "Example 88 rejected"."""
    piece, after = pieces[j], pieces[j + 1] if j + 1 < len(pieces) else None
    counts = after is not None and (after.tags & _CLAIMS or after.low in ("of", "/", "%", "x", "out"))
    return piece.low.isdigit() and len(piece.low) < 4 and not counts


def _variants(segment: Segment, i: int, stop: int) -> Iterator[Span]:
    """The run itself, and what is left of it where it may have begun or ended by chance."""
    pieces = segment.pieces
    yield Span(i, stop, "run")
    if stop < len(pieces) and pieces[stop].low in slots()["inside"]["nouns"] and not pieces[stop - 1].possessive:
        yield Span(i, stop + 1, "with its noun")
    if stop > i + 1 and _initial(pieces[stop - 1]):
        yield Span(i, stop - 1, "less")
    for j in range(i + 1, min(stop, i + 4)):
        if pieces[j - 1].rank == RARE or pieces[j - 1].low.endswith((".", "'s")):
            break
        if pieces[j].large:
            yield Span(j, stop, "rest")
    shorter = segment.titled or pieces[stop - 1].low.isdigit() or pieces[stop - 1].low in slots()["behind"]["theirs"]
    if stop > i + 1 and shorter and pieces[stop - 2].low not in slots()["inside"]["joiners"]:
        yield Span(i, stop - 1, "less")
    yield from _parts(pieces, i, stop)


def _parts(pieces: list[Piece], i: int, stop: int) -> Iterator[Span]:
    """ "Example's Trains" may be Example, "Example and Sample" two names, "the Example" one with or without."""
    inside = slots()["inside"]
    for j in range(i + 1, stop):
        if pieces[j - 1].possessive:
            yield Span(i, j, "owner")
            return
        if pieces[j].low in inside["parting"]:
            behind = next((k for k in range(j + 1, stop) if pieces[k].low not in inside["joiners"]), stop)
            yield Span(i, j, "part")
            if behind < stop:
                yield Span(behind, stop, "part")
            return


def _rare(segment: Segment, i: int) -> int:
    """Where the rare words and nouns of institutes that begin at `i` end; a word like "acme_labs" stands alone."""
    pieces, nouns, stop = segment.pieces, slots()["inside"]["nouns"], i + 1
    if _coined(pieces[i]):
        return stop
    while stop < len(pieces) and stop - i < 4:
        piece = pieces[stop]
        if _alike(segment, piece) and not piece.tags & _CLAIMS and (piece.rank == RARE or piece.low in nouns):
            stop += 1
        elif piece.low in _LINKS and stop + 1 < len(pieces) and _alike(segment, pieces[stop + 1]):
            if pieces[stop + 1].rank != RARE and piece.low != "&":
                break
            stop += 2
        else:
            break
    return stop


def _rarities(pieces: list[Piece], i: int, stop: int) -> Iterator[Span]:
    """A run of rare words, with the initials before it, with the letter behind it, and its parts."""
    yield Span(i, stop, "rare")
    if i and _INITIALS.fullmatch(pieces[i - 1].low):
        yield Span(i - 1, stop, "with initials")
    if stop < len(pieces) and len(pieces[stop].text) == 1 and pieces[stop].low.isalpha():
        yield Span(i, stop + 1, "with a letter")
    if stop > i + 1:
        yield from (Span(j, j + 1, "rare") for j in range(i, stop) if pieces[j].rank == RARE)
    yield from (Span(i, j, "rare, less") for j in range(i + 2, stop))


def _alike(segment: Segment, piece: Piece) -> bool:
    return piece.kind == "word" and (segment.plain or not piece.large) and not _coined(piece)


def _coined(piece: Piece) -> bool:
    """Whether a word is made like a handle: with an underscore, a digit, or a dot inside."""
    return not piece.low.isalpha() and any(ch in "_.0123456789" for ch in piece.low)


def _announced(segment: Segment) -> Iterator[Span]:
    """Words of any sort where a name is announced: "requester moth and lantern", "the moth and lantern one"."""
    pieces, announcing = segment.pieces, _announcing()[segment.plain]
    for i in [i for i, piece in enumerate(pieces[:-1], 1) if piece.low in announcing]:
        before = pieces[i - 1]
        if before.kind == "stop":
            if before.text in _OPENING and (i == 1 or segment.end(i - 2) < segment.starts[i - 1]):
                yield from _quoted(pieces, i)
        elif before.low == "the":
            within = range(i + 2, min(_phrase(pieces, i) + 1, len(pieces)))
            stop = next((j for j in within if pieces[j].low in slots()["small"]["ones"]), None)
            if stop is not None:
                yield Span(i, stop, "slot")
        else:
            yield from _slot(pieces, i)


@cache
def _announcing() -> tuple[frozenset[str], frozenset[str]]:
    """What stands before an announced name, where capitals say something and where they do not."""
    marks = {"the", *map(folded, _OPENING)}
    callers = slots()["before"]["caller"] | marks
    return callers, callers | slots()["small"]["introducers"]


def _slot(pieces: list[Piece], i: int) -> Iterator[Span]:
    first, copulas = i, slots()["small"]["copulas"]
    while first < len(pieces) and (pieces[first].text in _MARKS or pieces[first].low in copulas) and first - i < 4:
        first += 1
    stop = _phrase(pieces, first)
    if stop - first > 1 or (stop > first and pieces[first].rank < RARE):
        yield Span(first, stop, "slot")


def _quoted(pieces: list[Piece], i: int) -> Iterator[Span]:
    """A few words in quotation marks or brackets."""
    for stop in range(i + 1, min(i + _LONGEST_QUOTED + 1, len(pieces))):
        if pieces[stop].text in _CLOSING:
            if not any(piece.kind != "word" or piece.tags & _CLAIMS for piece in pieces[i:stop]):
                yield Span(i, stop, "quoted")
            return


def _subject(pieces: list[Piece]) -> Iterator[Span]:
    """The first words of a sentence in small letters, or behind a comma, where it goes on as after its subject."""
    adverbs, auxiliary = slots()["small"]["adverbs"], slots()["small"]["auxiliary"]
    for first in (0, *[i for i, piece in enumerate(pieces, 1) if piece.text in _BREAKS]):
        end = _phrase(pieces, first)
        stop = next((j for j in range(first + 1, end) if pieces[j].low in adverbs), end)
        if first < stop < len(pieces) and (stop > first + 1 or pieces[first].rank < RARE):
            after = pieces[stop]
            if after.low in auxiliary or after.tags & _CLAIMS or after.text in "-=:":
                yield Span(first, stop, "subject")


def _institutes(pieces: list[Piece]) -> Iterator[Span]:
    """Runs that end in a noun of institutes, where capitals say nothing: "ME EXAMPLE DATA INC ARE YOU"."""
    nouns = slots()["inside"]["nouns"]
    for i in range(1, len(pieces)):
        if pieces[i].low in nouns:
            first = i
            while first and i - first < 3 and pieces[first - 1].rank != FUNCTION:
                first -= 1
            if first < i:
                yield Span(first, i + 1, "institute")


def _phrase(pieces: list[Piece], first: int) -> int:
    """Where words that may be one name end: before a function word, a claim, a stop, or where capitals change."""
    j, large = first, first < len(pieces) and pieces[first].large
    while j < len(pieces) and j - first < _LONGEST_SMALL:
        piece = pieces[j]
        if piece.rank and piece.large == large and not piece.tags & _CLAIMS:
            j += 1
            if piece.possessive:
                break
        elif j > first and piece.low in _LINKS and j + 1 < len(pieces) and pieces[j + 1].rank:
            j += 2
        else:
            break
    return j
