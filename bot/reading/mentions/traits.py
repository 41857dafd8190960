"""What speaks for a run of words being a requester's name, trait by trait, each with a name that a person can read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from bot.model import Origin
from bot.reading.mentions.pieces import OTHERS, RARE, Piece, Segment, slots
from bot.reading.mentions.spans import Span
from bot.reading.words import word_set

_QUOTES = frozenset("\"'“”‘’*_~`[](")
_ARTICLES = word_set("the a an this that these el la los las o os as um uma un una another new")
_TOLD = word_set("rej reverse approve work neg ask mine all fear hypo workers contrary promise warn now most some")
_SOURCES = frozenset(("before=by", "before=from", "before=por", "before=pelo", "before=pela"))
# What says of words of any make that they are a name: "Requester: Example", "by Example", "Example rejected".
_TELLING_SLOTS = frozenset(("slot:caller", "slot:source", "slot:cursed", "rejects at once"))
_OF_WORK = frozenset(("work", "rej", "approve", "verdict", "taken", "reverse", "promise", "mine", "assent"))
_ANSWERS = frozenset(("reverse", "promise"))  # "X said they'll reverse them": who may say so gave the work
_NEWS = ("new", "another", "more")
_AHEAD = 5  # pieces in which a rejection belongs to the name before it
_MARKS = (("&", "and sign"), ("_", "underscore"), (".", "dot"), ("-", "hyphen"), (" and ", "and"), (" of ", "of"),
          (" at ", "at"), ("'", "apostrophe"), ("@", "at sign"), ("/", "slash"))  # fmt: skip


def written(segment: Segment, span: Span, text: str) -> str:
    """The words of a span as the passage writes them, without a possessive, with the dot of "Inc."."""
    last = segment.pieces[span.stop - 1]
    end = segment.end(span.stop - 1)
    name = text[segment.starts[span.first] : end]
    if last.low in slots()["inside"]["dotted"] and text[end : end + 1] == ".":
        return name + "."
    if name.endswith(("'s", "’s", "'S")):
        return name[:-2]
    return name[:-1] if name.endswith(("'", "’")) else name


def place_traits(segment: Segment, span: Span, name: str) -> set[str]:
    """What a name and its place say."""
    pieces, (first, stop, way) = segment.pieces, span
    words = [piece for piece in pieces[first:stop] if piece.kind == "word"]
    made = _made(pieces, first, words)
    starts = made.endswith("first")
    traits = {"way:" + way, "made:" + made, *_words(words, name, starts=starts)}
    around = {*_before(pieces, first), *_behind(pieces, stop)}
    traits |= around
    if any(trait[:5] == "slot:" for trait in around) or "possessive" in around:
        traits.add("slot for " + made)
    traits |= {f"{trait} for {made}" for trait in around & _TELLING_SLOTS}
    if len(words) > 1 and words[0].low in _NEWS and "slot:theirs" in around:
        traits.add("new work of somebody")  # "New Example study is up": of Example
    if segment.titled:
        traits |= {"in a line of capitals", "in a line of capitals, " + made}
    if segment.shouted:
        traits.add("shouted")
    if "slot:says" in around and any(_ANSWERS & piece.tags for piece in pieces[stop:]):
        traits.add("answers for it")
    rejections = [i for i, piece in enumerate(pieces) if "rej" in piece.tags]
    if rejections:
        traits.add("rejection behind" if rejections[-1] > first else "rejection before")
        if around & _SOURCES and rejections[0] < first:
            traits.add("rejected by")
    return traits


def _made(pieces: Sequence[Piece], first: int, words: list[Piece]) -> str:
    """How a name is made, in short: its capitals, its rare words, how many they are, whether it begins the sentence."""
    n = len(words)
    capitals, rare = sum([word.large for word in words]), sum([word.rank == RARE for word in words])
    cased = "Large" if capitals == n else "Mixed" if capitals else "small"
    told = "rare" if rare == n else "some rare" if rare else "common"
    starts = not any(piece.kind == "word" for piece in pieces[:first])
    return f"{min(n, 3)} {cased} {told} {'first' if starts else 'inside'}"


def _words(words: list[Piece], name: str, *, starts: bool) -> Iterator[str]:
    n = len(words)
    ranks = [word.rank for word in words]
    if OTHERS in ranks:
        yield "names others:" + ("1" if n == 1 else "n")
    if [word for word in words if "rej" in word.tags]:
        yield "holds a rejection"
    if words[-1].rank < RARE:
        yield ("last=" if n > 1 else "is=") + words[-1].low
    if n > 1 and words[0].rank < RARE:
        yield "first=" + words[0].low
        if words[0].low in slots()["leading"]["times"]:
            yield "begins with a time"
        if starts:
            yield "begins common then " + ("rare" if words[1].rank == RARE else "common")
            if words[0].low == "the":
                yield "begins with The"
    if words[-1].low in slots()["inside"]["nouns"]:
        yield "ends like a name"
    if n == 1 and len(name) < 5:
        yield f"length:{len(name)}"
    yield from _letters(words, name)


def _letters(words: list[Piece], name: str) -> Iterator[str]:
    tails = [word.text[1:] for word in words]
    if [word for word in words if len(word.text) > 1 and word.text.isupper()]:
        yield "acronym"
    elif [tail for tail in tails if tail != tail.lower()]:
        yield "capital inside"
    if not name.isalpha():
        yield from [trait for mark, trait in _MARKS if mark in name]
        if any(map(str.isdigit, name)):
            yield "digit"
    if words[0].text[1:] == ".":
        yield "initial"
    core = words[0].low[1:-1]
    if len(words) == 1 and ("_" in core or "." in core) and not core.replace(".", "").isdigit():
        yield "made like a handle"


def _before(pieces: Sequence[Piece], first: int) -> Iterator[str]:
    i = first - 1
    while i >= 0 and (pieces[i].text in _QUOTES or (i and pieces[i].text == ":" and _calls(pieces[i - 1]))):
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
    yield from _slots_of("before", piece)
    if piece.kind == "word" and piece.large and i == first - 1:
        yield "before:capital" if i else "before:capital, first"  # "Block Example": every sentence begins with one
    if i:
        yield "before2=" + pieces[i - 1].low


def _calls(piece: Piece) -> bool:
    return piece.low in slots()["before"]["caller"]


def _behind(pieces: Sequence[Piece], stop: int) -> Iterator[str]:
    if pieces[stop - 1].possessive:
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
    yield from _slots_of("behind", piece)
    if i == stop and piece.kind == "word":
        yield from _close(piece)
        if {"rej", "past"} <= piece.tags or "verdict" in piece.tags:
            yield "rejects at once"
    if i + 1 < len(pieces):
        yield "behind2=" + pieces[i + 1].low
    if _rejects(pieces, i):
        yield "rejects"


def _slots_of(table: str, piece: Piece) -> Iterator[str]:
    yield from _slots(table).get(piece.low, ())
    if table == "behind" and piece.low.endswith("ed"):
        yield "slot:acts"
    if piece.tags:
        yield from [f"{table}#{tag}" for tag in piece.tags & _TOLD]


@cache
def _slots(table: str) -> dict[str, tuple[str, ...]]:
    """The traits of the words of a table of slots.toml: the lists they stand in."""
    found: dict[str, tuple[str, ...]] = {}
    for name, words in slots()[table].items():
        for word in words:
            found[word] = (*found.get(word, ()), f"slot:{name}")
    return found


def _close(piece: Piece) -> Iterator[str]:
    """What the word right behind says of where the name ends."""
    if piece.large:
        yield "behind:capital"
    if piece.rank == RARE:
        yield "behind:rare"


def _rejects(pieces: Sequence[Piece], i: int) -> bool:
    """Whether a rejection, or one taken back, follows before the next stop."""
    for piece in pieces[i : i + _AHEAD]:
        if "rej" in piece.tags or "reverse" in piece.tags:
            return True
        if piece.text in ".,;:!?":
            return False
    return False


def relate(found: Mapping[str, tuple[Origin, set[str]]], small: set[str]) -> None:
    """Adds what the names of a post say of each other, and which of them also stand in it in small letters."""
    for part, (origin, traits) in found.items():
        if part in small:
            traits.add("also in small letters")
        for whole, (other, others) in found.items():
            if len(part) < len(whole) and part in whole and f" {part} " in f" {whole} ":
                away = " elsewhere" if origin is not other else ""
                traits.add("part of a longer" + away)
                others.add("holds a shorter" + away)


def parent_traits(
    found: Mapping[str, set[str]], parents: Sequence[str], said: set[str], meant: set[str], n_words: int
) -> set[str]:
    """Adds to the names what the parent's names say of them; the traits of the parent's first, if it is not named."""
    known = [name.casefold() for name in parents]
    short = [_initials(name) for name in known if " " in name]
    for name, traits in found.items():
        if name in known:
            traits.add("parent names it first" if name == known[0] else "parent names it")
        elif any(f" {name} " in f" {full} " for full in known):
            traits.add("parent names it in full")
        elif name.replace("&", "").replace(".", "") in short:
            traits.add("initials of the parent's")
        else:
            traits.add("parent names another")
    if known[0] in found:
        return set()
    long = "1-12" if n_words < 13 else "13-30" if n_words < 31 else "more"
    pointing = slots()["parent"]["pointing"] & said
    only = {"parent only", f"parent only, words:{long}", *(f"parent only, says {word}" for word in pointing)}
    if meant.isdisjoint(_OF_WORK):
        only.add("parent only, tells of no work")
    return only | {f"parent only, means {tag}" for tag in meant if tag[0] != "="}


def _initials(name: str) -> str:
    return "".join(word[0] for word in re.findall(r"[^\W_]{1,60}", name) if word not in ("and", "of", "the"))


def silence_traits(meant: set[str], n_words: int, *, answers: bool) -> set[str]:
    """What speaks for a post that names nobody."""
    traits = {f"nobody, means {tag}" for tag in meant if tag[0] != "="} | {"nobody"}
    if answers:
        traits.add("nobody, answers")
    if n_words < 13:
        traits.add("nobody, short")
    elif n_words > 80:
        traits.add("nobody, long")
    return traits
