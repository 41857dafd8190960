"""Words and pairs of words of a sentence, as the linear model knows them: by what they mean or as written.

A word with a meaning (words.toml) stands for it, `<verdict>`; numbers, money and dates stand for their sort, `#num`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.reading.clauses import Sentence
from bot.reading.words import LINE, NUM, STOP, WORD, Word

# The meaning that a word with several stands for: the first of these that it has.
_FIRST = (
    "mass", "contrary", "promise", "askrev", "reverse", "compensated", "rej", "verdict", "rate", "approve", "deny",
    "neg", "ask", "fear", "hypo", "all", "most", "many", "some", "one", "workers", "mine", "others", "requester",
    "generic", "done", "work", "now", "warn", "reported", "past", "joke", "offtopic",
)  # fmt: skip
_SAID = frozenset("?!")  # stops that say something
_STEM = 4  # letters of a longer word that stand for all its endings and slips

NAME = "name"  # the sort of a word that stands for a requester's name

Gram = tuple[str, Word, Word]


def grams(sentence: Sentence, named: Sequence[tuple[int, int]] = ()) -> Iterator[Gram]:
    """The grams of a sentence, each with the first and the last of its words. A gram begins with `~`.

    `named`: where in the text requesters are named; what they are called says nothing of what they did.
    """
    words = list(_words(sentence, named) if named else sentence.words)
    words = [word for word in words if word.kind not in (STOP, LINE) or word.text in _SAID]
    shown = [_shown(word) for word in words]
    meant = [_meant(word) for word in words]
    last = len(words) - 1
    for i, word in enumerate(words):
        yield "~" + shown[i], word, word
        if meant[i] is not shown[i]:
            yield "~" + meant[i], word, word
        if len(shown[i]) > _STEM and " " not in shown[i]:
            yield "~" + shown[i][:_STEM] + "*", word, word
        if i < last:
            after = words[i + 1]
            pair = meant[i] + " " + meant[i + 1]
            yield "~" + pair, word, after
            if meant[i] is not shown[i] or meant[i + 1] is not shown[i + 1]:
                yield "~" + shown[i] + " " + shown[i + 1], word, after
            if i + 1 < last:
                yield "~" + meant[i] + " … " + meant[i + 2], word, words[i + 2]


def _words(sentence: Sentence, named: Sequence[tuple[int, int]]) -> Iterator[Word]:
    """The words of a sentence, of each name only the first, as what it is."""
    seen = set[int]()
    for word in sentence.words:
        inside = next((start for start, end in named if start <= word.start < end), None)
        if inside is None:
            yield word
        elif inside not in seen:
            seen.add(inside)
            yield Word(word.text, "", word.start, word.end, NAME)


def _shown(word: Word) -> str:
    if word.kind in (WORD, STOP):
        return word.low
    return "#percent" if word.kind == NUM and word.text.endswith("%") else "#" + word.kind


def _meant(word: Word) -> str:
    if not word.tags:
        return _shown(word)
    return next((_NAMES[tag] for tag in _FIRST if tag in word.tags), None) or _shown(word)


_NAMES = {tag: f"<{tag}>" for tag in _FIRST}
