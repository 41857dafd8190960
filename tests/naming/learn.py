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

from bot.model import Mention
from bot.naming import NameIndex
from bot.naming.context import NO_CONTEXT
from bot.naming.resolve import asked_of
from bot.naming.weigh import weigh
from tests.naming.invented import Question, World

FILE = Path(__file__).parents[2] / "bot" / "naming" / "weights.toml"
# Names in a world, questions to it, worlds of that size.
WORLDS = ((30, 60, 40), (300, 200, 16), (1_000, 1_000, 4), (10_000, 1_600, 2), (100_000, 3_600, 2))
NOBODY = 0.2
# So many have shown their work besides those who are asked for.
WORKING = 10_000
# How strongly weights are drawn towards zero, beside the loss of one question.
RIDGE = 1e-5
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
    """The weights under which what was meant is likeliest."""
    import numpy as np
    from scipy import sparse
    from scipy.optimize import minimize

    given = [case for case in given if case[0]]
    column = {name: n for n, name in enumerate(sorted({name for rows, _ in given for row in rows for name in row}))}
    rows = [row for near, _ in given for row in near]
    ends = np.cumsum([0, *map(len, rows)])
    places = np.fromiter((column[name] for row in rows for name in row), np.int32, ends[-1])
    values = np.fromiter((value for row in rows for value in row.values()), float, ends[-1])
    table = sparse.csr_matrix((values, places, ends), (len(rows), len(column)))
    turned = table.T.tocsr()
    sizes = np.array([len(near) for near, _ in given])
    starts = np.cumsum(sizes) - sizes
    case = np.repeat(np.arange(len(given)), sizes)
    meant = np.array([start + place for start, (_, place) in zip(starts, given, strict=True) if place is not None])
    wanted = np.asarray(table[meant].sum(0)).ravel()

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        odds = table @ weights
        top = np.maximum(0.0, np.maximum.reduceat(odds, starts))
        force = np.exp(odds - top[case])
        whole = np.add.reduceat(force, starts) + np.exp(-top)
        value = (np.log(whole) + top).sum() - odds[meant].sum()
        slope = turned @ (force / whole[case]) - wanted
        return value / len(given) + RIDGE / 2 * weights @ weights, slope / len(given) + RIDGE * weights

    options = {"maxiter": 4_000, "maxfun": 5_000, "ftol": 1e-14, "gtol": 1e-7, "maxcor": 30}
    found = minimize(loss, np.zeros(len(column)), jac=True, method="L-BFGS-B", options=options)
    print(f"loss {found.fun:.4f} after {found.nit} steps", file=sys.stderr)
    return {name: round(float(found.x[n]), DIGITS) for name, n in column.items()}


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
