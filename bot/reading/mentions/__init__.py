"""Who is named: weighs every run of words that may be a requester's name, and decides for one, for several or none.

The weights (names.tsv) and the ordinary words (ordinary.txt) are learnt from data/corpus/training; how and with which
command is said in bot/evaluation/namelearn.py.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from bot.model import Mention, Origin
from bot.platforms import Link, Platforms
from bot.reading.mentions.pieces import ORDINARY, Lore, Piece, Segment, known_words, segments
from bot.reading.mentions.spans import Span, spans
from bot.reading.mentions.traits import parent_traits, place_traits, relate, silence_traits, written
from bot.reading.text import Passage

MOST = 40  # names considered in one post: its time stays linear, whatever it holds
_BESIDE, _NEAR = 1.0, 6.0  # by which a second one must be likelier than nobody, and may be less likely than the first
_LOWEST = -30.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where a requester is named: how surely, where in the passage, and whether it is who rejects."""

    mention: Mention
    score: float
    start: int
    end: int
    agent: bool = False


@dataclass(slots=True)
class Entity:
    """What may be one requester: as first written, everywhere it stands, and what speaks for it."""

    mention: Mention
    traits: set[str] = field(default_factory=set)
    places: list[tuple[int, int, int, bool]] = field(default_factory=list)  # passage, start, end, agent


@dataclass(frozen=True, slots=True)
class Names:
    """What was learnt: the weight of each trait (log-odds), and what is known of words."""

    weights: Mapping[str, float]
    lore: Lore

    def score(self, traits: Iterable[str]) -> float:
        """How strongly these traits speak for a name."""
        return math.fsum(filter(None, map(self.weights.get, traits)))  # the same in whichever order


