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
# Nats of rarity that make a whole unit.
_RARITY_UNIT = 10.0


def likeness(asked: str, known: str, rarity: Callable[[str], float]) -> Likeness:
    """Features of `known` beside `asked`, both canonical; `rarity` says what meeting a word is worth in nats."""
    if asked == known:
        return {"exact": 1.0, "said": min(_worth(known, rarity), 2.0)}
    left, right = keys.skeleton(asked), keys.skeleton(known)
    edits = OSA.distance(left, right)
    longer = max(len(left), len(right), 1)
    agreed, of_asked, of_known = _agreement(asked, known, rarity)
    return {
        "glued": float(edits == 0),
        "reordered": float(keys.ordered(asked) == keys.ordered(known)),
        "letters": 1.0 - edits / longer,
        "one letter": float(edits == 1),
        "two letters": float(edits == 2),
        "asked words": of_asked,
        "known words": of_known,
        "said": min(agreed, 2.0),
        "initials": float(_is_initials(asked, known)),
        "cut": _cut(left, right),
        "numbers": float(_numbers(asked) != _numbers(known)) if edits else 0.0,
        "short": max(0.0, 8.0 - min(len(left), len(right))) / 8.0,
    }


def _worth(canon: str, rarity: Callable[[str], float]) -> float:
    return sum(rarity(word) for word in canon.split()) / _RARITY_UNIT


def _agreement(asked: str, known: str, rarity: Callable[[str], float]) -> tuple[float, float, float]:
    """What the words in common say, and which share of the asked and of the known name they are, by rarity."""
    left, right = asked.split(), known.split()
    of_left = sum(rarity(word) * max((_word(word, other) for other in right), default=0.0) for word in left)
    of_right = sum(rarity(word) * max((_word(word, other) for other in left), default=0.0) for word in right)
    all_left = sum(map(rarity, left)) or 1.0
    all_right = sum(map(rarity, right)) or 1.0
    return of_right / _RARITY_UNIT, of_left / all_left, of_right / all_right


@lru_cache(maxsize=65536)
def _word(left: str, right: str) -> float:
    """How surely two words are one: 1 the same, 0 different."""
    if left == right:
        return 1.0
    short, long = sorted((left, right), key=len)
    if len(short) == 1:
        return 0.4 if long.startswith(short) else 0.0
    if len(short) >= _MIN_PREFIX and long.startswith(short):
        return 0.5 + 0.4 * len(short) / len(long)
    alike = JaroWinkler.similarity(left, right)
    return alike * 0.9 if alike >= _SAME_WORD else 0.0


def _is_initials(asked: str, known: str) -> bool:
    return asked in keys.shortened(known) or known in keys.shortened(asked)


def _cut(left: str, right: str) -> float:
    """The share that is left where one name is the beginning of the other."""
    short, long = sorted((left, right), key=len)
    return len(short) / len(long) if len(short) >= _MIN_PREFIX and short != long and long.startswith(short) else 0.0


def _numbers(canon: str) -> list[str]:
    words = ("".join(char if char.isdigit() else " " for char in canon)).split()
    return sorted(words)
