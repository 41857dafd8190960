"""When it happened, measured from when it was written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reading.facts.times import PAST_AFTER, whens

WRITTEN_AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("rejected 3 weeks ago", 21),
        ("rejected a couple of days ago", 2),
        ("rejected yesterday", 1),
        ("woke up to it this morning", 0),
        ("last week they rejected", 7),
        ("on 11/17 they rejected it", 3.5),
        ("on 2026-11-10", 10.5),
        ("ten days ago", 10),
    ],
)
def test_a_named_time_is_measured_from_the_writing(text: str, days: float):
    found = whens(text, WRITTEN_AT)

    assert found[0].age == timedelta(days=days)
    assert found[0].at(WRITTEN_AT) == WRITTEN_AT - timedelta(days=days)


@pytest.mark.parametrize(
    "text", ["back in 2022", "remember when they did it", "two years ago", "in march 2019", "years ago"]
)
def test_what_is_long_past_is_history(text: str):
    assert whens(text, WRITTEN_AT)[0].past
    assert whens(text, WRITTEN_AT)[0].age > PAST_AFTER


@pytest.mark.parametrize("text", ["back in 2022", "years ago"])
def test_without_the_day_of_writing_there_is_no_instant(text: str):
    assert whens(text, None)[0].at(None) is None


@pytest.mark.parametrize("text", ["rejected 2022 hits", "rejected 40 of mine", "11/17 rejected"])
def test_what_names_no_time_gives_none(text: str):
    assert whens(text, WRITTEN_AT) == []


@given(st.integers(1, 999), st.sampled_from([("day", 1), ("week", 7), ("hour", 1 / 24)]))
def test_any_number_of_days_ago_is_that_long_ago(n: int, unit: tuple[str, float]):
    word, days = unit

    found = whens(f"{n} {word}s ago", WRITTEN_AT)

    assert abs(found[0].age - timedelta(days=n * days)) < timedelta(seconds=1)
