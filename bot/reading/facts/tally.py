"""How many: what the counts of a claim make of it, stated or following (90 done, 8 approved: 82; 40 % of 50: 20)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.model import Share
from bot.reading.clauses import Sentence
from bot.reading.numbers import Count
from bot.reading.numbers.roles import Role

_PARTS = {"half": 1 / 2, "half of": 1 / 2, "a third": 1 / 3, "a quarter": 1 / 4, "two thirds": 2 / 3, "la mitad": 1 / 2,
          "metade": 1 / 2, "three quarters": 3 / 4, "three quarters of": 3 / 4, "four fifths": 4 / 5,
          "nine tenths": 9 / 10,
          "two thirds of": 2 / 3, "a third of": 1 / 3, "a quarter of": 1 / 4, "one third": 1 / 3, "one quarter": 1 / 4,
          "a fifth": 1 / 5, "a tenth": 1 / 10}  # fmt: skip
_NO_PART = frozenset(("an", "hour", "past", "a", "dozen"))  # "half an hour"
_ALL_BUT = {"all but one": 1, "all but two": 2, "all but a couple": 2, "all but three": 3, "all but four": 4}
_PROPORTION = 10  # "four out of five" of 800 is 640: a whole no larger, beside one at least four times as large
_FEW = 5  # a smaller number that nothing explains is about something else
_BRIEF = 12  # words of an answer that is little more than its number
_CROWD = 15  # people of whom it is said that they were rejected, where no pieces of work are counted
_TELLING = frozenset(("rej", "verdict", "assent", "rate"))


@dataclass(frozen=True, slots=True)
class Tally:
    """How many were rejected, of how many, and how many came back; None where nothing says so. `stated`: in numbers."""

    rejected: int | None
    submitted: int | None
    reversed: int | None
    stated: bool = False


def tally(around: list[Sentence], share: Share | None, *, mass: bool, assent: bool) -> Tally:
    """What the sentences of a claim say in numbers. `mass`: it says "mass rejection"; `assent`: it says "me too"."""
    found = [count for sentence in around for count in sentence.counts]
    if assent:  # "me too, 60"
        found = [replace(c, role=Role.REJECTED) if c.role in (Role.LOOSE, Role.WORK) else c for c in found]
    submitted = _submitted(found)
    stated = _stated(found, submitted)
    rejected = stated or _following(found, around, submitted, share, mass=mass)
    back = [c for c in found if c.role is Role.REVERSED and not c.percent]
    numbers = [c.of or c.n for c in back] + ([rejected] if rejected else [])
    if back and submitted and not any(c.of or c.role is Role.REJECTED for c in found):
        numbers.append(submitted)  # "of my 2,000 about 1,250 flipped"
    if back and stated is None:  # "my 52: 9 came back"
        known = (c.n for c in found if c.role in (Role.LOOSE, Role.WORK) and (c.mine or c.all) and not c.percent)
        numbers += [n for n in known if n > max(numbers)]
    rejected = max(numbers, default=None)
    if submitted is None and rejected and rejected > 1:
        submitted = _agreed(found, rejected, stated=stated is not None)
    if rejected is None:
        rejected = _left(around, share)
    return Tally(rejected or None, submitted, max((c.n for c in back), default=None), stated=bool(stated or back))


def _submitted(found: list[Count]) -> int | None:
    stated = [c.n for c in found if c.role is Role.SUBMITTED and not c.percent]
    wholes = [c.of for c in found if c.of is not None and c.role is not Role.REVERSED]
    every = [c.n for c in found if c.all and c.role in (Role.REJECTED, Role.WORK, Role.LOOSE) and not c.percent]
    return max([*stated, *wholes, *every], default=None)


def _agreed(found: list[Count], rejected: int, *, stated: bool) -> int | None:
    """The pieces of which so many were rejected: those it follows from, or what was rejected and approved together."""
    pieces = {c.n for c in found if c.role in (Role.WORK, Role.LOOSE) and not c.percent}
    whole = _whole(found, (Role.WORK,))
    if not stated and whole is not None and whole > rejected:
        return whole
    approved = [c.n for c in found if c.role is Role.APPROVED and not c.percent]
    return next((rejected + good for good in approved if rejected + good in pieces), None)


def _whole(found: Iterable[Count], roles: tuple[Role, ...]) -> int | None:
    return max((c.n for c in found if c.role in roles and not c.percent), default=None)


def _stated(found: list[Count], submitted: int | None) -> int | None:
    """The largest number of rejections that is stated."""
    numbers = []
    whole = max(submitted or 0, _whole(found, (Role.WORK,)) or 0)
    for c in found:
        if (
            c.percent
            or c.role not in (Role.REJECTED, Role.LOOSE, Role.WORK)
            or (c.role is not Role.REJECTED and not c.of)
        ):
            continue
        share_of = c.of is not None and c.of <= _PROPORTION and whole >= 4 * c.of
        numbers.append(round(c.n * whole / c.of) if share_of and c.of else c.n)
    return max(numbers, default=None)


def _following(
    found: list[Count], around: list[Sentence], submitted: int | None, share: Share | None, *, mass: bool
) -> int | None:
    """What follows from the whole: by what was approved, by a rate, by "all but two", "half" or "all"."""
    approved = [c for c in found if c.role is Role.APPROVED and not c.percent]
    pair = next((c for c in approved if c.of), None)
    if pair is not None and pair.of:
        return pair.of - pair.n
    whole = submitted or _whole(found, (Role.WORK,))
    if whole is None:
        return None
    rates = [c.n for c in found if c.role is Role.REJECTED and c.percent]
    if rates:
        return round(max(rates) * whole / 100)
    if approved and max(c.n for c in approved) < whole:
        return whole - max(c.n for c in approved)
    if share is Share.ALL or (mass and not submitted):
        return whole
    return next((n for sentence in around if (n := _part_of(sentence, whole)) is not None), None)


def _part_of(sentence: Sentence, whole: int) -> int | None:
    """What "half" or "all but two" of the whole are, said where rejections are told of; half an hour is none."""
    if sentence.meanings.isdisjoint(_TELLING):
        return None
    for word, after in pairwise([*sentence.words, sentence.words[-1]]):
        if word.low in _ALL_BUT:
            return whole - _ALL_BUT[word.low]
        if word.low in _PARTS and after.low not in _NO_PART:
            return round(_PARTS[word.low] * whole)
    return None


def _left(around: list[Sentence], share: Share | None) -> int | None:
    """A number that nothing beside it explains: one said twice, "57 for me", or any where all of it was rejected."""
    said: dict[int, int] = {}
    for sentence in around:
        telling = bool(sentence.meanings & _TELLING)
        for c in sentence.counts:
            if _unexplained(c):
                whole = share is Share.ALL and (telling or c.mine or c.role is Role.WORK)
                said[c.n] = said.get(c.n, 0) + 1 + telling + (c.all and telling) + c.mine + whole
    alone = len(said) == 1 and sum(len(sentence.words) for sentence in around) <= _BRIEF  # "23 for me :("
    best = max(said, key=lambda n: (said[n], n), default=None)
    if best is not None and (said[best] > 1 or alone):
        return best
    people = [c.n for s in around if s.meanings & _TELLING for c in s.counts if c.role is Role.WORKERS]
    return max((n for n in people if n >= _CROWD), default=None)


def _unexplained(c: Count) -> bool:
    """Whether a number may count rejections though nothing says so: no rate, and no small number."""
    if c.percent or c.role not in (Role.LOOSE, Role.WORK):
        return False
    rate = c.role is Role.LOOSE and 90 <= c.n <= 100
    return c.n > 1 and (c.all or c.mine or not (rate or c.n < _FEW))
