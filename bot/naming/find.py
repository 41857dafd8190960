"""Who comes near a name that was asked for: by its keys, by two of its words, by rare words, by slips of either."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import nlargest
from itertools import combinations, pairwise

from rapidfuzz.fuzz import ratio

from bot.naming import keys
from bot.naming.index import NameIndex
from bot.naming.likeness import Rarity, alike
from bot.naming.nicknames import other_names
from bot.naming.postings import key_of, pair_of
from bot.naming.spacing import spaced_as

# So many are looked at closely, of so many that promise most; a glance at the letters decides, in nats a hundredth.
RATED = 16
_GLANCED_AT = 48
_ALIKE = 0.05
# Sounding so says this share of what was written.
_SOUNDS = 0.8
# Of all who stand under one key, or have one word, those met most often come in.
_PER_KEY = 16
_PER_WORD = 12
# A word that more names have than this brings nobody in, unless it is all that was said.
_COMMON_WORD = 400
# Of a long name so many words are looked up, and of two words so many pairs; of all words fewer of each two.
_WORDS = 6
_PAIRS = 30
_ALL_PAIRS = 60
# Nobody further off is looked for once one of the first few explains this share of all that was said.
_ENOUGH = 0.85
_LOOKED_AT = 3
# Whoever is so many nats behind the best is not looked at.
_HOPELESS = 8.0
# So many at most are gone through to find those met most often.
_CROWD = 20_000
# Of those that begin with the same few letters so many are looked at for all that was written.
_BEGINNING = 100
# Beginning so says this share of what was written.
_BEGUN = 0.7
_LEAST_GLUED = 4

_Near = list[tuple[str, float]]


def near(index: NameIndex, canon: str, rarity: Rarity | None = None) -> list[int]:
    """The numbers of at most 16 names that may be meant by a canonical form."""
    search = _Search(index, canon, Rarity(index.rarity) if rarity is None else rarity)
    search.look(index.words.one_slip)
    search.look_numbered(index.handles.one_slip)
    if not search.has_enough():
        search.look(index.words.near)
        search.look_joined()
        search.look_numbered(index.handles.near)
    return search.likeliest()


class _Search:
    """What was found so far: each name with the nats that its words say; `worth` is all that was said."""

    def __init__(self, index: NameIndex, canon: str, rarity: Rarity) -> None:
        self._index = index
        self._rarity = rarity.__getitem__
        self._handle = keys.handle(canon)
        self._words = list(dict.fromkeys(keys.spelt(canon)))[:_WORDS]
        self._found: dict[int, float] = {}
        self.worth = sum(map(self._rarity, self._words))
        self._whole = keys.is_whole(canon) and bool(index.named(canon))
        skeleton = keys.skeleton(canon)
        self._add(index.keys.get(keys.whole_key(skeleton)), self.worth + 1.0)
        for key in keys.bones_keys(skeleton):
            self._add(index.keys.get(key), _SOUNDS * self.worth)
        self._look_begun(skeleton)
        if len(self._words) == 1:
            self._add(index.keys.get(keys.initials_key(skeleton)), 0.5 * self.worth)
            self._take_apart(skeleton)
        else:
            self._look_added()
            self._look_spaced()

    def look(self, words_near: Callable[[str], list[str]]) -> None:
        """Look up the words that come near each word, alone and by two."""
        # Who has two telling words for a name has not slipped in either.
        near = [[(word, 1.0)] if self._whole else self._alike(word, words_near(word)) for word in self._words]
        for each in near:
            for other, share in each:
                self._by_word(other, share * self._rarity(other), alone=len(self._words) == 1)
        most = min(_PAIRS, 2 * _ALL_PAIRS // max(1, len(near) * (len(near) - 1)))
        for left, right in combinations(near, 2):
            self._by_pair(left, right, most)
        self._by_initials(near)
        self._whole_with(near)

    def _look_begun(self, skeleton: str) -> None:
        """Names that begin so: what was written may have been cut off."""
        for key in keys.asked_start_keys(skeleton):
            numbers = self._index.busiest(self._index.keys.get(key, _CROWD), _BEGINNING)
            share = _BEGUN * min(1.0, keys.LONGEST_START / len(skeleton))
            begun = [number for number in numbers if keys.skeleton(self._index.canon(number)).startswith(skeleton)]
            self._add(self._index.busiest(begun, _PER_WORD), self.worth)
            self._add(self._index.busiest(numbers, _PER_WORD), share * self.worth)

    def _look_added(self) -> None:
        """Names without the first or the last word of what was asked, and each word by itself."""
        words = self._words
        for some in (words[1:], words[:-1], *([word] for word in words)):
            said = sum(map(self._rarity, some))
            self._add(self._index.keys.get(keys.whole_key("".join(some))), said)

    def _look_spaced(self) -> None:
        """Names that have two of the words as one, or one of them as two."""
        known = self._index.words
        for left, right in pairwise(self._words):
            self._by_word(left + right, self._rarity(left) + self._rarity(right), alone=False)
        for word in self._words:
            if len(word) >= 2 * _LEAST_GLUED and not known.count(word):
                self._take_apart(word)

    def _whole_with(self, near: list[_Near]) -> None:
        """The name as a whole with one of its words written otherwise."""
        words = self._words
        for at, each in enumerate(near):
            for other, share in each:
                if other != words[at]:
                    said = self.worth - self._rarity(words[at]) + share * self._rarity(other)
                    whole = "".join([*words[:at], other, *words[at + 1 :]])
                    self._add(self._index.keys.get(keys.whole_key(whole)), said)

    def look_joined(self) -> None:
        """Look for the name, or two of its words, written as one word, with slips."""
        known = self._index.words
        if 1 < len(self._words) <= 3:
            self._by_joined("".join(self._words), known.near)
        if len(self._words) > 2:
            for left, right in pairwise(self._words):
                self._by_joined(left + right, known.one_slip)

    def _by_joined(self, joined: str, words_near: Callable[[str], list[str]]) -> None:
        for word, share in self._alike(joined, words_near(joined)):
            self._by_word(word, share * self._rarity(word), alone=False)

    def look_numbered(self, handles_near: Callable[[str], list[str]]) -> None:
        """Look for a name with digits in it as one word, with slips in its letters, its number or between."""
        if self._handle and not self._whole:
            for handle in handles_near(self._handle):
                said = self.worth * ratio(self._handle, handle) / 100
                self._add(self._index.handles.names(handle), said)

    def likeliest(self) -> list[int]:
        """Who says most of what was asked, and is met most often."""
        found, index = self._found, self._index
        promise = {number: (said + index.busy(number), index.rank(number)) for number, said in found.items()}
        first = nlargest(_GLANCED_AT, promise, key=promise.__getitem__)
        first = [number for number in first if promise[number][0] > promise[first[0]][0] - _HOPELESS]
        if len(first) <= RATED:
            return first
        asked = " ".join(self._words)
        like = {number: promise[number][0] + _ALIKE * ratio(asked, index.canon(number)) for number in first}
        return nlargest(RATED, like, key=lambda number: (like[number], index.rank(number)))

    def has_enough(self) -> bool:
        """Whether somebody was found whose words explain nearly all that was said."""
        index, found = self._index, self._found
        best = nlargest(_LOOKED_AT, found, key=lambda number: (found[number], index.rank(number)))
        return any(self._explained(number) >= _ENOUGH * self.worth for number in best)

    def _explained(self, number: int) -> float:
        words = spaced_as(self._words, keys.spelt(self._index.canon(number)))
        if "".join(words) == "".join(self._words):
            return self.worth
        return sum([self._rarity(word) * max([alike(word, other) for other in words]) for word in self._words])

    def _alike(self, word: str, others: Iterable[str]) -> _Near:
        near = [(other, alike(word, other)) for other in others]
        known = self._index.words
        near += [(other, 0.8) for other in other_names(word) if known.count(other)]
        return near

    def _by_word(self, word: str, said: float, *, alone: bool) -> None:
        index = self._index
        if alone:
            self._add(index.keys.get(keys.whole_key(word)), said)
        names = index.words.names(word)
        if alone or len(names) <= _COMMON_WORD:
            self._add(index.busiest(names, _PER_KEY if alone else _PER_WORD), said * (0.7 if alone else 1.0))

    def _by_pair(self, left: _Near, right: _Near, pairs_looked_up: int = _PAIRS) -> None:
        pairs = [(a + b, one, other) for one, a in left for other, b in right]
        pairs.sort(key=lambda pair: -pair[0])
        shares = dict(left) | dict(right)
        for _, one, other in pairs[:pairs_looked_up]:
            # Two common words are all that was said, or say nothing.
            most = _CROWD if len(self._words) == 2 and shares[one] == shares[other] == 1.0 else _COMMON_WORD
            names = self._index.keys.get(pair_of(key_of(one), key_of(other)), most)
            if names:
                said = shares[one] * self._rarity(one) + shares[other] * self._rarity(other)
                self._add(names, said)

    def _by_initials(self, near: list[_Near]) -> None:
        """ "J Doe" for "Jane Doe", and the other way round."""
        if not 1 < len(near) <= 3:
            return
        first, last = self._words[0], self._words[-1]
        for letter, words in ((first[0], near[-1]), (last[0], near[0])):
            for word, share in words[:5]:
                self._add(
                    self._index.keys.get(pair_of(key_of(letter), key_of(word)), _COMMON_WORD),
                    share * self._rarity(word) + 1.0,
                )

    def _take_apart(self, word: str) -> None:
        """Two words written as one: where both are known, or one with the rest a slip away."""
        known = self._index.words
        for cut in range(1, len(word) - 1):
            left, right = word[:cut], word[cut:]
            if known.count(right) and (cut == 1 or known.count(left)):
                self._by_pair([(left, 1.0)], [(right, 1.0)])
            elif len(right) >= _LEAST_GLUED and cut >= _LEAST_GLUED and known.count(left):
                self._by_pair([(left, 1.0)], self._alike(right, known.one_slip(right)))
            elif len(right) >= _LEAST_GLUED and known.count(right):
                self._by_pair(self._alike(left, known.one_slip(left)), [(right, 1.0)])

    def _add(self, numbers: Iterable[int], said: float) -> None:
        numbers = list(numbers)
        if not numbers:
            return
        found = self._found
        # Two words read into one that was written say no more than the one to the letter.
        said = min(said, self.worth + 1.0)
        for number in self._index.busiest(numbers, _PER_KEY):
            if found.get(number, -1.0) < said:
                found[number] = said
