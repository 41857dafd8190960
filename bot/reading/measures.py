"""How much a statement says was rejected: all of it, most, ten or more, of several workers, one only."""

from __future__ import annotations

from bot.reading.atoms import Atom
from bot.reading.numbers import Count, Role
from bot.reading.words import Word, word_set

_NEAR = 9  # words between a quantity and the rejection it measures
_SEVERAL = 5
_SINGULAR = word_set("hit study submission task assignment survey job tarea estudio")


def how_much(atom: Atom) -> None:
    """Gives a statement the signals of how much it says was rejected: shares, numbers, several workers, one piece."""
    words = _reach(atom)
    _share(atom, words)
    for name, tag in (("several_workers", "workers"), ("a_single_one", "one")):
        word = next((w for w in words if tag in w.tags), None)
        if word is not None and not (name == "a_single_one" and "mass" in atom.anchor.tags):
            atom.give(name, word)
    _numbers(atom, words)


def _reach(atom: Atom) -> list[Word]:
    """The words of the sentence that belong to the anchor: up to the next rejection or reversal on either side."""
    sentence = atom.sentence
    several = sum("rej" in clause.meanings for clause in sentence.clauses) > 1 or "rej" not in atom.clause.meanings
    words = atom.clause.words if several and "verdict" not in atom.anchor.tags else sentence.words
    at = words.index(atom.anchor)
    first, last = at, at
    while first and at - first < _NEAR and not _rival(words[first - 1]):
        first -= 1
    while last + 1 < len(words) and last - at < _NEAR and not _rival(words[last + 1]):
        last += 1
    return words[first : last + 1]


def _rival(word: Word) -> bool:
    return bool(word.tags & {"reverse", "promise", "contrary", "compensated"})


def _share(atom: Atom, words: list[Word]) -> None:
    for i, word in enumerate(words):
        if "all" in word.tags and "rej" not in word.tags and "one" not in atom.anchor.tags:
            after = words[i + 1].low if i + 1 < len(words) else ""
            if word.low in ("entire", "whole") and after in _SINGULAR:
                atom.give("a_single_one", word)
            elif not _addressed(words, i):
                atom.give("all_of_it", word, words[min(i + 1, len(words) - 1)])
        elif "most" in word.tags and "neutral" not in word.tags:
            atom.give("most_of_it", word)
        elif "many" in word.tags:
            atom.give("many", word)
        elif "some" in word.tags:
            atom.give("some_of_it", word)


def _addressed(words: list[Word], i: int) -> bool:
    """ "thanks all", "all requesters": all of what is no work."""
    after = words[i + 1 : i + 2]
    return bool(after and after[0].tags & {"requester", "generic"} and not after[0].tags & {"rej", "work"})


def _numbers(atom: Atom, words: list[Word]) -> None:
    start, end = words[0].start, words[-1].end
    near = [c for c in atom.counts if start <= c.word.start < end]
    people = next((c for c in near if c.role is Role.WORKERS and c.n > 2 and not (c.of and 4 * c.n < c.of)), None)
    if people is not None:
        atom.give("several_workers", people.word)
    done = max((c.n for c in atom.counts if c.role is Role.SUBMITTED), default=0)
    paid = next((c for c in atom.counts if c.role is Role.APPROVED), None)
    if paid is not None and not paid.of and done - paid.n >= 10:
        atom.give("ten_or_more", paid.word)
    stated = [c for c in near if c.role is Role.REJECTED or (c.role is Role.WORK and c.all)]
    several = any(c.of and c.n >= _SEVERAL for c in stated)
    for count in [
        c for c in stated if c.n > 1 or c.percent or not several
    ]:  # "six of my seven, the last one is pending"
        _tier(atom, count)
    if not stated and any(c.role is Role.WORK for c in near):
        _tier(atom, max((c for c in near if c.role is Role.WORK), key=lambda c: c.n))


def tier(n: int) -> str:
    """The signal of so many rejections, of two or more."""
    return "ten_or_more" if n >= 10 else "five_to_nine" if n >= 5 else "under_five"


def _tier(atom: Atom, count: Count) -> None:
    if count.percent:
        atom.give("all_of_it" if count.n == 100 else "most_of_it" if count.n >= 50 else "some_of_it", count.word)
        if count.of and count.n * count.of >= 1000:
            atom.give("ten_or_more", count.word)
        return
    if count.of and count.n >= 5 and 2 * count.n > count.of:
        atom.give("most_of_it", count.word)
        if count.n < 10:
            return
    atom.give(tier(count.n), count.word)
