"""All words that names are made of: which names have one, how rare it is, and which words come near it."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from zlib import crc32

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from bot.naming.postings import Postings

# One slip is found with one letter left out, in words up to this length; anything else by trigrams.
_CLIPPED = 20
# Trigrams are read from the rarest on until so many numbers were read.
_BUDGET = 4000
# So many words with the most trigrams in common are compared letter by letter.
_COMPARED = 80
_NEAR = 10
_LEAST_ALIKE = 0.8


class Words:
    """Words by number. A word that no name has any more is forgotten."""

    def __init__(self) -> None:
        self._number: dict[str, int] = {}
        self._texts: list[str] = []
        self._names: list[int | array[int]] = []
        self._grams: dict[str, array[int]] = {}
        self._clipped = Postings()
        # So many words are listed by their trigrams, and by what is left without a letter; the others when first asked.
        self._by_grams = self._by_clips = 0

    def add(self, words: Iterable[str], name: int) -> None:
        """Note that `name` has these words, each given once."""
        numbers, names = self._number, self._names
        for word in words:
            number = numbers.get(word)
            if number is None:
                self._new(word, name)
                continue
            there = names[number]
            if there.__class__ is int:
                names[number] = array("I", (there, name))
            else:
                there.append(name)  # type: ignore[union-attr]  # isinstance takes twice as long

    def remove(self, words: Iterable[str], name: int) -> None:
        """Note that `name` is gone."""
        for word in words:
            number = self._number[word]
            there = self._names[number]
            if isinstance(there, int) or len(there) == 1:
                self._forget(word, number)
            else:
                there.remove(name)

    def names(self, word: str) -> Sequence[int]:
        """The names that have this word, in no order to rely on."""
        number = self._number.get(word)
        if number is None:
            return ()
        there = self._names[number]
        return (there,) if isinstance(there, int) else there

    def count(self, word: str) -> int:
        """How many names have this word."""
        return len(self.names(word))

    def one_slip(self, word: str) -> list[str]:
        """Words that `word` is or may be with one slip, the likest first, at most ten."""
        if word.isdigit() or len(word) > _CLIPPED:
            return [word] if word in self._number else []
        self._list_clips()
        numbers = {number for key in _clipped(word) for number in self._clipped.get(key)}
        return self._likest(word, numbers)

    def near(self, word: str) -> list[str]:
        """Words that come near `word` in any way: slips, the same beginning; the likest first, at most ten."""
        if word.isdigit():
            return self.one_slip(word)
        return self._likest(word, self._sharing(word))

    def settle(self) -> None:
        """Get ready for slips of any kind, at once instead of when the first is met."""
        self._list_clips()
        self._list_grams()
        self._clipped.settle()

    def _likest(self, word: str, numbers: Iterable[int]) -> list[str]:
        texts = sorted(self._texts[number] for number in numbers)
        found = process.extract(word, texts, scorer=JaroWinkler.similarity, limit=_NEAR, score_cutoff=_LEAST_ALIKE)
        return [text for text, _, _ in found]

    def _sharing(self, word: str) -> list[int]:
        """The words with the most of the rarer trigrams of `word`."""
        self._list_grams()
        grams = self._grams
        counted = sorted((len(grams[gram]), gram) for gram in _trigrams(word) if gram in grams)
        shared: Counter[int] = Counter()
        read = 0
        for count, gram in counted:
            read += count
            if read > _BUDGET and shared:
                break
            shared.update(grams[gram])
        least = _least(shared)
        return [number for number, count in shared.items() if count >= least]

    def _new(self, word: str, name: int) -> None:
        self._number[word] = len(self._texts)
        self._texts.append(word)
        self._names.append(name)

    def _forget(self, word: str, number: int) -> None:
        del self._number[word]
        self._names[number] = 0
        if word.isdigit():
            return
        if number < self._by_clips:
            self._clipped.remove(_clipped(word), number)
        if number < self._by_grams:
            self._forget_grams(word, number)

    def _forget_grams(self, word: str, number: int) -> None:
        for gram in _trigrams(word):
            there = self._grams[gram]
            there.remove(number)
            if not there:
                del self._grams[gram]

    def _list_clips(self) -> None:
        for number, word in self._unlisted(self._by_clips):
            self._clipped.add(_clipped(word), number)
        self._by_clips = len(self._texts)

    def _list_grams(self) -> None:
        grams = self._grams
        for number, word in self._unlisted(self._by_grams):
            for gram in _trigrams(word):
                try:
                    grams[gram].append(number)
                except KeyError:
                    grams[gram] = array("I", (number,))
        self._by_grams = len(self._texts)

    def _unlisted(self, listed: int) -> Iterator[tuple[int, str]]:
        """The words from that number on that names still have."""
        for number in range(listed, len(self._texts)):
            word = self._texts[number]
            if self._number.get(word) == number and not word.isdigit():
                yield number, word


def _least(shared: Counter[int]) -> int:
    """The least number of trigrams in common that not too many words reach."""
    having = Counter(shared.values())
    reached, least = 0, 1
    for least in sorted(having, reverse=True):
        reached += having[least]
        if reached > _COMPARED:
            return least + 1
    return least


def _trigrams(word: str) -> set[str]:
    """Letters by three, the edges marked by a blank."""
    text = f" {word} "
    return {text[at - 1 : at + 2] for at in range(1, len(text) - 1)}


def _clipped(word: str) -> set[int]:
    """The word and the word with each letter left out once, as keys: two words one slip apart have one in common."""
    if len(word) > _CLIPPED:
        return set()
    letters = word.encode()
    return {crc32(letters), *map(crc32, [letters[:at] + letters[at + 1 :] for at in range(len(letters))])}
