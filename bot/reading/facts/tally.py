"""How many: what the counts of a claim make of it, stated or following (90 done, 8 approved: 82; 40 % of 50: 20)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from bot.model import Share
from bot.reading.clauses import Sentence
from bot.reading.numbers import Count
from bot.reading.numbers.roles import Role
from bot.reading.words import FRACTION, Word, word_set

_PARTS = {"half": 1 / 2, "half of": 1 / 2, "a third": 1 / 3, "a quarter": 1 / 4, "two thirds": 2 / 3, "la mitad": 1 / 2,
          "metade": 1 / 2, "three quarters": 3 / 4, "three quarters of": 3 / 4, "four fifths": 4 / 5,
          "nine tenths": 9 / 10,
          "two thirds of": 2 / 3, "a third of": 1 / 3, "a quarter of": 1 / 4, "one third": 1 / 3, "one quarter": 1 / 4,
          "a fifth": 1 / 5, "a tenth": 1 / 10}  # fmt: skip
_NO_PART = frozenset(("an hour", "hour", "past", "a day", "day", "dozen", "nine", "ten"))  # "half an hour"
_ALL_BUT = {"all but one": 1, "all but two": 2, "all but a couple": 2, "all but three": 3, "all but four": 4}
_PROPORTION = 10  # "four out of five" of 800 is 640: a whole no larger, beside one at least four times as large
_FEW = 5  # a smaller number that nothing explains is about something else
_BRIEF = 12  # words of an answer that is little more than its number
_CROWD = 15  # people of whom it is said that they were rejected, where no pieces of work are counted
_TELLING = frozenset(("rej", "verdict", "assent", "rate"))
_APART = frozenset(("attention", "quality", "requester"))  # "11 of 12 checks right": of something else
_OPEN = frozenset(("waiting", "turnedaway"))
_LEFT = word_set("returned return returning abandoned skipped expired previewed")  # what a worker leaves undone
_UNSAID = (Role.LOOSE, Role.WORK)
_RANK = {Role.SUBMITTED: 0, Role.WORK: 1, Role.LOOSE: 2}  # what is likelier a whole, if as near


class _Placed(NamedTuple):
    """A count in the sentence, number `at` of the claim's, that says it."""

    at: int
    sentence: Sentence
    number: Count


@dataclass(frozen=True, slots=True)
class Tally:
    """How many were rejected, of how many, and how many came back; None where nothing says so. `stated`: in numbers."""

    rejected: int | None
    submitted: int | None
    reversed: int | None
    stated: bool = False


def tally(around: list[Sentence], share: Share | None, *, mass: bool, assent: bool) -> Tally:
    """What the sentences of a claim say in numbers. `mass`: it says "mass rejection"; `assent`: it says "me too"."""
    placed = [_Placed(i, sentence, count) for i, sentence in enumerate(around) for count in sentence.counts]
    if assent:  # "me too, 60"
        placed = [each._replace(number=_rejected(each.number)) for each in placed]
    found = [each.number for each in placed]
    submitted = _submitted(found)
    stated = _stated(placed, submitted)
    rejected = stated or _following(placed, around, submitted, share, mass=mass)
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


def _rejected(c: Count) -> Count:
    return replace(c, role=Role.REJECTED) if c.role in _UNSAID else c


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


def _stated(placed: list[_Placed], submitted: int | None) -> int | None:
    """The largest number of rejections that is stated; "11 of 12" of something else states none."""
    found = [each.number for each in placed]
    whole = max(submitted or 0, _whole(found, (Role.WORK,)) or 0)
    approved = {c.n for c in found if c.role is Role.APPROVED}
    plain = any(c.role is Role.REJECTED and not c.percent for c in found)
    numbers = list[int]()
    for _, sentence, c in placed:
        telling = bool(sentence.meanings & _TELLING)
        part = c.of and c.role in _UNSAID and (telling or not sentence.meanings & _APART) and not _undecided(sentence)
        if c.percent or not (c.role is Role.REJECTED or (part and (c.n not in approved or c.n == c.of))):
            continue
        share_of = c.of is not None and c.of <= _PROPORTION and whole >= 4 * c.of and (telling or not plain)
        n = round(c.n * whole / c.of) if share_of and c.of else c.n
        numbers.append(n + numbers[-1] if numbers and _added(sentence, c) else n)
    return max(numbers, default=None)


def _added(sentence: Sentence, c: Count) -> bool:
    """Whether a number is said to come on top of the one before it: "18 on Friday, 24 more on Saturday"."""
    i = sentence.words.index(c.word)
    before, after = sentence.words[max(0, i - 1) : i], sentence.words[i + 1 : i + 2]
    return any(word.low in ("another", "plus", "otros", "otras", "mais") for word in before) or any(
        word.low == "more" for word in after
    )


