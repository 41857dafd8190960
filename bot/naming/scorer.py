"""What a likeness is worth: learnt weights, the same for all names, and the chances that follow."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from bot.naming.likeness import Likeness

# Log-odds against "nobody we know", learnt on invented names by tests/naming/fit.py.
WEIGHTS: Mapping[str, float] = {
    "exact": 6.78,
    "glued": 8.83,
    "reordered": 6.19,
    "letters": 5.65,
    "one letter": 2.24,
    "two letters": 1.21,
    "asked words": 4.15,
    "known words": 0.15,
    "said": 4.33,
    "initials": 3.85,
    "cut": 2.19,
    "numbers": -1.70,
    "short": 2.26,
    "activity": 0.86,
    "size": -0.75,
    "bias": -6.03,
    "bias exact": -0.69,
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
