"""Learns the reader's weights from labelled posts, and writes them where the reader looks for them.

`python -m bot.evaluation.learning` makes bot/reading/weights.tsv anew from data/corpus/training. scikit-learn, which
does the sums, is a tool of the developers and no part of the bot.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from bot.evaluation.corpus import load
from bot.evaluation.examples import Example, Reader, parents, read_all
from bot.platforms import Platforms
from bot.platforms import load as load_platforms
from bot.reading import features, read
from bot.reading.score import BIAS, KINDS, Model, Row

LEAST_POSTS = 3  # a gram in fewer posts says more of their authors than of rejections
STRENGTH = 0.3  # of the weights, against a penalty on their squares: chosen by cross-validation on the training part
SIGNAL = 2.0  # how much more a named signal may weigh than a gram: there are few, and each was thought about
LEAST_WEIGHT = 0.02  # a feature whose weights are all smaller is left out
_TURNS = 3  # of reading answers under what was learnt so far: a post is read in the light of the one it answers
_EXACT = 1e-10
_ROOT = Path(__file__).resolve().parents[2]
TRAINING, WEIGHTS = _ROOT / "data/corpus/training", _ROOT / "bot/reading/weights.tsv"
_HEAD = """\
# What each feature of a post says for each kind, in log-odds: they are summed and the sums made probabilities.
# Learnt by `python -m bot.evaluation.learning` from data/corpus/training; a test compares. Not to be edited by hand.
# A name without ~ is a signal of bot/reading; with ~ it is words of the post, <…> for what a word means (words.toml).
"""


def learn(platforms: Platforms, examples: Sequence[Example]) -> Reader:
    """A reader with the weights that these posts teach. Deterministic."""
    return partial(_read, platforms, weights(platforms, examples))


def weights(platforms: Platforms, examples: Sequence[Example]) -> Model:
    """The model that these posts teach: a linear one over the features of the reading rule."""
    model = Model({})
    for _ in range(_TURNS):
        above = parents(examples, read_all(partial(_read, platforms, model), examples))
        found = [features(each.post, platforms, parent) for each, parent in zip(examples, above, strict=True)]
        model = _fit(found, [KINDS.index(each.expected.kind) for each in examples])
    return model


def _read(platforms: Platforms, model: Model, post, parent):  # type: ignore[no-untyped-def]
    return read(post, platforms, parent, model)


def _fit(found: Sequence[frozenset[str]], kinds: Sequence[int]) -> Model:
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    met = Counter(name for names in found for name in names)
    known = {name for name, posts in met.items() if posts >= LEAST_POSTS}
    learnt = [(names & known, kind) for names, kind in zip(found, kinds, strict=True) if names]
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform([{name: _scale(name) for name in names} for names, _ in learnt])
    machine = LogisticRegression(C=STRENGTH, tol=_EXACT, max_iter=10_000)
    with threadpool_limits(1):  # on so small sums threads wait for each other: one is six times faster than two
        machine.fit(matrix, [kind for _, kind in learnt])
    rows: dict[str, Row] = {BIAS: tuple(map(float, machine.intercept_))}
    for column, name in enumerate(vectorizer.get_feature_names_out()):
        row = tuple(float(value) * _scale(name) for value in machine.coef_[:, column])
        if max(map(abs, row)) >= LEAST_WEIGHT:
            rows[str(name)] = row
    return Model(rows)


def _scale(name: str) -> float:
    return 1.0 if name.startswith("~") else SIGNAL


def table(model: Model) -> str:
    """The model as the text of weights.tsv: signals first, then grams, each in the order of the alphabet."""
    return _HEAD + "".join(_lines(model))


def _lines(model: Model) -> Iterable[str]:
    for name in sorted(model.rows, key=lambda name: (name.startswith("~"), name)):
        yield "\t".join([name, *(f"{weight:.6f}" for weight in model.rows[name])]) + "\n"


def main() -> None:
    """Writes weights.tsv anew."""
    examples = load(TRAINING)
    model = weights(load_platforms(), examples)
    WEIGHTS.write_text(table(model), "utf-8")
    print(f"{WEIGHTS}: {len(model.rows)} features, learnt from {len(examples)} posts.", file=sys.stderr)


if __name__ == "__main__":
    main()
