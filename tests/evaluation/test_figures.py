"""The measures, against figures worked out by hand and against scikit-learn's."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.figures import (
    Estimate,
    Ratio,
    average_precision,
    calibration_error,
    estimate,
    f1,
    ratio,
)

rows = st.lists(st.tuples(st.booleans(), st.booleans(), st.sampled_from([0.0, 0.25, 0.5, 1.0])), max_size=30)


def test_a_ratio_of_nothing_has_no_value() -> None:
    assert Ratio(0, 0).value is None
    assert ratio([True, False, True, True]) == Ratio(3, 4)
    assert ratio([True, False]).value == 0.5


@pytest.mark.parametrize(
    ("found", "value"),
    [
        ([(True, True, 1.0)], 1.0),
        ([(True, False, 0.0)], 0.0),
        ([(False, True, 1.0)], 0.0),
        ([(False, False, 0.0)], None),
        ([(True, True, 1.0), (True, False, 0.0), (False, True, 1.0)], 0.5),
        ([(True, True, 1.0), (True, True, 1.0), (False, True, 1.0)], 0.8),
    ],
)
def test_f1_is_the_harmonic_mean(found, value) -> None:
    assert f1(found) == value


@pytest.mark.parametrize(
    ("scores", "value"),
    [
        ([(True, 0.9), (True, 0.8), (False, 0.1)], 1.0),
        ([(False, 0.9), (True, 0.8)], 0.5),
        ([(True, 0.9), (False, 0.8), (True, 0.7)], 0.5 + 0.5 * 2 / 3),
        ([(True, 0.5), (False, 0.5)], 0.5),
        ([(False, 0.5)], None),
    ],
)
def test_average_precision_is_the_area_in_steps(scores, value) -> None:
    assert average_precision([(is_it, False, p) for is_it, p in scores]) == (value and pytest.approx(value))


@given(rows)
def test_average_precision_does_not_depend_on_the_order(found) -> None:
    assert average_precision(found) == average_precision(found[::-1])


def test_average_precision_is_that_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    dice = random.Random(1)
    found = [(dice.random() < 0.3, False, round(dice.random(), 1)) for _ in range(200)]

    theirs = metrics.average_precision_score([is_it for is_it, _, _ in found], [p for _, _, p in found])

    assert average_precision(found) == pytest.approx(theirs)


@pytest.mark.parametrize(
    ("found", "value"),
    [
        ([], None),
        ([(True, 1.0), (False, 0.0)], 0.0),
        ([(False, 1.0)], 1.0),
        ([(True, 0.75), (False, 0.75)], 0.25),
        ([(True, 0.6), (True, 0.6), (False, 0.0), (False, 0.0)], 0.2),
    ],
)
def test_calibration_error_is_how_far_the_bins_are_off(found, value) -> None:
    assert calibration_error(found) == (value if value is None else pytest.approx(value))


@given(rows)
def test_an_estimate_lies_within_the_possible(found) -> None:
    given = estimate(f1, found, rounds=50)

    if given.low is not None and given.high is not None:
        assert 0 <= given.low <= given.high <= 1


def test_an_interval_is_about_its_figure_and_narrows_with_more_posts() -> None:
    few = [(True, True, 1.0)] * 8 + [(True, False, 0.0)] * 2 + [(False, True, 1.0)] * 2

    small, large = estimate(f1, few), estimate(f1, few * 20)

    assert small.value == large.value == pytest.approx(0.8)
    assert small.low < large.low < 0.8 < large.high < small.high


def test_an_interval_is_the_same_every_time() -> None:
    found = [(True, True, 1.0), (True, False, 0.2), (False, True, 0.7), (False, False, 0.1)] * 5

    assert estimate(average_precision, found) == estimate(average_precision, found)


def test_there_is_no_interval_where_there_is_nothing_to_measure() -> None:
    assert estimate(f1, []) == Estimate(None)
    assert estimate(average_precision, [(False, False, 0.3)]) == Estimate(None)
