"""`dev.py learn naming`: learns bot/naming/weights.toml on invented names, and writes it. The same file every time.

Softmax over everybody near and "nobody we know", by stochastic gradient with Adagrad. Half of the questions are names
alone, half stand in a context; half of the worlds know who is how active. Seeds, names and slips are not the bench's.
"""

from __future__ import annotations

import math
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bot.model import Mention
from bot.naming import NameIndex, canonical
from bot.naming.context import NO_CONTEXT
from bot.naming.keys import bare
from bot.naming.scorer import chances
from bot.naming.weigh import weigh
from tests.naming.invented import Question, World

FILE = Path(__file__).parents[2] / "bot" / "naming" / "weights.toml"
# Names in a world, questions to it, worlds of that size.
WORLDS = ((30, 60, 15), (300, 200, 6), (1_000, 1_000, 2), (10_000, 1_400, 2), (100_000, 3_000, 1))
NOBODY = 0.2
# So many have shown their work besides those who are asked for.
WORKING = 10_000
ROUNDS = 14
RIDGE = 5e-5
STEP = 0.3
# What can hardly matter is left out from the second round on.
_LEAST = 1e-5
Row = dict[str, float]
Case = tuple[list[Row], int | None]


def cases(worlds: Sequence[tuple[int, int, int]] = WORLDS) -> list[Case]:
    """Questions to invented worlds: the features of everybody near, and which of them was meant."""
    found: list[Case] = []
    for n, questions, count in worlds:
        for seed in range(count):
            for alike in (False, True):
                world = World(n, seed, alike=alike)
                index = NameIndex(world.names)
                asked = world.questions(questions // 2, NOBODY) + world.questions_in_context(questions // 2, NOBODY)
                for owner in {*(name.owner for name in world.names[:WORKING]), *(one.owner for one in asked)} - {None}:
                    index.add_task(owner, world.work(owner))
                found += _cases(index, asked, f"{n} names")
    return found


def _cases(index: NameIndex, asked: Sequence[Question], what: str) -> list[Case]:
    missed: Counter[str] = Counter()
    known: Counter[str] = Counter()
    found = []
    for question in asked:
        rows, meant = case_of(index, question)
        known[question.kind] += question.owner is not None
        missed[question.kind] += question.owner is not None and meant is None
        found.append((rows, meant))
    shares = {kind: round(count / known[kind], 3) for kind, count in missed.most_common(6) if count}
    print(f"{what}: not among the near {sum(missed.values()) / sum(known.values()):.3f} {shares}", file=sys.stderr)
    return found


def case_of(index: NameIndex, question: Question) -> Case:
    """One question's rows, and the row of the one that was meant."""
    mention, context = Mention(text=question.text), question.context or NO_CONTEXT
    near = weigh(bare(canonical(question.text)), mention, index, question.platform, context)
    meant = next((place for place, one in enumerate(near) if one.name.owner == question.owner), None)
    return [one.features for one in near], meant


def fit(given: Sequence[Case]) -> dict[str, float]:
    """The weights under which what was meant is likeliest."""
    mine = list(given)
    weights = dict.fromkeys(sorted({name for rows, _ in mine for row in rows for name in row}), 0.0)
    steps = dict.fromkeys(weights, 1e-3)
    dice = random.Random(5)
    for _ in range(ROUNDS):
        dice.shuffle(mine)
        loss = sum(_learn(rows, meant, weights, steps) for rows, meant in mine)
        print(f"loss {loss / len(mine):.4f}", file=sys.stderr)
    return weights


def _learn(rows: list[Row], meant: int | None, weights: dict[str, float], steps: dict[str, float]) -> float:
    odds = [sum([weights[name] * value for name, value in row.items()]) for row in rows]
    each = chances(odds)
    slope: dict[str, float] = {}
    for place, row in enumerate(rows):
        error = each[place] - (place == meant)
        if abs(error) > _LEAST:
            for name, value in row.items():
                slope[name] = slope.get(name, 0.0) + error * value
    for name, up in slope.items():
        pull = up + RIDGE * weights[name]
        steps[name] += pull * pull
        weights[name] -= STEP * pull / math.sqrt(steps[name])
    return -math.log(max(1e-12, each[meant] if meant is not None else 1.0 - sum(each)))


def written(weights: dict[str, float]) -> str:
    """The weights as the shipped file."""
    lines = ['# Learnt by `python3 dev.py learn naming`. Log-odds against "nobody we know"; never edited by hand.', ""]
    lines += ["[weights]", *(f'"{name}" = {weight:.7f}' for name, weight in sorted(weights.items()))]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Learn and write the file."""
    FILE.write_text(written(fit(cases())), encoding="utf-8")


if __name__ == "__main__":
    main()
