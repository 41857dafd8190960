"""A process is killed at every named point, and again while it recovers: nothing is lost, nothing is said twice."""

from __future__ import annotations

import pytest

from tests.harness import crash
from tests.harness.points import LATER, names

pytestmark = pytest.mark.long

NAMES = names()
SEEDS = 10
# Of four hundred pairs of deaths that are asked for.
PAIRS = 40


def test_a_story_without_a_death_reaches_every_point_but_those_of_recovery() -> None:
    found, reached, died = crash.story(0)

    assert found.clean, found.violations
    assert died == 0
    assert found.sends == 3
    assert [name for name in NAMES if not reached[name] and name not in LATER] == []
    assert len(NAMES) >= 60


@pytest.mark.timeout(400)
@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_death_at_any_point_and_more_of_them_while_recovering_lose_and_double_nothing(seed: int) -> None:
    # One of them with the database's own thread, which takes twice the time.
    toll = crash.every_death(seed, thread=seed == 0)

    assert toll.found.clean, toll.found.violations
    assert toll.survived == [], "nobody died there: the point was never reached"
    assert toll.died >= len(NAMES)
    assert toll.recovering >= PAIRS


def test_the_same_deaths_are_the_same_run() -> None:
    first, second = (crash.story(3, ("after POST", 2))[0] for _ in range(2))

    assert first == second
