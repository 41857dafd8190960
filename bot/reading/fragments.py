"""What a short sentence behind a claim makes of it: "All 60." how much, "35 here" a fact, "Don't believe it" none."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from bot.model import Reversal
from bot.reading.answers import agrees, measure, measures
from bot.reading.atoms import Atom
from bot.reading.clauses import Sentence
from bot.reading.line import Line
from bot.reading.numbers import value
from bot.reading.words import WORD, Word, word_set

_APPROVED = word_set("approved accepted paid")
_US = word_set("us everyone everybody mine")
_UNSETTLED = frozenset(("neg", "rej", "hypo", "fear", "ask", "some", "most", "past", "waiting", "promise"))
# What was approved besides, before, or of others.
_OTHER_WORK = word_set(
    "other others rest remaining before always usually previously earlier first until had already but only yesterday "
    "last ago also too husband wife friend roommate brother sister got within"
)
_BESIDE = 4  # words
_FRAGMENT = 4  # words of a sentence that only says how much
_DENIAL = 6  # words of one that only takes back what was said
_MEASURES = frozenset(("all", "mine", "work"))
_OF_THEM = ("of", "them", "it", "those", "these")


def go_on(lines: Sequence[Line]) -> None:
    """Gives the claims of the author's lines what the short sentence behind each says of them."""
    for line, fragment in pairwise(lines):
        if not line.atoms or not fragment.own or fragment.passage != line.passage or fragment.sentence.question:
            continue
        if not fragment.atoms:
            _whole(line, fragment.sentence)
            _confirm(line, fragment.sentence)
        _deny(line, fragment.sentence)


def approved_since(lines: Sequence[Line]) -> None:
    """Gives the author's lines the news that what they said was rejected has been approved: "They fixed it. Approved
    the lot", "The 15 are approved as of an hour ago"."""
    told = False
    for line in lines:
        if (
            told
            and line.own
            and not line.atoms
            and not line.named
            and (word := _approved_all(line.sentence)) is not None
        ):
            clause = next(clause for clause in line.sentence.clauses if word in clause.words)
            atom = Atom(line.sentence, clause, word, "start_reversal", reversal=Reversal.DONE)
            atom.give("reversal_done", word)
            line.atoms.append(atom)
        told = told or any(atom.asserts for atom in line.atoms)


def _approved_all(sentence: Sentence) -> Word | None:
    """The "approved" that all of what was spoken of before has become."""
    if sentence.question or sentence.meanings & _UNSETTLED or not sentence.lows.isdisjoint(_OTHER_WORK):
        return None
    word = next((w for w in sentence.words if w.low in _APPROVED), None)
    if word is None:
        return None
    at = sentence.words.index(word)
    near = sentence.words[max(0, at - _BESIDE) : at + _BESIDE]
    whom = any(w.low in _OF_THEM or w.low in _US or "all" in w.tags for w in near)
    definite = any(a.low == "the" and value(b) is not None for a, b in pairwise(near))
    return word if whom or definite else None


def _whole(line: Line, fragment: Sentence) -> None:
    """ "They rejected them. All 60.": how much, in a fragment of its own behind the claim."""
    word = _all_alone(fragment)
    if word is not None:
        _give(line, "all_of_it", fragment.quote(word))


def _all_alone(sentence: Sentence) -> Word | None:
    """The "all" of a sentence that says no more than how much: "All 60.", "Every single one of them."."""
    said = [word for word in sentence.words if word.kind == WORD]
    plain = len(sentence.words) <= _FRAGMENT and all(word.tags & _MEASURES or word.low in _OF_THEM for word in said)
    return sentence.find("all") if plain and not sentence.meanings & {"approve", "neg", "reverse"} else None


def _confirm(line: Line, fragment: Sentence) -> None:
    """ "Anyone else lose all of theirs? 35 here": who goes on with how much of their own has told it as a fact."""
    if not any(word.low.endswith("else") for word in line.sentence.words):
        return
    for atom in line.atoms if agrees(fragment) or measures(fragment) else ():
        if atom.claims and atom.names.pop("asked", None) is not None:
            atom.give("mine")
            measure(atom, fragment.counts)


def _deny(line: Line, fragment: Sentence) -> None:
    """ "He says they rejected 500. Don't believe it.": takes back the claim before."""
    denial = fragment.find("deny") if len(fragment.words) <= _DENIAL else None
    if denial is not None:
        _give(line, "negated", fragment.quote(denial))


def _give(line: Line, name: str, quote: str) -> None:
    for atom in line.atoms:
        if atom.claims:
            atom.names.setdefault(name, quote)
