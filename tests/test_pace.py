"""How often one person is heard."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.pace import MOST, WITHIN, Pace
from tests.making import NOW

SECOND = timedelta(seconds=1)


def test_so_many_are_heard_and_the_next_is_told_how_long_to_wait() -> None:
    pace = Pace(most=3, within=30 * SECOND)

    waits = [pace.wait("ann", NOW + n * SECOND) for n in range(5)]

    assert waits == [timedelta()] * 3 + [27 * SECOND, 26 * SECOND]


def test_who_waited_as_long_as_told_is_heard_and_who_did_not_is_not() -> None:
    pace = Pace(most=3, within=30 * SECOND)
    for n in range(3):
        pace.wait("ann", NOW + n * SECOND)

    assert pace.wait("ann", NOW + 29 * SECOND) == SECOND
    assert pace.wait("ann", NOW + 30 * SECOND) == timedelta()


def test_one_persons_flood_is_not_anothers() -> None:
    pace = Pace()
    for _ in range(MOST + 5):
        pace.wait("ann", NOW)

    assert pace.wait("ann", NOW) == WITHIN
    assert pace.wait("ben", NOW) == timedelta()


@given(st.lists(st.integers(0, 9_000), min_size=1, max_size=80))
def test_in_no_span_anybody_is_heard_more_often_than_that(pauses: list[int]) -> None:
    pace, at, heard = Pace(), NOW, []
    for pause in pauses:
        at += timedelta(milliseconds=pause)
        if not pace.wait("ann", at):
            heard.append(at)

    for begin in heard:
        assert sum(begin <= each < begin + WITHIN for each in heard) <= MOST


def test_of_people_who_are_quiet_again_nothing_is_kept() -> None:
    pace = Pace()
    for n in range(10_000):
        pace.wait(f"person {n}", NOW + n * SECOND)

    assert len(pace._heard) <= 2 * WITHIN.total_seconds() + 1
