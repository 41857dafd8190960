"""The learnt baseline: TF-IDF of words and letters with a logistic regression, the one place that knows scikit-learn.

scikit-learn is a tool of developers (the group `dev`), not of the program: without it `there` is False.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from bot.evaluation.examples import Example, Reader
from bot.model import Facts, Kind, Post, Reading
from bot.reading import Parent

ENOUGH = 10  # posts of every kind; from fewer nothing worth comparing is learnt, here or elsewhere


def there() -> bool:
    """Whether scikit-learn is installed."""
    return find_spec("sklearn") is not None


def learn(examples: Sequence[Example]) -> Reader:
    """A reader of kinds only, learnt from these posts, `ENOUGH` of a kind. Needs scikit-learn."""
    if len({each.expected.kind for each in examples}) == 1:
        return _always(examples[0].expected.kind)
    model = _pipeline()
    model.fit([_whole(each.post) for each in examples], [each.expected.kind.value for each in examples])
    kinds = [Kind(name) for name in model.classes_]

    def read(post: Post, _parent: Parent | None) -> Reading:
        row = model.predict_proba([_whole(post)])[0]
        return _reading(dict.fromkeys(Kind, 0.0) | {kind: float(p) for kind, p in zip(kinds, row, strict=True)})

    return read


def _always(kind: Kind) -> Reader:
    reading = _reading({each: float(each is kind) for each in Kind})
    return lambda _post, _parent: reading


def _reading(probability: dict[Kind, float]) -> Reading:
    kind = max(probability, key=lambda each: probability[each])
    return Reading(kind=kind, probability=probability, reportable=kind is Kind.MASS, facts=Facts())


def _pipeline() -> Any:
    """As in the measurement that came before the project: words in ones and twos, letters in threes to fives."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline, make_union

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2)
    regression = LogisticRegression(C=10.0, class_weight="balanced", solver="liblinear", random_state=0)
    return make_pipeline(make_union(words, letters), OneVsRestClassifier(regression))


def _whole(post: Post) -> str:
    return f"{post.title}\n{post.text}" if post.title else post.text
