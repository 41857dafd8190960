"""Which of the requesters that a post names a statement is about: not those it only compares or confuses with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.model import Mention, Origin
from bot.reading.atoms import Atom
from bot.reading.clauses import Sentence
from bot.reading.line import Line
from bot.reading.mentions import Candidate
from bot.reading.mentions.pieces import slots
from bot.reading.words import folded, word_set

_UNSURE = 3.5  # by which whoever is named in another sentence may be less likely a requester than the surest
_BEFORE = 40  # characters before a name in which stands that somebody else is meant
_LONGEST = 3  # words that say so
_OPENING = " (\"'“‘*["
_ARTICLES = word_set("the a la el")


def meant(
    lines: Sequence[Line], sure: Sequence[Line], at: int, atom: Atom, parents: Sequence[Mention]
) -> Mention | None:
    """The requester whom an atom of line `at` is about: in its sentence, around it, in title, quote or parent.

    `sure`: the same lines as `surest` gives them.
    """
    line = sure[at] if atom.start == "start_nothing" else lines[at]
    if line.named:
        return _here(line, atom).mention
    return next(_nearby(sure, at), parents[0] if parents else None)


def surest(lines: Sequence[Line]) -> list[Line]:
    """The lines with only those named in them who are nearly as surely requesters as the surest of the post."""
    foremost = [_foremost(line) if line.named else [] for line in lines]
    least = max((each.score for named in foremost for each in named), default=0.0) - _UNSURE
    sure = [[each for each in named if each.score > least] for named in foremost]
    return [replace(line, named=named) if line.named else line for line, named in zip(lines, sure, strict=True)]


def _here(line: Line, atom: Atom) -> Candidate:
    """Of those in the statement's own sentence: of its clause before others, who rejects, or who stands before it."""
    foremost = _foremost(line)
    first, last = atom.clause.words[0].start, atom.clause.words[-1].end
    own = [each for each in foremost if first <= each.start < last] or foremost
    agents = [each for each in own if each.agent]
    before = [each for each in own if each.start < atom.anchor.start]
    return (agents or before[-1:] or own)[0]


def _foremost(line: Line) -> list[Candidate]:
    """Those that a sentence speaks of, without those it only compares or confuses them with."""
    if len(line.named) < 2:
        return line.named
    said, told = [(each, _ahead(line.sentence, each)) for each in line.named], slots()["told"]
    corrected = [each for each, ahead in said if not told["meant"].isdisjoint(ahead)]
    return corrected or [each for each, ahead in said if each.agent or told["aside"].isdisjoint(ahead)] or line.named


def _ahead(sentence: Sentence, candidate: Candidate) -> list[str]:
    """What stands right before a name in its sentence: the last word, the last two, the last three."""
    before = sentence.text[max(sentence.words[0].start, candidate.start - _BEFORE) : candidate.start]
    words = folded(before.rstrip(_OPENING)).split()
    while words and words[-1] in _ARTICLES:
        words.pop()
    return [" ".join(words[-n:]) for n in range(1, _LONGEST + 1)]


def _nearby(lines: Sequence[Line], at: int) -> Iterator[Mention]:
    passage = lines[at].passage
    before = [line for line in reversed(lines[:at]) if line.named]
    yield from (_best(line) for line in before if line.passage == passage)
    yield from (_best(line) for line in before if not line.own)
    yield from (_best(line) for line in before if line.sentence.origin is Origin.TITLE)
    yield from (_best(line) for line in lines[at + 1 :] if line.named and line.own)
    yield from (_best(line) for line in before)
    yield from (_best(line) for line in lines[at + 1 :] if line.named)


def _best(line: Line) -> Mention:
    return max(line.named, key=lambda candidate: candidate.score).mention
