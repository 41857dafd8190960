"""`dev.py learn naming`: learns bot/naming/weights.toml on invented names, and writes it. The same file every time.

Softmax over everybody near and "nobody we know": a conditional logit, drawn towards zero, so there is one optimum.
Half of the questions are names alone, half stand in a context; half of the worlds know who is how active. Seeds, names
and slips are not the bench's.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.model import Mention
from bot.naming import NameIndex
from bot.naming.context import NO_CONTEXT
from bot.naming.resolve import asked_of
from bot.naming.weigh import weigh
from tests.naming.invented import Question, World

if TYPE_CHECKING:
    import numpy as np

FILE = Path(__file__).parents[2] / "bot" / "naming" / "weights.toml"
# Names in a world, questions to it, worlds of that size.
WORLDS = ((30, 60, 40), (300, 200, 16), (1_000, 1_000, 4), (10_000, 1_600, 2), (100_000, 3_600, 2))
NOBODY = 0.2
# So many have shown their work besides those who are asked for.
WORKING = 10_000
# How strongly weights are drawn towards zero, beside the loss of one question.
RIDGE = 1e-5
MOST_STEPS = 50
# No weight moves by more in the last step, and rounding of sums by less.
EXACT = 1e-9
DIGITS = 4
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
    near = weigh(asked_of(question.text, index), mention, index, question.platform, context)
    meant = next((place for place, one in enumerate(near) if one.name.owner == question.owner), None)
    return [one.features for one in near], meant


def fit(given: Sequence[Case]) -> dict[str, float]:
    """The weights under which what was meant is likeliest, by Newton's method: to nine digits the same everywhere."""
    import numpy as np

    choices = Choices([case for case in given if case[0]])
    weights = np.zeros(len(choices.columns))
    loss, shares = choices.loss(weights)
    for steps in range(MOST_STEPS):
        slope, bend = choices.slope_and_bend(weights, shares)
        step = np.linalg.solve(bend, slope)
        if abs(step).max() < EXACT:
            print(f"loss {loss:.6f} after {steps} steps", file=sys.stderr)
            return dict(zip(choices.columns, map(float, weights), strict=True))
        # From far off a whole step may lead past the lowest place.
        while (tried := choices.loss(weights - step))[0] > loss + EXACT:
            step /= 2
        weights, (loss, shares) = weights - step, tried
    raise ArithmeticError(f"no optimum within {MOST_STEPS} steps")


class Choices:
    """All cases as one table of numbers: a row for everybody near, and which rows were meant."""

    def __init__(self, given: Sequence[Case]) -> None:
        import numpy as np
        from scipy import sparse

        rows = [row for near, _ in given for row in near]
        self.columns = sorted({name for row in rows for name in row})
        column = {name: place for place, name in enumerate(self.columns)}
        ends = np.cumsum([0, *map(len, rows)])
        places = np.fromiter((column[name] for row in rows for name in row), np.int32, ends[-1])
        values = np.fromiter((value for row in rows for value in row.values()), float, ends[-1])
        self._table = sparse.csr_matrix((values, places, ends), (len(rows), len(column)))
        sizes = np.array([len(near) for near, _ in given])
        self._starts = np.cumsum(sizes) - sizes
        self._case = np.repeat(np.arange(len(given)), sizes)
        self._by_case = sparse.csr_matrix((np.ones(len(rows)), (self._case, np.arange(len(rows)))))
        meant = [start + place for start, (_, place) in zip(self._starts, given, strict=True) if place is not None]
        self._meant = np.array(meant)
        self._wanted = np.asarray(self._table[self._meant].sum(0)).ravel()

    def loss(self, weights: np.ndarray) -> tuple[float, np.ndarray]:
        """The loss of one question, and the probability of every row."""
        import numpy as np

        odds = self._table @ weights
        top = np.maximum(0.0, np.maximum.reduceat(odds, self._starts))
        force = np.exp(odds - top[self._case])
        whole = np.add.reduceat(force, self._starts) + np.exp(-top)
        value = (np.log(whole) + top).sum() - odds[self._meant].sum()
        return float(value / len(top) + RIDGE / 2 * weights @ weights), force / whole[self._case]

    def slope_and_bend(self, weights: np.ndarray, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The first and second derivatives of the loss."""
        import numpy as np

        n = len(self._starts)
        weighted = self._table.multiply(shares[:, None]).tocsr()
        means = self._by_case @ weighted
        bend = (self._table.T @ weighted - means.T @ means).toarray() / n
        slope = (np.asarray(weighted.sum(0)).ravel() - self._wanted) / n
        return slope + RIDGE * weights, bend + RIDGE * np.eye(len(weights))


def written(weights: dict[str, float]) -> str:
    """The weights as the shipped file."""
    lines = ['# Learnt by `python3 dev.py learn naming`. Log-odds against "nobody we know"; never edited by hand.', ""]
    lines += ["[weights]", *(f'"{name}" = {weight:.{DIGITS}f}' for name, weight in sorted(weights.items()))]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Learn and write the file."""
    FILE.write_text(written(fit(cases())), encoding="utf-8")


if __name__ == "__main__":
    main()
