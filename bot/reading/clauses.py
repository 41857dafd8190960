"""Sentences and clauses: how far a "not", an "if" or a question mark reaches."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.model import Origin
from bot.reading.lexicon import tagged
from bot.reading.numbers import Count, counts
from bot.reading.once import once
from bot.reading.words import FRACTION, LINE, NO_TAGS, NUM, STOP, WORD, Word, word_set

_ENDS = frozenset(".!?;…।")
_FIGURES = frozenset((NUM, FRACTION))
_STARTS = frozenset(("split", "ask"))  # a word that means one of them may begin a clause
_CLAUSE_STOPS = frozenset(",:()[]—–|•")
_ABBREVIATED = word_set("mr mrs ms dr prof st inc ltd co corp vs approx dept univ etc")
_SUBJECTS = word_set("you they he she it i we this that there any requesters your")
_OPENERS = word_set("is are was were did does do has have can will would should could isn't aren't didn't")


_SOURCES = word_set("from by")
_TOLD = frozenset(("rej", "approve", "verdict", "taken"))  # what somebody did with work
_SUBJECT = 5  # words from the first of a name to its verb


class _Words:
    """Words that stand together, and what they mean."""

    words: list[Word]

    @once
    def meanings(self) -> frozenset[str]:
        """All that its words mean."""
        return NO_TAGS.union(*[word.tags for word in self.words if word.tags])

    def has(self, tag: str) -> bool:
        """Whether a word in it has this meaning."""
        return tag in self.meanings

    def find(self, tag: str) -> Word | None:
        """The first word in it with this meaning."""
        return next(word for word in self.words if tag in word.tags) if tag in self.meanings else None


@dataclass
class Clause(_Words):
    """A part of a sentence in which one modality holds. `asked`: it stands under a question."""

    words: list[Word]
    asked: bool = False


@dataclass
class Sentence(_Words):
    """A sentence of a passage, in the order of the post, with its clauses."""

    words: list[Word]
    text: str
    origin: Origin
    question: bool = False
    clauses: list[Clause] = field(default_factory=list)

    @once
    def lows(self) -> frozenset[str]:
        """Its words in small letters."""
        return frozenset([word.low for word in self.words])

    @once
    def kinds(self) -> frozenset[str]:
        """What sorts of tokens stand in it."""
        return frozenset([word.kind for word in self.words])

    @once
    def counts(self) -> tuple[Count, ...]:
        """The counts in it."""
        said = not _FIGURES.isdisjoint(self.kinds) or "one" in self.lows
        return tuple(counts(self.words)) if said or {tag for tag in self.meanings if tag[0] == "="} else ()

    @once
    def cased(self) -> bool:
        """Whether capitals say something in it: most of its words have none."""
        heads = [word.text[0] for word in self.words if word.kind == WORD]
        return 2 * sum(head.isupper() for head in heads) < len(heads) + 2

    def quote(self, first: Word, last: Word | None = None) -> str:
        """What stands in the post from one word to another, at most 80 characters."""
        last = last or first
        start, end = min(first.start, last.start), max(first.end, last.end)
        return self.text[start:end][:80]


def sentences(text: str, origin: Origin) -> list[Sentence]:
    """The sentences of a passage, cut into clauses."""
    found, words = [], list[Word]()
    for word in tagged(text):
        ends = word.kind == LINE or (word.kind == STOP and word.text in _ENDS and not _abbreviates(word, words))
        if not ends:
            words.append(word)
            continue
        if words:
            found.append(_sentence(words, text, origin, question=word.text == "?"))
            words = []
        elif found and word.text == "?":
            found[-1].question = True
    if words:
        found.append(_sentence(words, text, origin, question=False))
    return found


def _abbreviates(stop: Word, before: list[Word]) -> bool:
    if stop.text != "." or not before or before[-1].end != stop.start:
        return False
    last = before[-1]
    return last.low in _ABBREVIATED or (
        last.kind == WORD and len(last.text) == 1 and last.text.isupper() and last.text != "I"
    )


def _inverted(words: list[Word]) -> bool:
    """Whether a sentence without a question mark begins as a question: "has anyone", "did they", not "did 90 hits"."""
    said = [word for word in words if word.kind == WORD][:2]
    if not said or "ask" in said[0].tags:
        return bool(said)
    return len(said) > 1 and said[0].low in _OPENERS and (said[1].low in _SUBJECTS or "ask" in said[1].tags)


def _asks_of(words: list[Word]) -> bool:
    """Whether it begins as a question about somebody: "Has Example Labs ever …", and not "Did the batch, …"."""
    opener, name = (words + words)[:2]
    named = name.kind == WORD and name.text[0].isupper() and not name.tags
    return opener.low in _OPENERS and opener.low != "did" and named


def _sentence(words: list[Word], text: str, origin: Origin, *, question: bool) -> Sentence:
    asks = question or _inverted(words)
    sentence = Sentence(words, text, origin, asks)
    sentence.clauses = _clauses(words)
    if asks:
        starts = 0 if question and _asks_of(words) else len(sentence.clauses)
        first = min(starts, next((i for i, clause in enumerate(sentence.clauses) if clause.has("ask")), 0))
        for clause in sentence.clauses[first:]:
            clause.asked = True
    for clause in sentence.clauses:
        clause.asked = clause.asked or (bool(clause.words) and "ask" in clause.words[0].tags)
    return sentence


def _clauses(words: list[Word]) -> list[Clause]:
    clauses, current = [], list[Word]()
    for i, word in enumerate(words):
        stops = word.kind == STOP and word.text in _CLAUSE_STOPS
        may_start = not _STARTS.isdisjoint(word.tags) or word.low == "and"
        if current and (stops or (may_start and _starts(words, i, len(current)))):
            clauses.append(Clause(current))
            current = []
        if not stops:
            current.append(word)
    if current:
        clauses.append(Clause(current))
    return clauses


def _another(words: list[Word], i: int) -> bool:
    """Whether word `i` begins what is told of somebody else: "… and Example rejected 90", "… and 47 from Example"."""
    if words[i].kind == NUM:
        return i + 2 < len(words) and words[i + 1].low in _SOURCES and _named(words[i + 2])
    told = (_TOLD & word.tags for word in words[i + 1 : i + _SUBJECT] if word.kind == WORD)
    return _named(words[i]) and any(told)


def _named(word: Word) -> bool:
    return word.kind == WORD and word.text[0].isupper() and not word.tags


def _starts(words: list[Word], i: int, behind: int) -> bool:
    """Whether a clause begins with a word that has so many of the clause before it behind it."""
    word = words[i]
    if word.low == "and" and i + 1 < len(words) and ("all" in words[i + 1].tags or _another(words, i + 1)):
        return True
    return "split" in word.tags or ("ask" in word.tags and behind > 2)
