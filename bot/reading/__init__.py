"""The reading rule: what a post says about rejected work, of whom, how much, and why we think so. Pure.

post → text (own words, quotes) → exports cut out → gate → sentences and clauses → signals → claims → score
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Self

from bot.model import Claim, Facts, Kind, Mention, Origin, Post, Reading, Signal
from bot.platforms import Link, Platforms, find_links, recognise
from bot.platforms.recognise import is_home
from bot.reading.answers import asks_of_rejections, assent, is_report
from bot.reading.claims import Told, tell
from bot.reading.clauses import sentences
from bot.reading.exports import Exports, cut, from_headline
from bot.reading.fragments import approved_since, go_on
from bot.reading.gate import Gate
from bot.reading.glance import near_names, shows
from bot.reading.line import Line
from bot.reading.mentions import Named, Namer
from bot.reading.numbers import Role
from bot.reading.score import Model
from bot.reading.score import shipped as learnt
from bot.reading.signals import atoms
from bot.reading.text import MOST_READ, Body, Passage, take_apart

__all__ = ["Parent", "features", "own_words", "passes_gate", "read"]

_SHORT, _LONG = 15, 80  # words of a post
_MOST_SIGNALS = 12  # of a reading: those that weigh most
_QUOTES = (">", "[quote", "said:", "wrote:")
_LONGEST_ANSWER = 200  # characters of a post that is read in the light of what it answers, whatever its words


_SHUT_OUT = MappingProxyType(  # of posts without any word for rejected work; 3 in 1,000 of those claim one all the same
    {Kind.MASS: 0.003, Kind.SINGLE: 0.002, Kind.REVERSAL: 0.002, Kind.TALK: 0.05, Kind.OTHER: 0.943}
)


@dataclass(frozen=True, slots=True)
class Parent:
    """What is known of the post that a thread began with, or that was answered."""

    title: str | None = None
    mentions: tuple[Mention, ...] = ()
    reading: Reading | None = None

    @classmethod
    def of(cls, post: Post, reading: Reading | None) -> Self:
        """A post as the parent of others, with what was read in it, if it was read."""
        mentions = (*reading.mentions, *reading.tasks) if reading else ()
        return cls(title=post.title, mentions=mentions, reading=reading)


def read(post: Post, platforms: Platforms, parent: Parent | None = None, model: Model | None = None) -> Reading:
    """What a post says. Never raises; time linear in the text, of which the first 20,000 characters are read.

    `model` weighs what is found; without one the shipped model does, which was learnt from data/corpus/training.
    """
    return _read(post, platforms, parent, model or learnt())[0]


def features(post: Post, platforms: Platforms, parent: Parent | None = None) -> tuple[frozenset[str], ...]:
    """What a model may learn from of a post: the features its kind is weighed by, of the claim alone and of it all."""
    told = _read(post, platforms, parent, Model({}))[1]
    first = next((each for each in told if each.first), None)
    return (first.core, frozenset(first.names)) if first else ()


def _read(post: Post, platforms: Platforms, parent: Parent | None, model: Model) -> tuple[Reading, list[Told]]:
    may_tell = _passes(post, parent, model.gate)
    if not may_tell and not shows(post) and not (parent and parent.mentions):
        return _shut_out(_at_home(post, platforms), len(post.text) > MOST_READ), []
    body = take_apart(post)
    exports = Exports(body.urls, platforms)
    passages = _without_exports(body, exports)
    platform = post.platform if platforms.known(post.platform) else None
    linked = {i: link for i, url in enumerate(body.urls) for link in find_links(url, platforms)[:1]}
    namer = Namer(platforms, linked, _shown(body, exports))
    above = _parents(parent)
    if not may_tell:
        spots = passages if above or linked or exports.shown else near_names(passages)
        named = namer.name(spots, above) if spots else Named()
        return _nothing(named.mentions, exports, platform or _home(post.source, platforms), body), []
    platform = platform or _platform(_own(passages), post, platforms, tuple(linked.values()), exports) or _above(parent)
    named = namer.name(passages, above)
    lines = _lines(passages, named)
    _drop_weak(lines)
    go_on(lines)
    approved_since(lines)
    assent(lines, parent.reading if parent else None)
    meant = named.mentions or _beside_the_claim(lines, namer) or (above[:1] if _states(lines) else ())
    above = tuple(mention for mention in meant if mention.origin is Origin.PARENT or not named.mentions)
    told = tell(lines, above, post.posted_at, model, _context(lines, parent, exports))
    return _reading(told, meant, exports, platform, body, model), told


def _states(lines: list[Line]) -> bool:
    """Whether the author states a rejection as a fact: who names nobody there speaks of whom the thread is about."""
    return any(atom.asserts for line in lines if line.own for atom in line.atoms)


def _beside_the_claim(lines: list[Line], namer: Namer) -> tuple[Mention, ...]:
    """Whom the sentences of a claim name, of a post that as a whole seems to name nobody."""
    spots = [line.sentence for line in lines if any(atom.claims for atom in line.atoms)]
    passages = [Passage(each.text[each.words[0].start : each.words[-1].end], each.origin) for each in spots]
    return namer.name(passages).mentions[:1] if passages else ()


def _context(lines: list[Line], parent: Parent | None, exports: Exports) -> dict[str, str]:
    """What the post as a whole is like: what it answers, whether it asks or shows work, how long it is."""
    own = [line for line in lines if line.own]
    long = sum(len(line.sentence.words) for line in own)
    found = {"short" if long < _SHORT else "long" if long > _LONG else "middling": ""}
    if parent is not None and parent.reading is not None:
        found[f"answers_{parent.reading.kind.value}"] = ""
    if any(line.sentence.question for line in own):
        found["asks"] = ""
    if own and own[-1].sentence.question:
        found["ends_asking"] = ""
    if any(line.sentence.question for line in own if line.sentence.origin is Origin.TITLE):
        found["title_asks"] = ""
    if exports.shown:
        found["shows_work"] = ""
    if len(own) < len(lines):
        found["quotes"] = ""
    return found


def passes_gate(post: Post, parent: Parent | None = None, model: Model | None = None) -> bool:
    """Whether a post is read any further than the gate. Never raises; the gate is measured by itself with this."""
    return _passes(post, parent, (model or learnt()).gate)


def own_words(post: Post, platforms: Platforms) -> str:
    """What the author themselves wrote: without quotes, exports, signature and code. By it copies are recognised."""
    body = take_apart(post)
    return _own(_without_exports(body, Exports(body.urls, platforms)))


def _own(passages: list[Passage]) -> str:
    return "\n".join(passage.text for passage in passages if passage.origin is not Origin.QUOTE)


def _passes(post: Post, parent: Parent | None, gate: Gate) -> bool:
    text = post.text
    answered = parent.reading if parent else None
    if gate.passes(f"{post.title}\n{text[:MOST_READ]}" if post.title else text[:MOST_READ]):
        return True
    if len(text) > _LONGEST_ANSWER:
        return False
    return is_report(answered) or asks_of_rejections(answered) or any(map(text.__contains__, _QUOTES))


def _at_home(post: Post, platforms: Platforms) -> str | None:
    known = post.platform is not None and platforms.known(post.platform)
    return post.platform if known else _home(post.source, platforms)


@lru_cache(maxsize=64)
def _shut_out(platform: str | None, truncated: bool) -> Reading:
    """What is said of a post that stops at the gate and shows no work."""
    return Reading(
        kind=Kind.OTHER, probability=_SHUT_OUT, reportable=False, facts=Facts(), platform=platform, truncated=truncated
    )


def _without_exports(body: Body, exports: Exports) -> list[Passage]:
    kept = ((passage, _cut(passage, body, exports)) for passage in body.passages)
    return [passage if text is passage.text else replace(passage, text=text) for passage, text in kept]


def _cut(passage: Passage, body: Body, exports: Exports) -> str:
    if passage.origin is not Origin.TITLE:
        return cut(passage.text, exports)
    below = "\n".join(each.text for each in body.passages if each.origin is not Origin.TITLE)
    return cut(from_headline(passage.text, below, exports), exports)


def _shown(body: Body, exports: Exports) -> dict[int, Mention]:
    return {len(body.urls) + i: mention for i, mention in enumerate(exports.shown)}


@lru_cache(maxsize=1024)
def _home(source: str, platforms: Platforms) -> str | None:
    """The platform whose workers meet at the source."""
    return next((platform.key for platform in platforms if is_home(platform, source)), None)


def _platform(own: str, post: Post, platforms: Platforms, links: tuple[Link, ...], exports: Exports) -> str | None:
    shown = next((mention.platform for mention in exports.shown if mention.platform), None)
    if shown:
        return shown
    found = recognise(own, platforms, post.source, links)
    return found.key if found else None


def _above(parent: Parent | None) -> str | None:
    """The platform that the post above speaks of: a thread stays with one."""
    return parent.reading.platform if parent and parent.reading else None


def _lines(passages: list[Passage], named: Named) -> list[Line]:
    lines = []
    for number, passage in enumerate(passages):
        own = passage.origin is not Origin.QUOTE
        for sentence in sentences(passage.text, passage.origin):
            here = named.within(number, sentence.words[0].start, sentence.words[-1].end)
            lines.append(Line(sentence, number, here, atoms(sentence) if own else []))
    return lines


def _drop_weak(lines: list[Line]) -> None:
    """ "It came back", "they fixed it", "a bonus": of rejections only where the post speaks of some."""
    if any(atom.start == "start_rejection" for line in lines for atom in line.atoms):
        return
    for line in [each for each in lines if each.atoms]:
        sure = any(count.role is Role.REVERSED for count in line.sentence.counts) or line.sentence.has("rej")
        line.atoms = [atom for atom in line.atoms if sure or "weak" not in atom.anchor.tags]


def _parents(parent: Parent | None) -> tuple[Mention, ...]:
    if parent is None:
        return ()
    known = parent.mentions or (parent.reading.mentions if parent.reading else ())
    return tuple(replace(mention, origin=Origin.PARENT) for mention in known)


def _nothing(named: tuple[Mention, ...], exports: Exports, platform: str | None, body: Body) -> Reading:
    return Reading(
        kind=Kind.OTHER,
        probability=_SHUT_OUT,
        reportable=False,
        facts=Facts(),
        platform=platform or next((mention.platform for mention in exports.shown), None),
        mentions=_once([*named, *exports.shown]),
        tasks=tuple(exports.shown),
        truncated=body.truncated,
    )


def _reading(
    told: list[Told], named: tuple[Mention, ...], exports: Exports, platform: str | None, body: Body, model: Model
) -> Reading:
    first = [each.claim.mention for each in told if each.claim.mention is not None]
    if not told:
        return _nothing(named, exports, platform, body)
    best = told[0]
    kind, probability, facts = best.claim.kind, best.claim.probability, best.claim.facts
    signals = _signals(best, model)
    return Reading(
        kind=kind,
        probability=probability,
        reportable=any(each.reportable for each in told[:1]),
        facts=facts,
        platform=platform,
        mentions=_once([*first, *named, *exports.shown]),
        claims=tuple(_placed(each.claim, platform) for each in told),
        signals=signals,
        tasks=tuple(exports.shown),
        truncated=body.truncated,
    )


def _placed(claim: Claim, platform: str | None) -> Claim:
    """The claim with its mention's platform: its own, else the post's."""
    if claim.mention is None or claim.mention.platform or platform is None:
        return claim
    return replace(claim, mention=replace(claim.mention, platform=platform))


def _signals(told: Told, model: Model) -> tuple[Signal, ...]:
    """What weighed most, for and against, with the words that gave it."""
    speaks, names = model.speaks, told.names
    found = list(filter(speaks.__contains__, names))
    loud = list(map(abs, map(speaks.__getitem__, found)))
    most = sorted(range(len(found)), key=loud.__getitem__, reverse=True)[:_MOST_SIGNALS]
    return tuple([Signal(found[i], names[found[i]], speaks[found[i]]) for i in most])


def _once(mentions: list[Mention]) -> tuple[Mention, ...]:
    """Each requester once, in order."""
    kept: dict[str, Mention] = {}
    for mention in mentions:
        kept.setdefault(mention.account_key or mention.text.casefold(), mention)
    return tuple(kept.values())
