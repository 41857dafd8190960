"""What a likeness is worth: learnt weights, the same for all names, and the chances that follow."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files

# Learnt by `dev.py learn naming` (tests/naming/learn.py); log-odds against "nobody we know".
WEIGHTS: Mapping[str, float] = tomllib.loads(files("bot.naming").joinpath("weights.toml").read_text("utf-8"))["weights"]


def _by_kind() -> dict[str, dict[str, float]]:
    """The same weights by the first word of their names."""
    found: dict[str, dict[str, float]] = {}
    for name, weight in WEIGHTS.items():
        kind, _, feature = name.partition(" ")
        found.setdefault(kind, {})[feature] = weight
    return found


_BY_KIND = _by_kind()


def log_odds(kind: str, seen: Iterable[Mapping[str, float]], beside: Iterable[str]) -> float:
    """Log-odds against "nobody we know". What was never met while learning says nothing."""
    weights = _BY_KIND.get(kind, {})
    odds = sum([WEIGHTS.get(name, 0.0) for name in beside])
    for each in seen:
        odds += sum([weights.get(feature, 0.0) * value for feature, value in each.items()])
    return odds


def chances(odds: Iterable[float]) -> list[float]:
    """Probability of each, beside each other and beside "nobody we know" at log-odds 0."""
    given = list(odds)
    top = max(0.0, *given) if given else 0.0
    parts = [math.exp(value - top) for value in given]
    whole = math.exp(-top) + math.fsum(parts)
    return [part / whole for part in parts]
