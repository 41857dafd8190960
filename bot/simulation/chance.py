"""Random numbers with a seed: streams that do not disturb one another, and the laws that the worlds use."""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from random import Random

_LARGE = 50.0  # from here on a Poisson number is drawn from the normal law


def stream(*parts: object) -> Random:
    """Random numbers of their own for this combination of words and numbers: the same in every process."""
    # Chance of a simulation, not of a secret.
    return Random("|".join(map(str, parts)))  # noqa: S311


def spread(rng: Random, median: float, sigma: float) -> float:
    """A log-normal number."""
    return median * math.exp(sigma * rng.gauss(0.0, 1.0))


def unequal(rng: Random, sigma: float) -> float:
    """A log-normal number whose mean is 1."""
    return math.exp(sigma * rng.gauss(0.0, 1.0) - sigma * sigma / 2)


def poisson(rng: Random, mean: float) -> int:
    """How many there are of what comes `mean` times on average."""
    if mean > _LARGE:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    left, n = math.exp(-mean), 0
    product = rng.random()
    while product > left:
        product *= rng.random()
        n += 1
    return n


class Lot:
    """Draws a number from 0 by weight."""

    def __init__(self, weights: Sequence[float]) -> None:
        self._sums = list(accumulate(weights))

    def draw(self, rng: Random) -> int:
        """One number; heavier ones more often."""
        return bisect(self._sums, rng.random() * self._sums[-1])
