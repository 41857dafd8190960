"""What speaks for a run of words being a requester's name, trait by trait, each with a name that a person can read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.model import Origin
from bot.reading.spans import OTHERS, RARE, Piece, Segment, Span

_QUOTES = frozenset("\"'“”‘’*_~`[](")
_ARTICLES = frozenset(
    [
        "the",
        "a",
        "an",
        "this",
        "that",
        "these",
        "el",
        "la",
        "los",
        "las",
        "o",
        "os",
        "as",
        "um",
        "uma",
        "un",
        "una",
        "another",
        "new",
    ]
)
_TOLD = frozenset(
    (
        "rej",
        "reverse",
        "approve",
        "work",
        "neg",
        "ask",
        "mine",
        "all",
        "fear",
        "hypo",
        "workers",
        "contrary",
        "promise",
        "warn",
        "now",
        "most",
        "some",
    )
)
_AHEAD = 5  # pieces in which a rejection belongs to the name before it


def written(segment: Segment, span: Span, text: str) -> str:
    """The words of a span as the passage writes them, without a possessive."""
    name = text[segment.pieces[span.first].start : segment.pieces[span.stop - 1].end]
    if name.endswith(("'s", "’s", "'S")):
        return name[:-2]
    return name[:-1] if name.endswith(("'", "’")) else name


_BEFORE_A_NAME = {
    word: group
    for group, words in {
        "source": "from by for with at de da do para pra por pelo pela com con via se ne",
        "about": "about avoid of on to against re asking ask contacted emailed messaged did do doing done tried asked "
        "contact email message wrote writing like sobre trust told than does beware between versus vs and or",
        "caller": "requester requestor req researcher customer client named called name requester's investigador",
    }.items()
    for word in words.split()
}
_BEHIND_A_NAME = {
    word: group
    for group, words in {
        "aux": "has have had is are was were just did does do will won't hasn't didn't haven't would can could never "
        "still always also finally now only ha han ne se me tá está",
        "says": "said says wrote writes replied answered responded promised promises told tells sent sends claims "
        "claimed asked asks apologised apologized admitted agreed",
        "acts": "paid pays took takes gave gives turned threw wiped killed binned struck cut sent put let went came "
        "got gets keeps kept did does wants want rejects refuses approves approved declined refused rejected mass",
        "of theirs": "study studies batch batches hit hits survey surveys project projects pool pools task tasks job "
        "jobs one ones thing texts work stuff sessions mess people guy folks team",
    }.items()
    for word in words.split()
}


def place_traits(segment: Segment, span: Span, name: str) -> Iterator[str]:
    """What the place of a name says."""
    pieces, (first, stop, way) = segment.pieces, span
    yield "way:" + way
    yield from _shape(pieces, first, stop, name)
    about = [*_before(pieces, first), *_behind(pieces, stop)]
    yield from about
    if any(trait in _SLOTS for trait in about):
        yield "slot for " + ("capitals" if pieces[first].text[0].isupper() else "small letters")
    if segment.titled:
        yield "in a line of capitals"
    if not segment.cased:
        yield "shouted"
    told = [piece for piece in pieces if piece.tags]
    rej = [piece.start for piece in told if "rej" in piece.tags]
    if rej:
        yield "rejection beside"
        at = pieces[first].start
        if any(start > at for start in rej):
            yield "rejection behind"
        if any(start < at for start in rej):
            yield "rejection before"


_SLOTS = frozenset(
    ("slot:source", "slot:about", "slot:caller", "slot:aux", "slot:says", "slot:acts", "slot:of theirs", "possessive")
)


def _shape(pieces: Sequence[Piece], first: int, stop: int, name: str) -> Iterator[str]:
    words = [piece for piece in pieces[first:stop] if piece.kind == "word"]
    n = len(words)
    rare = sum(1 for word in words if word.rank == RARE)
    yield f"words:{min(n, 4)}"
    yield "rare:" + ("all" if rare == n else "some" if rare else "none") + (":1" if n == 1 else ":n")
    starts = first == 0 or all(piece.kind != "word" for piece in pieces[:first])
    if starts:
        yield "starts" + (":1" if n == 1 else ":n") + ":" + str(words[0].rank)
    if any(word.rank == OTHERS for word in words):
        yield "names others:" + ("1" if n == 1 else "n")
    for word in words:
        if "rej" in word.tags:
            yield "holds a rejection"
    if n > 1:
        if words[-1].rank < RARE:
            yield "last=" + words[-1].low
        if words[0].rank < RARE:
            yield "first=" + words[0].low
    elif words[0].rank < RARE:
        yield "is=" + words[0].low
    caps = sum(1 for word in words if word.text[0].isupper())
    cap = "all" if caps == n else "some" if caps else "none"
    yield "capitals:" + cap
    yield f"made:{cap}:{min(n, 3)}:{'all' if rare == n else 'some' if rare else 'none'}:{'starts' if starts else 'inside'}"
    if n == 1 and len(name) < 5:
        yield f"length:{len(name)}"
    if any(len(word.text) > 1 and word.text.isupper() for word in words):
        yield "acronym"
    elif any(any(ch.isupper() for ch in word.text[1:]) for word in words):
        yield "capital inside"
    for mark, trait in _MARKS:
        if mark in name:
            yield trait
    if any(ch.isdigit() for ch in name):
        yield "digit"
    if len(words[0].text) == 2 and words[0].text[1] == ".":
        yield "initial"


_MARKS = (("&", "and sign"), ("_", "underscore"), (".", "dot"), ("-", "hyphen"), (" and ", "and"), (" of ", "of"),
          ("'", "apostrophe"), ("@", "at sign"), ("/", "slash"))  # fmt: skip


def _before(pieces: Sequence[Piece], first: int) -> Iterator[str]:
    i = first - 1
    while i >= 0 and pieces[i].text in _QUOTES:
        i -= 1
    if i < first - 1:
        yield "marked before"
    if i >= 0 and pieces[i].low in _ARTICLES:
        yield "article=" + pieces[i].low
        i -= 1
    if i < 0:
        yield "before:nothing"
        return
    piece = pieces[i]
    yield "before=" + piece.low
    if piece.low in _BEFORE_A_NAME:
        yield "slot:" + _BEFORE_A_NAME[piece.low]
    for tag in piece.tags & _TOLD:
        yield "before#" + tag
    if piece.kind == "word" and piece.text[0].isupper() and i == first - 1:
        yield "before:capital"
    if piece.kind == "stop" and i and pieces[i - 1].kind == "word":
        yield "before2=" + pieces[i - 1].low
    if piece.kind == "word" and i:
        yield f"before2={pieces[i - 1].low}"


def _behind(pieces: Sequence[Piece], stop: int) -> Iterator[str]:
    if pieces[stop - 1].low.endswith(("'s", "’s")):
        yield "possessive"
    i = stop
    while i < len(pieces) and pieces[i].text in _QUOTES:
        i += 1
    if i > stop:
        yield "marked behind"
    if i >= len(pieces):
        yield "behind:nothing"
        return
    piece = pieces[i]
    yield "behind=" + piece.low
    if piece.low in _BEHIND_A_NAME:
        yield "slot:" + _BEHIND_A_NAME[piece.low]
    elif piece.low.endswith("ed"):
        yield "slot:acts"
    for tag in piece.tags & _TOLD:
        yield "behind#" + tag
    if piece.kind == "word" and piece.text[0].isupper() and i == stop:
        yield "behind:capital"
    if piece.kind == "word" and piece.rank == RARE and i == stop:
        yield "behind:rare"
    if i + 1 < len(pieces):
        yield "behind2=" + pieces[i + 1].low
    for piece in pieces[i : i + _AHEAD]:
        if "rej" in piece.tags or "reverse" in piece.tags:
            yield "rejects"
            break
        if piece.kind == "stop" and piece.text in ".,;:!?":
            break


def relate(found: Mapping[str, tuple[Origin, set[str]]]) -> None:
    """Adds what the names of a post say of each other: which is a part of which."""
    for part, (origin, traits) in found.items():
        for whole, (other, others) in found.items():
            if len(part) < len(whole) and part in whole and f" {part} " in f" {whole} ":
                traits.add("part of a longer")
                others.add("holds a shorter")
                if origin is not other:
                    traits.add("part of a longer elsewhere")
                    others.add("holds a shorter elsewhere")


def parent_traits(
    found: Mapping[str, set[str]], parents: Sequence[str], said: set[str], meant: set[str], n_words: int
) -> set[str]:
    """Adds to the names what the parent's names say of them; the traits of the parent's first, if it is not named."""
    known = [name.casefold() for name in parents]
    for name, traits in found.items():
        if name in known:
            traits.add("parent names it first" if name == known[0] else "parent names it")
        elif any(f" {name} " in f" {full} " for full in known):
            traits.add("parent names it in full")
        elif name.replace("&", "").replace(".", "") in [_initials(full) for full in known if " " in full]:
            traits.add("initials of the parent's")
        else:
            traits.add("parent names another")
    if known[0] in found:
        return set()
    long = "1-12" if n_words < 13 else "13-30" if n_words < 31 else "more"
    only = {"parent only", f"parent only, words:{long}", *(f"parent only, says {word}" for word in said & _POINTING)}
    only |= {f"parent only, means {tag}" for tag in meant if tag[0] != "="}
    if found:
        only.add("parent only, but others")
    return only


_POINTING = frozenset(["they", "them", "their", "theirs", "they're", "they've", "he", "she", "him", "his", "her", "it", "its", "it's", "that", "this", "those", "these", "same", "mine", "too", "?", "you", "your", "anyone", "still"])  # fmt: skip


def _initials(name: str) -> str:
    return "".join(word[0] for word in re.findall(r"[^\W_]{1,60}", name) if word not in ("and", "of", "the"))


def silence_traits(meant: set[str], n_words: int, *, shown: bool, answers: bool) -> set[str]:
    """What speaks for a post that names nobody."""
    traits = {"nobody"}
    if shown:
        traits.add("nobody, export")
    if answers:
        traits.add("nobody, answers")
    if n_words < 13:
        traits.add("nobody, short")
    if n_words > 80:
        traits.add("nobody, long")
    traits |= {f"nobody, means {tag}" for tag in ("rej", "mine", "work", "requester", "reverse") if tag in meant}
    return traits
