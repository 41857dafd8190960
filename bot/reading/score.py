"""From named signals to probabilities: one table of weights (weights.toml), summed, and a softmax over the kinds."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from bot.model import Kind

KINDS = (Kind.MASS, Kind.SINGLE, Kind.REVERSAL, Kind.TALK, Kind.OTHER)
Weights = Mapping[str, tuple[float, ...]]


@cache
def shipped() -> Weights:
    """The weights of weights.toml: for each signal one number a kind, in the order of `KINDS`."""
    raw = tomllib.loads(files("bot.reading").joinpath("weights.toml").read_text("utf-8"))
    return MappingProxyType({name: tuple(float(w) for w in row) for name, row in raw.items()})


def probabilities(names: Iterable[str], weights: Weights | None = None) -> dict[Kind, float]:
    """What signals with these names make of the kinds; each counts once. The probabilities sum to 1."""
    table = weights or shipped()
    sums = [0.0] * len(KINDS)
    for name in set(names):
        for i, weight in enumerate(table[name]):
            sums[i] += weight
    top = max(sums)
    powers = [math.exp(s - top) for s in sums]
    whole = math.fsum(powers)
    return {kind: power / whole for kind, power in zip(KINDS, powers, strict=True)}


def weight_of(name: str, weights: Weights | None = None) -> float:
    """How much a signal speaks for 'mass': its weight there, less the mean of its weights elsewhere (log-odds)."""
    mass, *rest = (weights or shipped())[name]
    return round(mass - sum(rest) / len(rest), 3)