def _following(
    placed: list[_Placed], around: list[Sentence], submitted: int | None, share: Share | None, *, mass: bool
) -> int | None:
    """What follows from the whole: by what was approved, by a rate, by "all but two", "half" or "all"."""
    approved = [each for each in placed if each.number.role is Role.APPROVED and not each.number.percent]
    pair = next((each.number for each in approved if each.number.of), None)
    if pair is not None and pair.of:
        return pair.of - pair.n
    rates = [each for each in placed if each.number.role is Role.REJECTED and each.number.percent]
    if rates:
        at, _, rate = max(rates, key=lambda each: each.number.n)
        whole = rate.of or _nearest(placed, at, 0)
        return round(rate.n * whole / 100) if whole else None
    for at, sentence in enumerate(around):
        if (n := _part_of(sentence, placed, at)) is not None:
            return n
    for at, _, good in sorted(approved, key=lambda each: -each.number.n):
        if whole := _nearest(placed, at, good.n):
            return whole - good.n
    whole = submitted or _whole((each.number for each in placed), (Role.WORK,))
    return whole if share is Share.ALL or (mass and not submitted) else None


def _nearest(placed: list[_Placed], at: int, over: int) -> int | None:
    """The whole that a part told in sentence `at` is of: the nearest number over `over`; the likelier, if as near."""
    fit = [
        (_RANK[c.role] + (not (c.mine or c.all)) + 2 * abs(i - at), -whole)
        for i, _, c in placed
        if c.role in _RANK
        and not c.percent
        and (whole := c.of or c.n) > over
        and (c.mine or c.all or _as_whole(c, i, at))
    ]
    return -min(fit)[1] if fit else None


def _as_whole(c: Count, i: int, at: int) -> bool:
    """Whether a number that nobody calls theirs may be a whole: one of work, or any in the part's own sentence."""
    return c.role is not Role.LOOSE or (i == at and c.n >= _FEW)


def _part_of(sentence: Sentence, placed: list[_Placed], at: int) -> int | None:
    """What "half" or "all but two" of the whole are, said where rejections are told of; half an hour is none."""
    if sentence.meanings.isdisjoint(_TELLING):
        return None
    for i, word in enumerate(sentence.words):
        spared = _ALL_BUT.get(word.low)
        if spared and (whole := _nearest(placed, at, spared)):
            return whole - spared
        part = _fraction(word) if word.kind == FRACTION else _PARTS.get(word.low)
        if part is None or (word.kind != FRACTION and _timed(sentence.words[i + 1 : i + 4])):
            continue
        if whole := _nearest(placed, at, 1):
            return round(part * whole)
    return None


def _timed(after: list[Word]) -> bool:
    return any(word.low in _NO_PART for word in after)


def _fraction(word: Word) -> float | None:
    """ "3/4" is a part; 0/0, 5/4 and 24/30 are none."""
    n, of = (int(figure) for figure in word.text.replace(" ", "").split("/"))
    return n / of if 0 < n < of <= _FEW else None


def _left(around: list[Sentence], share: Share | None) -> int | None:
    """A number that nothing beside it explains: one said twice, "57 for me", or any where all of it was rejected."""
    said: dict[int, int] = {}
    for sentence in around:
        telling = bool(sentence.meanings & _TELLING)
        for c in () if _undecided(sentence) else sentence.counts:
            if _unexplained(c):
                whole = share is Share.ALL and (telling or c.mine or c.role is Role.WORK)
                said[c.n] = said.get(c.n, 0) + 1 + telling + (c.all and telling) + c.mine + whole
    alone = len(said) == 1 and sum(len(sentence.words) for sentence in around) <= _BRIEF  # "23 for me :("
    best = max(said, key=lambda n: (said[n], n), default=None)
    if best is not None and (said[best] > 1 or alone):
        return best
    people = [c.n for s in around if s.meanings & _TELLING for c in s.counts if c.role is Role.WORKERS]
    return max((n for n in people if n >= _CROWD), default=None)


def _undecided(sentence: Sentence) -> bool:
    """Whether a sentence counts what is pending, turned away or given back, and nothing that was rejected."""
    told = sentence.meanings & _TELLING
    return not told and (not sentence.meanings.isdisjoint(_OPEN) or not sentence.lows.isdisjoint(_LEFT))


def _unexplained(c: Count) -> bool:
    """Whether a number may count rejections though nothing says so: no rate, and no small number."""
    if c.percent or c.role not in (Role.LOOSE, Role.WORK):
        return False
    rate = c.role is Role.LOOSE and 90 <= c.n <= 100
    return c.n > 1 and (c.all or c.mine or not (rate or c.n < _FEW))
