"""Words that one writes as one and the next as two: "night owl" and "NightOwl"."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from rapidfuzz.distance import OSA

# Each half of a word that is cut with a slip in it is at least so long.
_LEAST_HALF = 4


def spaced_as(asked: Sequence[str], known: list[str]) -> list[str]:
    """The spelt words of a known name, joined and cut as they stand in what was asked for.

    "brightharbor labs" is "bright harbor labs" beside "bright harbour", and "retail pulse panel" is "retailpulse panel"
    beside "retailpulse".
    """
    left = [word for word in asked if word not in known]
    if not left:
        return known
    pairs = [pair for pair in pairwise(asked) if pair[0] in left or pair[1] in left]
    cut = [half for word in known for half in _cut(word, pairs)] if pairs else known
    return _joined(cut, left) if len(cut) > 1 else cut


def _cut(word: str, pairs: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    for left, right in pairs:
        at = _where(word, left, right)
        if at:
            return word[:at], word[at:]
    return (word,)


def _joined(words: list[str], asked: Sequence[str]) -> list[str]:
    for at, (left, right) in enumerate(pairwise(words)):
        if left not in asked and right not in asked and any(_where(word, left, right) for word in asked):
            return [*words[:at], left + right, *words[at + 2 :]]
    return words


def _where(word: str, left: str, right: str) -> int:
    """After how many letters a word falls into two others, with one slip in either half; 0 if it does not."""
    if abs(len(word) - len(left) - len(right)) > 1:
        return 0
    starts, ends = word.startswith(left), word.endswith(right)
    if starts and ends:
        return len(left) if len(word) == len(left) + len(right) else 0
    if min(len(left), len(right)) < _LEAST_HALF:
        return 0
    if starts and OSA.distance(word[len(left) :], right, score_cutoff=1) <= 1:
        return len(left)
    if ends and OSA.distance(word[: -len(right)], left, score_cutoff=1) <= 1:
        return len(word) - len(right)
    return 0
