"""Learns bot.naming.scorer.WEIGHTS on invented names: `python tests/naming/fit.py`, and prints them.

Softmax over everybody near and "nobody we know", by stochastic gradient with Adagrad; seeds differ from bench.py.
"""

from __future__ import annotations

import math
import random
import sys
from collections import Counter

from invented import World

from bot.naming import NameIndex, canonical
from bot.naming.likeness import Asked
from bot.naming.scorer import WEIGHTS, chances, features

SIZES = ((1_000, 3_000, 4), (10_000, 4_000, 2), (100_000, 5_000, 1))
ROUNDS = 8
RIDGE = 1e-4
Case = tuple[list[dict[str, float]], int | None]


def cases() -> list[Case]:
    found: list[Case] = []
    for n, questions, worlds in SIZES:
        missed: Counter[str] = Counter()
        asked: Counter[str] = Counter()
        for seed in range(worlds):
            for alike in (False, True):
                world = World(n, seed, alike=alike)
                index = NameIndex(world.names)
                for question in world.questions(questions // worlds):
                    asked[question.kind] += question.owner is not None
                    case, met = _case(index, question.text, question.owner)
                    missed[question.kind] += not met
                    found.append(case)
        print(n, f"not among the near: {sum(missed.values()) / sum(asked.values()):.3f}", file=sys.stderr)
        print({k: round(v / max(1, asked[k]), 3) for k, v in missed.most_common(8)}, file=sys.stderr)
    return found


def _case(index: NameIndex, text: str, owner: str | None) -> tuple[Case, bool]:
    asked = canonical(text)
    rows: list[dict[str, float]] = []
    gold = None
    name_asked = Asked(asked, index.rarity)
    for canon, names in index.near(asked):
        like = name_asked.beside(canon)
        for name in names:
            if name.owner == owner:
                gold = len(rows)
            rows.append(features(like, index.weight(name), index.size))
    return (rows, gold), owner is None or gold is not None


def fit(given: list[Case]) -> dict[str, float]:
    weights = dict(WEIGHTS)
    steps = dict.fromkeys(weights, 1e-3)
    dice = random.Random(5)
    for _ in range(ROUNDS):
        dice.shuffle(given)
        loss = 0.0
        for rows, gold in given:
            odds = [sum(weights[k] * v for k, v in row.items()) for row in rows]
            p = chances(odds)
            loss -= math.log(max(1e-12, p[gold] if gold is not None else 1 - sum(p)))
            slope = dict.fromkeys(weights, 0.0)
            for place, row in enumerate(rows):
                error = p[place] - (place == gold)
                if abs(error) > 1e-4:
                    for k, v in row.items():
                        slope[k] += error * v
            for k, g in slope.items():
                if g:
                    pull = g + RIDGE * weights[k]
                    steps[k] += pull * pull
                    weights[k] -= 0.3 * pull / math.sqrt(steps[k])
        print(f"loss {loss / len(given):.4f}", file=sys.stderr)
    return weights


if __name__ == "__main__":
    for key, value in fit(cases()).items():
        print(f'    "{key}": {value:.2f},')
