"""Words and pairs of words of a sentence, as the linear model knows them: by what they mean or as written.

A word with a meaning (words.toml) stands for it, `<verdict>`; numbers, money and dates stand for their sort, `#num`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from types import MappingProxyType
from typing import NamedTuple

from bot.reading.clauses import Sentence
from bot.reading.words import LINE, NUM, STOP, WORD, Word

# The meaning that a word with several stands for: the first of these that it has.
_FIRST = (
    "mass", "contrary", "promise", "askrev", "reverse", "compensated", "rej", "verdict", "rate", "approve", "deny",
    "neg", "ask", "fear", "hypo", "all", "most", "many", "some", "one", "workers", "mine", "others", "requester",
    "generic", "done", "work", "now", "warn", "reported", "past", "joke", "offtopic",
)  # fmt: skip
_SAID = frozenset("?!")  # stops that say something
_SILENT = frozenset((STOP, LINE))
_APART = " … "
_STEM = 4  # letters of a longer word that stand for all its endings and slips
_NONE: Mapping[str, str] = MappingProxyType({})
REMEMBERED = 4_096  # words, and what is known of them

NAME = "name"  # the sort of a word that stands for a requester's name

Gram = tuple[str, Word, Word]


class Look(NamedTuple):
    """What is known of grams that begin with a word: itself, its stem, and by the word after it, the next but one."""

    single: str | None
    stem: str | None
    pair: Mapping[str, str]
    apart: Mapping[str, str]


class Known:
    """The grams with given names, as those of a sentence are looked for: a word is looked up once, and no name is put
    together only to find that nobody knows it."""

    def __init__(self, names: Iterable[str]) -> None:
        self.single: dict[str, str] = {}
        self.stem: dict[str, str] = {}
        self.pair: dict[str, dict[str, str]] = {}
        self.apart: dict[str, dict[str, str]] = {}
        for name in names:
            if name[0] == "~":
                self._add(name, name[1:])
        self.look = lru_cache(maxsize=REMEMBERED)(self._look)

    def _add(self, name: str, said: str) -> None:
        before, apart, behind = said.partition(_APART)
        if apart:
            self.apart.setdefault(before, {})[behind] = name
            return
        self.single[said] = name
        if said[-1] == "*":
            self.stem[said[:-1]] = name
        for i, letter in enumerate(said):  # a known phrase is one word with spaces: any of them may part the two
            if letter == " ":
                self.pair.setdefault(said[:i], {})[said[i + 1 :]] = name

    def _look(self, said: str) -> Look:
        stem = self.stem.get(said[:_STEM]) if len(said) > _STEM and " " not in said else None
        return Look(self.single.get(said), stem, self.pair.get(said, _NONE), self.apart.get(said, _NONE))

    def hear(self, names: dict[str, str], sentence: Sentence, named: Sequence[tuple[int, int]] = ()) -> None:
        """Adds what `grams` gives, of it those that are known, in the same order, with the words that gave them."""
        words, shown, meant = _seen(sentence, named)
        look, put, text, last = self.look, names.setdefault, sentence.text, len(words) - 1
        for i, (word, said, means) in enumerate(zip(words, shown, meant, strict=True)):
            single, stem, pair, apart = look(said)
            pair_meant = pair
            if single:
                put(single, word.text)
            if means is not said:
                single, _, pair_meant, apart = look(means)
                if single:
                    put(single, word.text)
            if stem:
                put(stem, word.text)
            if i == last:
                return
            if pair_meant and (name := pair_meant.get(meant[i + 1])):
                put(name, text[word.start : words[i + 1].end])
            if pair and (name := pair.get(shown[i + 1])):
                put(name, text[word.start : words[i + 1].end])
            if apart and i + 1 < last and (name := apart.get(meant[i + 2])):
                put(name, text[word.start : words[i + 2].end])


def grams(sentence: Sentence, named: Sequence[tuple[int, int]] = ()) -> Iterator[Gram]:
    """The grams of a sentence, each with the first and the last of its words. A gram begins with `~`.

    `named`: where in the text requesters are named; what they are called says nothing of what they did.
    """
    words, shown, meant = _seen(sentence, named)
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
                yield "~" + meant[i] + _APART + meant[i + 2], word, words[i + 2]


def _seen(sentence: Sentence, named: Sequence[tuple[int, int]]) -> tuple[list[Word], list[str], list[str]]:
    """The words that say something, how each is written, and what it stands for."""
    words = list(_words(sentence, named)) if named else sentence.words
    words = [word for word in words if word.kind == WORD or word.kind not in _SILENT or word.text in _SAID]
    shown = [word.low if word.kind == WORD else _shown(word) for word in words]
    return (
        words,
        shown,
        [_meant(word.tags) or low if word.tags else low for word, low in zip(words, shown, strict=True)],
    )


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
    if word.kind == STOP:
        return word.low
    return "#percent" if word.kind == NUM and word.text.endswith("%") else "#" + word.kind


@cache
def _meant(tags: frozenset[str]) -> str | None:
    """What a word with these meanings (there are as many sorts as in words.toml) stands for."""
    return next((f"<{tag}>" for tag in _FIRST if tag in tags), None)
