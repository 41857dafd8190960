"""How a canonical name looks beside the one that was asked for: named features, before any weight."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler

from bot.naming import keys

Likeness = Mapping[str, float]
# Two words are the same word misspelt from this Jaro-Winkler similarity on.
_SAME_WORD = 0.86
_MIN_PREFIX = 3
# Nats of rarity that make a whole unit, and the most units that count.
_RARITY_UNIT = 10.0
_MOST_SAID = 2.0


class Asked:
    """A canonical name that was asked for, taken apart once. `rarity`: what meeting a word is worth, in nats."""

    def __init__(self, canon: str, rarity: Callable[[str], float]) -> None:
        self.canon = canon
        self._rarity = rarity
        self._words = [(word, rarity(word)) for word in canon.split()]
        self._worth = sum(rare for _, rare in self._words) or 1.0
        self._skeleton = keys.skeleton(canon)
        self._ordered = keys.ordered(canon)
        self._shortened = frozenset(keys.shortened(canon))
        self._numbers = _numbers(canon)

    def beside(self, known: str) -> Likeness:
        """The features of `known`; absent ones are 0."""
        if known == self.canon:
            return {"exact": 1.0, "said": min(self._worth / _RARITY_UNIT, _MOST_SAID)}
        skeleton = keys.skeleton(known)
        edits = OSA.distance(self._skeleton, skeleton)
        agreed, of_asked, of_known = self._agreement(known)
        return {
            **({} if edits else {self._only_by(known): 1.0}),
            "reordered": float(keys.ordered(known) == self._ordered),
            "letters": 1.0 - edits / max(len(self._skeleton), len(skeleton), 1),
            "one letter": float(edits == 1),
            "two letters": float(edits == 2),
            "asked words": of_asked,
            "known words": of_known,
            "said": min(agreed / _RARITY_UNIT, _MOST_SAID),
            "initials": float(known in self._shortened or self.canon in keys.shortened(known)),
            "cut": _cut(self._skeleton, skeleton),
            "numbers": float(edits > 0 and _numbers(known) != self._numbers),
            "short": max(0.0, 8.0 - min(len(self._skeleton), len(skeleton))) / 8.0,
        }

    def _only_by(self, known: str) -> str:
        """What alone tells two equal skeletons apart. People glue words together, and seldom take them apart."""
        words = known.count(" ") - self.canon.count(" ")
        return "digits" if not words else "glued" if words > 0 else "taken apart"

    def _agreement(self, known: str) -> tuple[float, float, float]:
        """What the words in common say in nats, and their share of the asked and of the known name."""
        words = [(word, self._rarity(word)) for word in known.split()]
        best = [0.0] * len(words)
        of_asked = agreed = worth = 0.0
        for word, rare in self._words:
            alike = [_word(word, other) for other, _ in words]
            of_asked += rare * max(alike, default=0.0)
            best = list(map(max, best, alike))
        for (_, rare), share in zip(words, best, strict=True):
            agreed += rare * share
            worth += rare
        return agreed, of_asked / self._worth, agreed / (worth or 1.0)


@lru_cache(maxsize=65536)
def _word(left: str, right: str) -> float:
    """How surely two words are one: 1 the same, 0 different."""
    if left == right:
        return 1.0
    short, long = (left, right) if len(left) <= len(right) else (right, left)
    if len(short) == 1:
        return 0.4 if long.startswith(short) else 0.0
    if len(short) >= _MIN_PREFIX and long.startswith(short):
        return 0.5 + 0.4 * len(short) / len(long)
    return 0.9 * JaroWinkler.similarity(left, right, score_cutoff=_SAME_WORD)


def _cut(left: str, right: str) -> float:
    """The share that is left where one name is the beginning of the other."""
    short, long = (left, right) if len(left) <= len(right) else (right, left)
    return len(short) / len(long) if len(short) >= _MIN_PREFIX and short != long and long.startswith(short) else 0.0


def _numbers(canon: str) -> list[str]:
    if keys.squashed(canon).isalpha():
        return []
    return sorted("".join(char if char.isdigit() else " " for char in canon).split())
