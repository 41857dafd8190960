"""What a likeness is worth: learnt weights, the same for all names, and the chances that follow."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from bot.naming.likeness import Likeness

# Log-odds against "nobody we know", learnt on invented names by tests/naming/fit.py.
WEIGHTS: Mapping[str, float] = {
    "exact": 6.0,
    "glued": 3.0,
    "reordered": 3.0,
    "letters": 6.0,
    "one letter": 1.5,
    "two letters": 0.5,
    "asked words": 4.0,
    "known words": 3.0,
    "said": 1.5,
    "initials": 4.0,
    "cut": 3.0,
    "numbers": -3.0,
    "short": -2.0,
    "activity": 0.6,
    "size": -0.1,
    "bias": -9.0,
    "bias exact": -2.0,
}
# Set by hand: what agrees beside the name. A requester is of one platform, so another one speaks against.
BESIDE: Mapping[str, float] = {
    "same platform": 0.5,
    "other platform": -7.0,
    "same task": 6.0,
    "id beside it": 7.0,
    "same reward": 1.0,
    "open incident": 1.5,
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
