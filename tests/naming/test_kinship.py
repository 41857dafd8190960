"""May two accounts be run by the same people? A table of cases, and what must hold for any."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Amount, Task
from bot.naming.kinship import SUGGESTED_AT, Past, kinship

NOW = datetime(2026, 11, 3, tzinfo=UTC)
DAY = timedelta(days=1)
CROWNS = Task(title="Outline the tree crowns", reward=Amount(Decimal("0.50"), "USD"))
BIRDS = Task(title="Name the bird you hear", reward=Amount(Decimal("0.10"), "USD"))


def past(**told: Any) -> Past:
    return Past(**{"platform": "mturk", "names": ("Ashgrove Lab",), **told})


OLD = past(tasks=(CROWNS, BIRDS), first_at=NOW - 300 * DAY, last_at=NOW - 90 * DAY, reported_at=NOW - 90 * DAY)
NEW = past(names=("Birchmere Studies",), tasks=(CROWNS,), first_at=NOW - 30 * DAY, last_at=NOW)


@pytest.mark.parametrize(
    ("one", "other", "suggested", "said"),
    [
        (OLD, NEW, True, {"same title and reward", "began after the other was reported"}),
        (OLD, past(names=("B Lab",), tasks=(CROWNS, BIRDS), first_at=NOW - 30 * DAY), True, {"same text"}),
        (past(), past(), False, {"same name"}),
        (past(names=("Ashgrove Lab", "Cedar House")), past(names=("Cedar House",)), False, {"same name before"}),
        (past(names=("Research",)), past(names=("Research",)), False, set()),
        (past(names=("A",)), past(names=("B",)), False, set()),
        (OLD, past(names=("B Lab",), tasks=(Task(title="Survey"),)), False, set()),
        (OLD, past(platform="prolific", names=("B",), tasks=(CROWNS, BIRDS)), False, set()),
        (
            past(tasks=(CROWNS,), first_at=NOW - 300 * DAY, last_at=NOW),
            past(names=("B Lab",), tasks=(CROWNS,), first_at=NOW - 200 * DAY, last_at=NOW),
            False,
            {"both active at once"},
        ),
        (OLD, past(names=("B Lab",), tasks=(Task(title="outline THE tree crowns"),)), False, {"same title"}),
    ],
)
def test_a_case_and_its_reasons(one: Past, other: Past, suggested: bool, said: set[str]) -> None:
    score, why = kinship(one, other)

    assert (score >= SUGGESTED_AT) is suggested
    assert said <= {term.term for term in why}


def test_a_name_alone_is_never_suggested_and_never_certain() -> None:
    assert kinship(past(), past())[0] < SUGGESTED_AT
    assert kinship(OLD, NEW)[0] < 0.99


tasks = st.lists(st.sampled_from((CROWNS, BIRDS, Task(title="Survey"), Task(), Task(task_key="x"))), max_size=3)
moments = st.none() | st.integers(0, 500).map(lambda days: NOW - days * DAY)
pasts = st.builds(
    Past,
    platform=st.sampled_from((None, "mturk", "prolific")),
    names=st.lists(st.sampled_from(("Ashgrove Lab", "Cedar House", "Research", "", "A")), max_size=3).map(tuple),
    tasks=tasks.map(tuple),
    first_at=moments,
    last_at=moments,
    reported_at=moments,
)


@given(pasts, pasts)
def test_it_is_symmetric_and_a_probability_for_any_two(one: Past, other: Past) -> None:
    score, why = kinship(one, other)

    assert kinship(other, one) == (score, why)
    assert 0.0 <= score < 1.0
    assert (score == 0.0) is (why == ())
