"""The shipped weights are what the command learns, and name every feature there is."""

from __future__ import annotations

import tomllib

import pytest
from invented import World
from learn import DIGITS, FILE, case_of, cases, fit

from bot.naming import NameIndex
from bot.naming.scorer import WEIGHTS
from bot.naming.weigh import PROOF, SUPPORT


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_shipped_file_is_what_the_command_learns() -> None:
    learnt = fit(cases())

    shipped = tomllib.loads(FILE.read_text("utf-8"))["weights"]
    assert learnt == pytest.approx(shipped, rel=0, abs=0.5 * 10**-DIGITS + 1e-6)
    assert shipped == WEIGHTS


def test_another_world_gives_other_weights() -> None:
    few = fit(cases(((300, 60, 1),)))

    assert few["exact said"] != pytest.approx(WEIGHTS["exact said"], abs=1e-3)


def test_hardly_a_feature_is_without_a_weight() -> None:
    world = World(2_000, 88)
    index = NameIndex(world.names)
    for name in world.names:
        index.add_task(name.owner, world.work(name.owner))

    seen = [name for one in world.questions_in_context(1_500) for row in case_of(index, one)[0] for name in row]

    assert len(set(seen)) > 60
    assert sum(name not in WEIGHTS for name in seen) < len(seen) / 10_000
    assert {*PROOF, *SUPPORT, "same platform", "other platform", "whole name", "near not the name"} <= set(WEIGHTS)


@pytest.mark.parametrize(
    ("feature", "speaks_for"),
    [
        ("same link", True),
        ("same title", True),
        ("in the thread", True),
        ("id beside it", True),
        ("open incident", True),
        ("exact activity", True),
        ("other platform", False),
        ("near taken", False),
        ("part words fewer", False),
        ("part asked left", False),
    ],
)
def test_weights_point_where_sense_points(feature: str, speaks_for: bool) -> None:
    assert (WEIGHTS[feature] > 0) is speaks_for