@cache
def shipped() -> Names:
    """The weights and words that come with the program."""
    folder = files("bot.reading.mentions")
    lines = folder.joinpath("names.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and line[0] != "#"]
    text = folder.joinpath("ordinary.txt").read_text("utf-8")
    words = " ".join(line for line in text.splitlines() if line[:1] != "#").split()
    known = dict.fromkeys(words, ORDINARY) | known_words()
    return Names({trait: float(weight) for weight, trait in rows}, Lore(known))


@dataclass(frozen=True, slots=True)
class Named:
    """The requesters that a post names, the one it is about first, and all places where they stand."""

    mentions: tuple[Mention, ...] = ()
    places: tuple[tuple[int, Candidate], ...] = ()

    def within(self, passage: int, start: int, end: int) -> list[Candidate]:
        """The candidates that stand in a part of a passage, in order."""
        found = [each for number, each in self.places if number == passage and start <= each.start < end]
        return sorted(found, key=lambda each: each.start)


# "Example's Reading Study" is the work; whose it is, another run of the same words says.
_WORK_OF_SOMEBODY = re.compile(
    r"['’]s [^\n]{0,80}\b(?:check|study|survey|task|test|quiz|batch|project|pool|questionnaire|experiment)s?$",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_OWN_ID = frozenset(("worker", "workerid", "my", "mine", "turker"))  # before an id: it is the writer's
_OWN_BEFORE = 4  # words


class Namer:
    """Finds the requesters that one post names. `linked` and `shown` say what the marks in its text stand for."""

    def __init__(
        self, platforms: Platforms, linked: Mapping[int, Link], shown: Mapping[int, Mention], names: Names | None = None
    ) -> None:
        self.platforms, self.linked, self.shown = platforms, linked, shown
        self.names = names or shipped()

    def name(self, passages: Sequence[Passage], parents: Sequence[Mention] = ()) -> Named:
        """The requesters named in these passages, or, where they name none and answer somebody, in the parent."""
        entities, silence = self.weigh(passages, parents)
        scored = sorted(((self.names.score(e.traits), n) for n, e in enumerate(entities)), key=lambda each: -each[0])
        nobody = self.names.score(silence)
        if not scored or _sum([score for score, _ in scored]) <= nobody:
            return Named()
        least = max(nobody + _BESIDE, scored[0][0] - _NEAR)
        others = [(score - nobody, entities[n]) for score, n in scored[1:] if score > least]
        return _apart([(scored[0][0] - nobody, entities[scored[0][1]]), *others])

    def weigh(self, passages: Sequence[Passage], parents: Sequence[Mention] = ()) -> tuple[list[Entity], set[str]]:
        """All that may be named, each with its traits, and the traits of a post that names nobody."""
        post = _Gathered()
        for number, passage in enumerate(passages):
            for segment in segments(passage.text, self.names.lore, number):
                if passage.origin is not Origin.QUOTE:
                    post.heard += segment.pieces
                self._gather(post, passage, segment)
        found, said = post.entities, post.said()
        small = said.small - {key for key, entity in found.items() if entity.mention.text == key}
        relate({key: (entity.mention.origin, entity.traits) for key, entity in found.items()}, small)
        known = [mention.text for mention in parents]
        if known:
            traits = {key: entity.traits for key, entity in found.items()}
            of_parent = parent_traits(traits, known, said.words, said.meant, said.n)
            if of_parent:
                post.entity(replace(parents[0], origin=Origin.PARENT)).traits |= of_parent
        silence = silence_traits(said.meant, said.n, answers=bool(known))
        return list(found.values()), silence

    def _gather(self, post: _Gathered, passage: Passage, segment: Segment) -> None:
        pieces, found = segment.pieces, list[Span]()
        if len(post.entities) < MOST:
            found = list(spans(segment))
            for span in found:
                self._take(post, passage, segment, span)
        for at, piece in enumerate(pieces):
            if piece.kind == "mark":
                self._mark(post, passage, segment, at, found)

    def _take(self, post: _Gathered, passage: Passage, segment: Segment, span: Span) -> None:
        text = written(segment, span, passage.text)
        behind = segment.pieces[span.stop].text if span.stop < len(segment.pieces) else ""
        if len(text.rstrip(".")) < 2:
            return
        traits = place_traits(segment, span, text)
        if ("'" in text or "’" in text) and _is_work(text, behind):
            traits.add("somebody's work")
        account = self._account(text)
        if account and (_owned(segment, span) or not traits & _SAID_OF_REQUESTERS):
            return  # a bare id may be a worker's own
        key = account or self._bracketed(segment, span.stop)
        entity = post.entity(Mention(text=text, account_key=key, origin=passage.origin))
        first = segment.starts[span.first]
        if any((number, start) != (segment.place, first) for number, start, _, _ in entity.places):
            entity.traits.add("again")
        entity.traits |= traits
        entity.traits.add("in " + passage.origin.value)
        if key:
            entity.traits.add("id")
        agent = not _REJECTING.isdisjoint(traits)
        entity.places.append((segment.place, first, segment.end(span.stop - 1), agent))

    def _mark(self, post: _Gathered, passage: Passage, segment: Segment, at: int, found: list[Span]) -> None:
        """What a mark stands for: an export, or a link to a requester, whose label may be the name."""
        piece = segment.pieces[at]
        number = int(piece.text[1:-1])
        link = self.linked.get(number)
        if number in self.shown:
            entity = post.entity(self.shown[number])
            entity.mention = self.shown[number]
            entity.traits |= {"export", "export in " + passage.origin.value}
            if len(self.shown) > 1:
                entity.traits.add("one of several exports")
            if any("rej" in each.tags for each in segment.pieces):
                entity.traits.add("rejection beside export")
        elif link is not None and link.account_key is not None:
            label = next((span for span in found if span.stop == at), None)
            text = written(segment, label, passage.text) if label else link.account_key
            mention = Mention(text=text, account_key=link.account_key, origin=Origin.LINK, platform=link.platform)
            entity = post.entity(mention)
            entity.mention = mention
            entity.traits.add("link")
        else:
            return
        entity.places.append((segment.place, segment.starts[at], segment.end(at), False))

    def _account(self, text: str) -> str | None:
        if len(text) < 8 or not _DIGIT.search(text):
            return None
        return next((key for platform in self.platforms if (key := platform.account_key(text))), None)

    def _bracketed(self, segment: Segment, at: int) -> str | None:
        """The id in brackets behind a name."""
        pieces = segment.pieces
        if at + 2 < len(pieces) and pieces[at].text in ("[", "(") and pieces[at + 2].text in ("]", ")"):
            return self._account(pieces[at + 1].text)
        return None


_REJECTING = frozenset(("rejects", "rejected by"))
_SAID_OF_REQUESTERS = frozenset(("slot:caller", "slot:source", "rejects"))


class _Said(NamedTuple):
    """What the author of a post says: the words, those in small letters, their meanings, how many they are."""

    words: set[str]
    small: set[str]
    meant: set[str]
    n: int


@dataclass(slots=True)
class _Gathered:
    """What was found in a post: who may be named, and all that its author says."""

    entities: dict[str, Entity] = field(default_factory=dict)
    heard: list[Piece] = field(default_factory=list)

    def said(self) -> _Said:
        words = [piece for piece in self.heard if piece.kind == "word"]
        return _Said(
            {piece.low for piece in self.heard},
            {word.low for word in words if not word.large},
            set[str]().union(*[word.tags for word in words if word.tags]),
            len(words),
        )

    def entity(self, mention: Mention) -> Entity:
        key = mention.text.casefold()
        entity = self.entities.get(key)
        if entity is None:
            order = ("first", "second", "later")[min(len(self.entities), 2)]
            entity = self.entities[key] = Entity(mention, {order})
        elif mention.account_key and not entity.mention.account_key:
            entity.mention = replace(entity.mention, account_key=mention.account_key)
        return entity


def _owned(segment: Segment, span: Span) -> bool:
    before = segment.pieces[max(0, span.first - _OWN_BEFORE) : span.first]
    return not _OWN_ID.isdisjoint([piece.low for piece in before])


def _is_work(text: str, behind: str) -> bool:
    """Whether a name, alone or with the word behind it, is what a piece of somebody's work is called."""
    return bool(_WORK_OF_SOMEBODY.search(text) or _WORK_OF_SOMEBODY.search(f"{text} {behind}"))


def _sum(scores: list[float]) -> float:
    """The score of any of these at all."""
    most = max(scores)
    return most + math.log(sum(math.exp(max(score - most, _LOWEST)) for score in scores))


def _apart(chosen: list[tuple[float, Entity]]) -> Named:
    """The chosen, the surest first, without what only stands inside a surer one's places."""
    mentions, places, taken = list[Mention](), list[tuple[int, Candidate]](), list[tuple[int, int, int]]()
    for score, entity in chosen:
        free = [each for each in entity.places if not _overlaps(each, taken)]
        if entity.places and not free:
            continue
        mentions.append(entity.mention)
        for passage, start, end, agent in free:
            taken.append((passage, start, end))
            places.append((passage, Candidate(entity.mention, score, start, end, agent)))
    return Named(tuple(mentions), tuple(places))


def _overlaps(place: tuple[int, int, int, bool], taken: list[tuple[int, int, int]]) -> bool:
    passage, start, end, _ = place
    return any(passage == other and start < stop and begin < end for other, begin, stop in taken)
