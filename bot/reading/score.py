"""From named features to probabilities: one table of weights (weights.tsv), summed, and a softmax over the kinds.

How far a reversal has come is weighed in the same way, by a table of its own (stages.tsv).
The weights are learnt from data/corpus/training by a linear model (bot/evaluation/learning.py), never set by hand.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files

from bot.model import Kind, Reversal
from bot.reading.gate import OPEN, Gate, shipped_text
from bot.reading.gate import parse as parse_gate
from bot.reading.grams import Known

KINDS = (Kind.MASS, Kind.SINGLE, Kind.REVERSAL, Kind.TALK, Kind.OTHER)
STAGES = (Reversal.DONE, Reversal.PARTLY, Reversal.PROMISED, Reversal.ASKED)
BIAS = "always"  # the feature that every post has
Row = tuple[float, ...]
_NOTHING = (0.0,) * len(KINDS)
_LEAST = 1e-30  # a probability below it is none


@dataclass(frozen=True)
class Model:
    """For each feature one weight a kind, in the order of `KINDS`. What it does not know weighs nothing.

    `gate` says which posts are worth weighing at all. `stages` has weights in the order of `STAGES`.
    """

    rows: Mapping[str, Row]
    gate: Gate = OPEN
    stages: Mapping[str, Row] = field(default_factory=dict)

    def probabilities(self, names: Iterable[str]) -> dict[Kind, float]:
        """What features with these names make of the kinds; each counts once. The probabilities sum to 1."""
        return chances(self.sums(dict.fromkeys([BIAS, *names])))

    def sums(self, names: Iterable[str]) -> Row:
        """The weights of features, all different, summed for each kind."""
        return _summed(self.rows, names) or _NOTHING

    def stage(self, names: Iterable[str]) -> Reversal | None:
        """How far a reversal has come of which features with these names tell; None of a model that knows no stages."""
        sums = _summed(self.stages, [BIAS, *names])
        return STAGES[sums.index(max(sums))] if sums else None

    @cached_property
    def known(self) -> Known | None:
        """The grams that weigh anything; None of a model that still has to learn which."""
        return Known(self.rows) if self.rows else None

    @cached_property
    def speaks(self) -> dict[str, float]:
        """How much each feature speaks for 'mass': its weight there, less the mean of its weights elsewhere."""
        return {name: round(row[0] - sum(row[1:]) / (len(row) - 1), 3) for name, row in self.rows.items()}

    def weight_of(self, name: str) -> float:
        """How much a feature speaks for 'mass', in log-odds; what the model does not know speaks for nothing."""
        return self.speaks.get(name, 0.0)


def _summed(rows: Mapping[str, Row], names: Iterable[str]) -> Row:
    found = filter(None, map(rows.get, names))
    return tuple(map(sum, zip(*found, strict=True)))


def chances(sums: Row) -> dict[Kind, float]:
    """The probabilities of the kinds whose features sum to this."""
    top = max(sums)
    powers = [math.exp(s - top) for s in sums]
    whole = math.fsum(powers)
    return {kind: power / whole for kind, power in zip(KINDS, powers, strict=True)}


def between(one: Mapping[Kind, float], other: Mapping[Kind, float]) -> dict[Kind, float]:
    """The probabilities halfway between two judgements, in log-odds. They sum to 1."""
    powers = {kind: math.sqrt(max(p * other[kind], _LEAST)) for kind, p in one.items()}
    whole = math.fsum(powers.values())
    return {kind: power / whole for kind, power in powers.items()}


def parse(text: str) -> dict[str, Row]:
    """The rows of a table: a name and its numbers with tabs between, a line; lines with `#` say something of it."""
    rows = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, *numbers = line.split("\t")
            rows[name] = tuple(map(float, numbers))
    return rows


@cache
def shipped() -> Model:
    """The model of weights.tsv, with the gate of gate.tsv and the stages of stages.tsv."""
    rows, stages = (
        parse(files("bot.reading").joinpath(name).read_text("utf-8")) for name in ("weights.tsv", "stages.tsv")
    )
    return Model(rows, parse_gate(shipped_text()), stages)
