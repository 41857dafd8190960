"""The measures: shares, average precision, calibration, and how sure a figure is."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

ROUNDS = 1_000
BINS = 10
_SEED = 3


@dataclass(frozen=True, slots=True)
class Ratio:
    """So many of so many."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The share; None of nothing."""
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval by bootstrap over posts; None where there is nothing to measure."""

    value: float | None
    low: float | None = None
    high: float | None = None


Scored = tuple[bool, bool, float]  # is it, was it called so, how surely
Measure = Callable[[Sequence[Scored]], float | None]


def ratio(found: Sequence[bool]) -> Ratio:
    """How many of these are true."""
    return Ratio(sum(found), len(found))


def f1(rows: Sequence[Scored]) -> float | None:
    """The harmonic mean of precision and recall; None if there is none and none was called so."""
    right = sum(is_it and called for is_it, called, _ in rows)
    both = sum(is_it for is_it, _, _ in rows) + sum(called for _, called, _ in rows)
    return 2 * right / both if both else None


def average_precision(rows: Sequence[Scored]) -> float | None:
    """The area under precision over recall, as steps; posts with one score are taken together. None without any."""
    whole = sum(is_it for is_it, _, _ in rows)
    if not whole:
        return None
    area, right, seen = 0.0, 0, 0
    for _, same in groupby(sorted(rows, key=lambda row: -row[2]), key=lambda row: row[2]):
        hits = [is_it for is_it, _, _ in same]
        seen += len(hits)
        right += sum(hits)
        area += sum(hits) / whole * right / seen
    return area


def calibration_error(rows: Sequence[tuple[bool, float]]) -> float | None:
    """How far "n %" is from n %: ten bins of equal width, each by its number of posts (Guo et al. 2017)."""
    bins: list[list[tuple[bool, float]]] = [[] for _ in range(BINS)]
    for is_it, said in rows:
        bins[min(BINS - 1, int(said * BINS))].append((is_it, said))
    return sum(abs(sum(p - is_it for is_it, p in each)) for each in bins) / len(rows) if rows else None


def estimate(measure: Measure, rows: Sequence[Scored], rounds: int = ROUNDS) -> Estimate:
    """A measure with its interval: 95 of 100 samples drawn from these posts, with replacement, lie within."""
    dice = random.Random(_SEED)  # noqa: S311 - the same interval for the same posts, every time
    drawn = sorted(
        value for _ in range(rounds if rows else 0) if (value := measure(dice.choices(rows, k=len(rows)))) is not None
    )
    if not drawn:
        return Estimate(measure(rows))
    cut = len(drawn) // 40
    return Estimate(measure(rows), drawn[cut], drawn[-1 - cut])
