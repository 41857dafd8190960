"""How a canonical name looks beside the one that was asked for: named features, before any weight."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler

from bot.naming import keys
from bot.naming.nicknames import is_short_form, other_names
from bot.naming.spacing import spaced_as

Likeness = Mapping[str, float]
# Two words are the same word misspelt from this Jaro-Winkler similarity on.
_SAME_WORD = 0.8
_MIN_PREFIX = 3
# i is spelt as l.
_VOWELS = frozenset("aeou")
_MIN_CLIPPED = 2
# A short form, or an s too many, is as good as the word itself.
_SAME = 0.96
# A word is explained by another from here on.
EXPLAINED = 0.35
# Nats of rarity that make a whole unit, and the most units that count.
_RARITY_UNIT = 10.0
_MOST_SAID = 2.5
# So many letters in common are no coincidence, however few names there are.
_LONG = 24
# More words than these, of those that were written and of those that are known, are as good as these.
_ASKED, _KNOWN = 3, 4
# A word that so large a share of names have says what they do, not who they are.
_GENERAL = 0.01


class Rarity(dict[str, float]):
    """What meeting each word is worth, in nats, looked up once a question."""

    def __init__(self, look_up: Callable[[str], float]) -> None:
        self._look_up = look_up

    def __missing__(self, word: str) -> float:
        rare = self[word] = self._look_up(word)
        return rare


class Asked:
    """A canonical name that was asked for, taken apart once.

    `rarity`: what meeting a word is worth; `count`: how many names have a word.
    """

    def __init__(self, canon: str, rarity: Rarity, count: Callable[[str], int]) -> None:
        self.canon = canon
        self._rarity = rarity
        spelt = keys.spelt(canon)
        self._words = keys.telling(spelt)
        self._worth = [rarity[word] for word in self._words]
        # How well known each word is, of whomever.
        self._heard = [count(word) > 0 for word in self._words]
        self._shared = [math.log(count(word) + 1) / _RARITY_UNIT for word in self._words]
        self._skeleton = "".join(spelt)
        self._handle = keys.handle(canon)
        self._n_words = min(len(self._words), _ASKED)
        self._ordered = sorted(self._words)
        self._shortened = frozenset(keys.shortened(canon))
        parts = canon.split()
        self._letters = min(map(len, parts), default=0) == 1
        self._in_one = len(canon) if len(parts) == 1 else 0
        self._ends = (len(parts[0]), len(parts[-1])) if len(parts) == 2 else (0, 0)
        self._numbers, self._digits = _numbers(self._words), _digits(canon)

    def beside(self, known: str) -> Likeness:
        """The features of `known`; absent ones are 0."""
        if known == self.canon:
            found = self._the_same()
        else:
            spelt = keys.spelt(known)
            found = self._beside(known, spelt, keys.telling(spelt))
        found[f"asked {self._n_words} of {min(known.count(' ') + 1, _KNOWN)}"] = 1.0
        return found

    def _the_same(self) -> dict[str, float]:
        return {
            "exact": 1.0,
            "said": min(sum(self._worth) / _RARITY_UNIT, _MOST_SAID),
            "shared": min(self._shared, default=0.0),
            "long exact": min(len(self._skeleton), _LONG) / _LONG,
        }

    def _beside(self, known: str, spelt: list[str], words: list[str]) -> dict[str, float]:
        skeleton = "".join(spelt)
        edits, numbered = OSA.distance(self._skeleton, skeleton), False
        if self._handle and (handle := keys.handle(known)):
            edits = min(edits, OSA.distance(self._handle, handle))
            numbered = 0 < edits <= 2
        spaced = self._as_asked(spaced_as(self._words, words)) if edits else self._words
        turned = edits > 0 and len(spaced) > 1 and sorted(spaced) == self._ordered
        found = self._by_letters(skeleton, 0 if turned else edits)
        found.update(self._in_common(spaced))
        if not edits:
            found[self._only_by(known)] = 1.0
        elif edits <= 2 and self._has_another(words, edits):
            found["another word"] = 1.0
        elif edits <= 2:
            found["one letter" if edits == 1 else "two letters"] = 1.0
        if turned:
            found["reordered"] = 1.0
            found["in order"] = float(spaced == self._words)
        elif edits and spaced != words:
            found["spaced"] = 1.0
        if numbered:
            found["numbered"] = 1.0
        if known in self._shortened or (self._may_be_short(spelt) and self._is_short_of(known)):
            found["initials"] = 1.0
        if edits:
            found.update(self._otherwise(known, words, skeleton))
        return found

    def _as_asked(self, words: list[str]) -> list[str]:
        """The words, each in the form in which it was asked for: "psychology" as "psych"."""
        return [next((asked for asked in self._words if is_short_form(asked, word)), word) for word in words]

    def _by_letters(self, skeleton: str, wrong: int) -> dict[str, float]:
        longest = max(len(self._skeleton), len(skeleton), 1)
        return {
            "letters": 1.0 - wrong / longest,
            "long": min(max(longest - wrong, 0), _LONG) / _LONG,
            "short": max(0.0, 8.0 - min(len(self._skeleton), len(skeleton))) / 8.0,
        }

    def _may_be_short(self, words: list[str]) -> bool:
        """Whether a name of these words could be shortened to what was written: "j doe", or a letter a word."""
        if self._in_one and len(words) > 1:
            return self._in_one <= len(words) or self._in_one == len(words[-1]) + 1
        return self._letters or any(1 < end < len(words) for end in self._ends)

    def _is_short_of(self, known: str) -> bool:
        if not self._in_one:
            return self.canon in keys.shortened(known)
        # "jdoe" is "j doe" in one word.
        return self.canon in map(keys.squashed, keys.shortened(known))

    def _has_another(self, words: list[str], edits: int) -> bool:
        """Whether so few letters are half of a word, as in "Jim Doe" beside "JR Doe": no slip of it, but another."""
        if len(words) != len(self._words):
            return False
        odd = [len(word) for word in self._words if max(alike(word, other) for other in words) < EXPLAINED]
        return min(odd, default=_LONG) <= 2 * edits

    def _only_by(self, known: str) -> str:
        """What alone tells two equal skeletons apart. People glue words together, and seldom take them apart."""
        words = known.count(" ") - self.canon.count(" ")
        return "digits" if not words else "glued" if words > 0 else "taken apart"

    def _otherwise(self, known: str, words: list[str], skeleton: str) -> dict[str, float]:
        cut, begun = _cut(self._skeleton, skeleton), skeleton[:1] == self._skeleton[:1]
        found = {"cut": cut} if cut else {}
        if not begun and "".join(sorted(words)) != "".join(self._ordered):
            found["other start"] = 1.0
        if skeleton.endswith(self._skeleton):
            found["ends"] = 1.0
        digits = _digits(known)
        if _numbers(words) != self._numbers or (digits and self._digits and digits != self._digits):
            found["numbers"] = 1.0
        return found

    def _in_common(self, words: list[str]) -> dict[str, float]:
        """What the words in common say, and what is left over on either side, in nats and in words."""
        worth = [self._rarity[word] for word in words]
        best = [0.0] * len(words)
        asked_left = 0.0
        shared = elsewhere = 0.0
        more = same = initials = unheard = general = 0
        for word, rare, common, heard in zip(self._words, self._worth, self._shared, self._heard, strict=True):
            each = [alike(word, other) for other in words]
            most = max(each, default=0.0)
            if most >= _SAME:
                shared = min(shared, common) if same else common
                same += 1
            elif len(word) == 1:
                initials += 1
            else:
                elsewhere = max(elsewhere, common)
                unheard += not heard
            asked_left += rare * (1.0 - most)
            if most < EXPLAINED:
                more += 1
                general += keys.commonness(word) >= _GENERAL
            best = list(map(max, best, each))
        said = sum([rare * share for rare, share in zip(worth, best, strict=True)])
        left = sum(worth) - said
        missing = [keys.commonness(word) for word, share in zip(words, best, strict=True) if share < EXPLAINED]
        fewer = len(missing)
        whole = same == len(self._words)
        return {
            "said": min(said / _RARITY_UNIT, _MOST_SAID),
            "asked left": min(asked_left / _RARITY_UNIT, _MOST_SAID),
            "known left": min(left / _RARITY_UNIT, _MOST_SAID),
            "words more": float(min(more, 3)),
            "words fewer": float(min(fewer, 3)),
            "one of several": float(fewer > 0 and len(words) - fewer <= 1),
            "shared": shared,
            "elsewhere": elsewhere,
            "unheard": float(min(unheard, 3)),
            "more general": float(min(general, 3)),
            "left general": float(min(sum([each >= _GENERAL for each in missing]), 3)),
            "left telling": float(fewer > 0 and not max(missing)),
            "no word same": float(not same),
            "asked whole": float(whole),
            "asked by letters": float(not whole and same + initials == len(self._words) and not more),
            "known whole": float(same > 0 and min(best) >= _SAME),
        }


@lru_cache(maxsize=65536)
def alike(left: str, right: str) -> float:
    """How surely two spelt words are one: 1 the same, 0 different."""
    if left == right:
        return 1.0
    if left.isdigit() or right.isdigit():
        return 0.0
    short, long = (left, right) if len(left) <= len(right) else (right, left)
    if len(short) == 1:
        return 0.4 if long.startswith(short) else 0.0
    if known := _known_forms(short, long):
        return known
    by_letters = 0.95 * JaroWinkler.similarity(left, right, score_cutoff=_SAME_WORD)
    if by_letters and OSA.distance(left, right, score_cutoff=2) > max(1, len(long) // 4):
        by_letters *= 0.8
    if len(short) >= _MIN_CLIPPED and long.startswith(short):
        return max(by_letters, 0.5 + 0.4 * len(short) / len(long))
    return by_letters


def _known_forms(short: str, long: str) -> float:
    """How surely two words are one that is written in both ways; 0 if they are not known to be."""
    if is_short_form(short, long) or _is_plural(long, short):
        return _SAME
    bare = _VOWELS.isdisjoint(short) and keys.is_without_vowels(short, long)
    return 0.8 if bare or short in other_names(long) else 0.0


def _is_plural(word: str, one: str) -> bool:
    """Whether a spelt word is another with an s too many: "labs" of "lab", "studies" of "study"."""
    return len(one) >= _MIN_PREFIX and (word == one + "s" or (one.endswith("y") and word == one[:-1] + "les"))


def _cut(left: str, right: str) -> float:
    """The share that is left where one name is the beginning of the other."""
    short, long = (left, right) if len(left) <= len(right) else (right, left)
    return len(short) / len(long) if len(short) >= _MIN_PREFIX and short != long and long.startswith(short) else 0.0


def _digits(canon: str) -> frozenset[str]:
    """Each run of digits, wherever in a name."""
    if canon.replace(" ", "").isalpha():
        return frozenset()
    return frozenset("".join(char if char.isdigit() else " " for char in canon).split())


def _numbers(words: Sequence[str]) -> list[str]:
    return sorted(word for word in words if word.isdigit())
