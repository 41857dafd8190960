"""Learns the reader's weights from labelled posts, and writes them where the reader looks for them.

`python -m bot.evaluation.learning` makes bot/reading/weights.tsv and gate.tsv anew from data/corpus (training and
plain). scikit-learn, which does the sums, is a tool of the developers and no part of the bot.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bot.evaluation.corpus import load
from bot.evaluation.examples import Example, Reader, parents, read_all
from bot.model import Kind, Post, Reading
from bot.platforms import Platforms
from bot.platforms import load as load_platforms
from bot.reading import Parent, features, read
from bot.reading.gate import THRESHOLD, Gate, words
from bot.reading.score import BIAS, KINDS, Model, Row

LEAST_POSTS = 5  # a gram in fewer posts says more of their authors than of rejections
STRENGTH = 0.1  # of the weights, against a penalty on their squares
SIGNAL = 2.0  # how much more a named signal may weigh than a gram: there are few, and each was thought about
CLAIM = 0.7  # what a post that claims weighs, others 1: a third of the corpus claims, where it is watched a tenth does
LEAST_WEIGHT = 0.04  # a feature whose weights are all smaller is left out
GATE_STRENGTH = 0.3
GATE_MASS, GATE_OTHER = 4.0, 3.0  # what a claim and a post about something else weigh, a question weighs 1
LOST = 0.01  # of the claims of themes that the gate has not learnt from may be stopped by it
_FOLDS = 5
_TURNS = 2  # of reading answers under what was learnt so far: a post is read in the light of the one it answers
_EXACT = 1e-10
_ROOT = Path(__file__).resolve().parents[2]
TRAINING, PLAIN, READING = _ROOT / "data/corpus/training", _ROOT / "data/corpus/plain", _ROOT / "bot/reading"
WEIGHTS, GATE = READING / "weights.tsv", READING / "gate.tsv"
_HEAD = """\
# What each feature of a post says for each kind (mass, single, reversal, talk, other), in log-odds: they are summed and
# the sums made probabilities. Learnt by `python -m bot.evaluation.learning` from data/corpus, never edited by hand.
# A name without ~ is a signal of bot/reading; with ~ it is words of the post, <…> for what a word means (words.toml).
"""
_GATE_HEAD = """\
# How much each word speaks for rejected work, in log-odds: a post whose words sum to less than the threshold is not
# read any further. Learnt by `python -m bot.evaluation.learning` from data/corpus (training, plain), never edited.
"""


def learn(platforms: Platforms, examples: Sequence[Example]) -> Reader:
    """A reader with the weights that these posts teach. Deterministic."""
    model = weights(platforms, examples)

    def reader(post: Post, parent: Parent | None) -> Reading:
        return read(post, platforms, parent, model)

    return reader


def weights(platforms: Platforms, examples: Sequence[Example]) -> Model:
    """The model that these posts teach: a linear one over the features of the reading rule, and its gate."""
    model, kinds = Model({}), [KINDS.index(each.expected.kind) for each in examples]
    for _ in range(_TURNS):
        readings = read_all(partial(_read, platforms, model), examples)
        above = parents(examples, readings)
        views = [features(each.post, platforms, parent) for each, parent in zip(examples, above, strict=True)]
        found = [names for seen in views for names in seen]
        model = Model(_fit(found, [kind for kind, seen in zip(kinds, views, strict=True) for _ in seen]))
    return Model(model.rows, gate(examples))


def _read(platforms: Platforms, model: Model, post: Post, parent: Parent | None) -> Reading:
    return read(post, platforms, parent, model)


def gate(examples: Sequence[Example]) -> Gate:
    """The gate that these posts teach. Its threshold comes from themes that each fold has not learnt from."""
    found = [words(f"{each.post.title or ''}\n{each.post.text}") for each in examples]
    themes = sorted({each.theme for each in examples})
    scores = []
    for turn in range(_FOLDS):
        held = set(themes[turn::_FOLDS])
        inside = [place for place, each in enumerate(examples) if each.theme not in held]
        learnt = _gate([found[place] for place in inside], [examples[place] for place in inside])
        scores += [
            sum(learnt.get(word, 0.0) for word in found[place])
            for place, each in enumerate(examples)
            if each.theme in held and each.expected.kind is Kind.MASS
        ]
    lost = sorted(scores)[int(LOST * len(scores))] if scores else 0.0
    return Gate(_gate(found, examples), lost)


def _gate(found: Sequence[frozenset[str]], examples: Sequence[Example]) -> dict[str, float]:
    kinds = [each.expected.kind for each in examples]
    tells = [int(kind is not Kind.OTHER) for kind in kinds]
    if len(set(tells)) < 2:
        return {}
    counts = [GATE_MASS if kind is Kind.MASS else GATE_OTHER if kind is Kind.OTHER else 1.0 for kind in kinds]
    names, matrix = _matrix(found)
    if not names:
        return {}
    coefficients = _learn(GATE_STRENGTH, matrix, tells, counts).coef_[0]
    return {name: float(weight) for name, weight in zip(names, coefficients, strict=True)}


def _fit(found: Sequence[frozenset[str]], kinds: Sequence[int]) -> dict[str, Row]:
    names, matrix = _matrix(found, SIGNAL)
    if not names:
        return {}
    machine = _learn(STRENGTH, matrix, kinds, [CLAIM if KINDS[kind] is Kind.MASS else 1.0 for kind in kinds])
    rows: dict[str, Row] = {BIAS: tuple(map(float, machine.intercept_))}
    for column, name in enumerate(names):
        row = tuple(float(value) * _scale(name, SIGNAL) for value in machine.coef_[:, column])
        if max(map(abs, row)) >= LEAST_WEIGHT:
            rows[name] = row
    return rows


def _learn(strength: float, matrix: Any, kinds: Sequence[int], counts: Sequence[float] | None = None) -> Any:
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    machine = LogisticRegression(C=strength, tol=_EXACT, max_iter=10_000)
    with threadpool_limits(1):  # on so small sums threads wait for each other: one is six times faster than two
        return machine.fit(matrix, kinds, sample_weight=counts)


def _matrix(found: Sequence[frozenset[str]], scale: float = 1.0) -> tuple[list[str], Any]:
    """The features that enough posts have, and which post has which."""
    from sklearn.feature_extraction import DictVectorizer

    met = Counter(name for names in found for name in names)
    known = {name for name, posts in met.items() if posts >= LEAST_POSTS or (scale > 1 and name[0] != "~")}
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform([{name: _scale(name, scale) for name in names & known} for names in found])
    return [str(name) for name in vectorizer.get_feature_names_out()], matrix


def _scale(name: str, signal: float) -> float:
    return 1.0 if name.startswith("~") else signal


def table(model: Model) -> str:
    """The model as the text of weights.tsv: signals first, then grams, each in the order of the alphabet."""
    return _HEAD + "".join(_lines(model))


def _lines(model: Model) -> Iterable[str]:
    for name in sorted(model.rows, key=lambda name: (name.startswith("~"), name)):
        yield "\t".join([name, *(f"{weight:.6f}" for weight in model.rows[name])]) + "\n"


def gate_table(found: Gate) -> str:
    """The gate as the text of gate.tsv, what speaks most for rejected work first."""
    rows = sorted(found.weights.items(), key=lambda row: (-round(row[1], 6), row[0]))
    kept = [f"{word}\t{weight:.6f}\n" for word, weight in rows if abs(weight) >= LEAST_WEIGHT]
    return _GATE_HEAD + f"{THRESHOLD}\t{found.threshold:.6f}\n" + "".join(kept)


def main() -> None:
    """Writes weights.tsv and gate.tsv anew."""
    examples = [*load(TRAINING), *load(PLAIN)]
    model = weights(load_platforms(), examples)
    WEIGHTS.write_text(table(model), "utf-8")
    GATE.write_text(gate_table(model.gate), "utf-8")
    sys.stderr.write(f"{WEIGHTS}: {len(model.rows)} features, learnt from {len(examples)} posts.\n")


if __name__ == "__main__":
    main()
