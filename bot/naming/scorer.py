"""What a likeness is worth: learnt weights, the same for all names, and the chances that follow."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files

# Learnt by `dev.py learn naming` (tests/naming/learn.py); log-odds against "nobody we know".
WEIGHTS: Mapping[str, float] = tomllib.loads(files("bot.naming").joinpath("weights.toml").read_text("utf-8"))["weights"]


def log_odds(seen: Mapping[str, float]) -> float:
    """Log-odds against "nobody we know". What was never met while learning says nothing."""
    weights = WEIGHTS
    return sum([weights.get(name, 0.0) * value for name, value in seen.items()])


def chances(odds: Iterable[float]) -> list[float]:
    """Probability of each, beside each other and beside "nobody we know" at log-odds 0."""
    given = list(odds)
    top = max(0.0, *given) if given else 0.0
    parts = [math.exp(value - top) for value in given]
    whole = math.exp(-top) + math.fsum(parts)
    return [part / whole for part in parts]
