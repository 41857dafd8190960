"""The promise about "found" and "unknown", on invented names; bench.py prints the figures at all sizes."""

from __future__ import annotations

import pytest
from figures import Row, unknown_at
from invented import World

from bot.model import Mention, Result
from bot.naming import NameIndex, resolve

pytestmark = pytest.mark.long


@pytest.fixture(scope="module", params=[(1_000, False), (1_000, True), (10_000, False)], ids=str)
def answers(request: pytest.FixtureRequest) -> list[tuple[str | None, object]]:
    size, alike = request.param
    world = World(size, 17, alike=alike)
    index = NameIndex(world.names)
    return [(question.owner, resolve(Mention(text=question.text), index)) for question in world.questions(1_500)]


def test_found_is_right(answers: list) -> None:
    right = [match.owner == owner for owner, match in answers if match.result is Result.FOUND]

    assert sum(right) / len(right) >= 0.99
    assert len(right) >= 0.4 * len(answers)


def test_the_best_candidate_is_mostly_the_right_one(answers: list) -> None:
    first = [owner in [c.owner for c in match.candidates[:1]] for owner, match in answers if owner]

    assert sum(first) / len(first) >= 0.9


def test_names_that_are_not_there_are_mostly_recognised(answers: list) -> None:
    nobody = [match.result for owner, match in answers if owner is None]

    assert sum(result is Result.UNKNOWN for result in nobody) / len(nobody) >= 0.8
    assert sum(result is Result.FOUND for result in nobody) / len(nobody) <= 0.02


def test_probabilities_mean_what_they_say(answers: list) -> None:
    rated = [(match.probability, match.candidates[0].owner == owner) for owner, match in answers if match.candidates]

    bins = [[(p, right) for p, right in rated if tenth <= p * 10 < tenth + 1] for tenth in range(11)]
    error = sum(abs(sum(chance - right for chance, right in each)) for each in bins) / len(rated)
    assert error <= 0.08


def test_strangers_recognised_by_a_low_probability_alone() -> None:
    rows = [
        Row(None, None, False, 0.0),
        Row(None, "a", False, 0.2),
        Row("a", "a", True, 0.4),
        Row(None, "a", False, 0.6),
    ]

    assert unknown_at(rows, 1.0) == pytest.approx(2 / 3)
    assert unknown_at(rows, 0.75) == 1.0
