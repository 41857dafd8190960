"""The bot's time: it goes with the wall clock, never back, and forward by much only once that has lasted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import HEARTBEAT, lived_until
from bot.clock import BELIEVED_AFTER, LITTLE, TAKEN_ALONG, SteadyClock, seconds, utc_now
from bot.policies import SHIPPED

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class Machine:
    """A wall clock that people set, and a counter of seconds that nobody can."""

    shows: datetime = NOON
    ticking: float = 500.0

    def clock(self, since: datetime | None = None) -> SteadyClock:
        return SteadyClock(since, lambda: self.shows, lambda: self.ticking)

    def goes_on(self, span: timedelta) -> None:
        self.shows += span
        self.ticking += span.total_seconds()


def test_as_long_as_nobody_sets_it_it_is_the_wall_clock() -> None:
    machine = Machine()
    clock = machine.clock()

    for _ in range(5):
        machine.goes_on(7 * SECOND)

        assert clock() == machine.shows


def test_woken_up_it_shows_what_the_wall_clock_shows() -> None:
    machine = Machine()
    clock = machine.clock()
    # What counts the seconds counted while the machine slept.
    machine.goes_on(DAY)

    assert clock() == machine.shows == NOON + DAY


def test_set_a_little_forward_it_goes_along_at_once() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.shows += LITTLE

    assert clock() == NOON + LITTLE


@pytest.mark.parametrize("wrong_by", [2 * LITTLE, 3 * DAY, 3650 * DAY])
def test_set_forward_by_mistake_and_set_right_within_the_hour_it_never_noticed(wrong_by: timedelta) -> None:
    machine = Machine()
    clock, told = machine.clock(), []

    for set_by in (wrong_by, timedelta(), -wrong_by, timedelta()):
        machine.shows += set_by
        machine.goes_on(10 * 60 * SECOND)
        told.append(clock())

    assert told == [NOON + n * 10 * 60 * SECOND for n in range(1, 5)]


def test_what_the_wall_clock_shows_for_an_hour_is_so() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.shows += 30 * DAY

    before = clock()
    machine.goes_on(BELIEVED_AFTER - SECOND)
    doubted = clock()
    machine.goes_on(SECOND)

    assert (before, doubted) == (NOON, NOON + BELIEVED_AFTER - SECOND)
    assert clock() == machine.shows


def test_an_hour_of_doubt_begins_anew_with_each_mistake() -> None:
    machine = Machine()
    clock = machine.clock()

    for set_by in (DAY, -DAY, DAY, -DAY):
        machine.shows += set_by
        clock()
        machine.goes_on(BELIEVED_AFTER * 2 / 3)
        clock()

    assert clock() == machine.shows == NOON + 4 * BELIEVED_AFTER * 2 / 3


def test_set_back_by_a_day_it_goes_on_at_half_its_pace_until_the_day_is_made_up_for() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.shows -= DAY

    told = [clock()]
    for _ in range(4):
        machine.goes_on(16 * HOUR)
        told.append(clock())

    assert told == [NOON, NOON + 8 * HOUR, NOON + 16 * HOUR, NOON + 24 * HOUR, machine.shows]
    assert machine.shows == NOON + 40 * HOUR


@given(st.lists(st.tuples(st.integers(-200_000, 200_000), st.integers(0, 100_000)), max_size=30))
def test_however_often_it_is_set_it_never_goes_back_and_what_waits_waits_at_most_twice_as_long(steps) -> None:
    machine = Machine()
    clock = machine.clock()
    before = clock()

    for set_by, passes in steps:
        machine.shows += set_by * SECOND
        machine.goes_on(passes * SECOND)
        now = clock()

        assert now >= min(machine.shows, before + passes * SECOND)
        assert now <= max(machine.shows, before + passes * SECOND)
        assert now - before >= passes * SECOND / 2
        before = now


def test_a_restart_takes_up_the_time_of_the_last_run_where_the_clock_is_behind_it() -> None:
    machine = Machine()

    assert machine.clock(since=NOON + HOUR)() == NOON + HOUR
    assert machine.clock(since=NOON - HOUR)() == NOON


def test_a_clock_that_was_days_ahead_is_left_behind_by_a_restart() -> None:
    assert Machine().clock(since=NOON + TAKEN_ALONG + SECOND)() == NOON


def test_a_bot_that_is_ahead_after_a_restart_still_tells_what_is_reported_then() -> None:
    assert all(policy.fresh_for > TAKEN_ALONG for policy in SHIPPED.values())


def test_the_last_run_is_known_by_its_heartbeat(tmp_path: Path) -> None:
    (tmp_path / HEARTBEAT).write_text(NOON.isoformat())

    assert lived_until(tmp_path) == NOON


@pytest.mark.parametrize("left", [None, "", "2026-11-22T12:0", "2026-11-22T12:00:00", "\x00\x00"])
def test_a_heartbeat_that_is_missing_or_torn_says_nothing(tmp_path: Path, left: str | None) -> None:
    if left is not None:
        (tmp_path / HEARTBEAT).write_text(left)

    assert lived_until(tmp_path) is None


def test_the_real_one_shows_aware_utc() -> None:
    assert SteadyClock()().utcoffset() == timedelta(0)
    assert abs(SteadyClock()() - utc_now()) < HOUR
    assert seconds() <= seconds()
