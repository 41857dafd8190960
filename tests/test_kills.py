"""A process is killed at every named point, and again while it recovers: nothing is lost, nothing is said twice."""

from __future__ import annotations

import random

import pytest

from tests.harness import crash

pytestmark = pytest.mark.long

NAMES = crash.names()
GROUPS = 8
PAIRS = 24


def test_a_story_without_a_death_reaches_every_point_but_those_of_recovery() -> None:
    found, reached, died = crash.story(0)

    assert found.clean, found.violations
    assert died == 0
    assert found.sends == 3
    assert [name for name in NAMES if not reached[name] and name not in crash.LATER] == []
    assert len(NAMES) >= 60


@pytest.mark.timeout(400)
@pytest.mark.parametrize("group", range(GROUPS))
def test_a_death_at_any_point_loses_and_doubles_nothing(group: int) -> None:
    wrong, survived = {}, []
    for name in NAMES[group::GROUPS]:
        deaths = crash.deaths(name)
        found, _, died = crash.story(group, *deaths)
        if not found.clean:
            wrong[name] = found.violations
        if died != len(deaths):
            survived.append(name)

    assert wrong == {}
    assert survived == [], "nobody died there: the point was never reached"


@pytest.mark.timeout(400)
@pytest.mark.parametrize("group", range(4))
def test_a_second_death_while_recovering_from_the_first_changes_nothing(group: int) -> None:
    dice = random.Random(f"pairs {group}")
    wrong = {}
    for _ in range(PAIRS // 4):
        pair = ((dice.choice(NAMES), dice.randint(1, 3)), (dice.choice(NAMES), dice.randint(1, 3)))
        found, _, _ = crash.story(group, *pair)
        if not found.clean:
            wrong[pair] = found.violations

    assert wrong == {}


def test_the_same_deaths_are_the_same_run() -> None:
    first, second = (crash.story(3, ("after POST", 2))[0] for _ in range(2))

    assert first == second
