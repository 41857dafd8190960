"""What a likeness is worth: learnt weights, the same for all names, and the chances that follow."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from bot.naming.likeness import Likeness

# Log-odds against "nobody we know", learnt on invented names by tests/naming/fit.py.
WEIGHTS: Mapping[str, float] = {
    "exact": 6.80,
    "glued": 6.22,
    "taken apart": 1.21,
    "digits": 10.73,
    "reordered": 5.49,
    "letters": 5.18,
    "one letter": 2.41,
    "two letters": 1.43,
    "asked words": 3.40,
    "known words": -0.19,
    "said": 5.01,
    "initials": 4.12,
    "cut": 2.54,
    "numbers": -1.87,
    "short": 2.28,
    "activity": 0.90,
    "size": -0.87,
    "bias": -4.17,
    "bias exact": -0.17,
}
# Set by hand: what agrees beside the name. A requester is of one platform, so another one speaks against.
BESIDE: Mapping[str, float] = {
    "same platform": 0.5,
    "other platform": -7.0,
    "same task": 6.0,
    "id beside it": 7.0,
    "same reward": 1.0,
    "open incident": 1.5,
    # Whoever writes a known name of two telling words to the letter means it: right in 99.6 of 100 questions at 100k
    # names (tests/naming/bench.py), so a better-known name a letter away is no rival.
    "whole name": 5.0,
    "not the name": -6.0,
}


def features(like: Likeness, weight: float, size: float) -> dict[str, float]:
    """All that the weights see: a likeness, the name's activity beside the mean, the size of the index."""
    bias = "bias exact" if "exact" in like else "bias"
    return {**like, bias: 1.0, "activity": weight, "size": size}


def log_odds(seen: Mapping[str, float]) -> float:
    """Log-odds against "nobody we know"."""
    return sum(WEIGHTS[name] * value for name, value in seen.items())


def chances(odds: Iterable[float]) -> list[float]:
    """Probability of each, beside each other and beside "nobody we know" at log-odds 0."""
    given = list(odds)
    top = max(0.0, *given) if given else 0.0
    parts = [math.exp(value - top) for value in given]
    whole = math.exp(-top) + math.fsum(parts)
    return [part / whole for part in parts]
