"""The clockwork: ticks come again, never beside themselves, and neither a failure nor a hang ends them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bot.schedule import Schedule, Tick

SHORT = timedelta(seconds=0.05)


class Work:
    """What a tick does: counts its calls, and does what the story says."""

    def __init__(self, does: Callable[[int], Awaitable[object]] | None = None) -> None:
        self.calls = self.finished = self.active = self.most = 0
        self._does = does

    async def __call__(self) -> None:
        self.calls += 1
        self.active += 1
        self.most = max(self.most, self.active)
        try:
            if self._does is not None:
                await self._does(self.calls)
            self.finished += 1
        finally:
            self.active -= 1


@contextlib.asynccontextmanager
async def running(*ticks: Tick, within: timedelta = timedelta(seconds=5)) -> AsyncIterator[Schedule]:
    schedule = Schedule(ticks, within=within)
    schedule.start()
    try:
        yield schedule
    finally:
        await schedule.stop()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that is expected; bounded, so that a test that fails ends."""
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it never happened")


async def test_a_tick_is_called_at_once_and_again():
    work = Work()

    async with running(("poll", 0.05, work)):
        await until(lambda: work.calls >= 3)

    assert work.finished == work.calls


async def test_a_rare_tick_is_called_at_once_too():
    work = Work()

    async with running(("sweep", 3600, work)):
        await until(lambda: work.calls == 1)


async def test_a_tick_that_fails_is_called_again_and_stops_no_other():
    async def fail(call: int) -> None:
        raise ValueError("a bug")

    broken, sound = Work(fail), Work()

    async with running(("broken", 0.05, broken), ("sound", 0.05, sound)):
        await until(lambda: broken.calls >= 3 and sound.calls >= 3)

    assert broken.finished == 0


async def test_what_went_wrong_is_logged_with_the_name_of_the_tick():
    async def fail(call: int) -> None:
        raise ValueError("a bug")

    work = Work(fail)

    with capture_logs() as logs:
        async with running(("broken", 60, work)):
            await until(lambda: work.calls == 1)

    assert [(entry["event"], entry["tick"], str(entry["exc_info"])) for entry in logs] == [
        ("tick failed", "broken", "a bug")
    ]


async def test_a_tick_that_hangs_is_ended_and_called_again():
    async def hang(call: int) -> None:
        if call == 1:
            await asyncio.sleep(60)

    work = Work(hang)

    async with running(("poll", 0.05, work), within=timedelta(seconds=0.2)):
        await until(lambda: work.finished >= 2)

    assert work.active == 0


async def test_a_hanging_tick_stops_no_other():
    async def hang(call: int) -> None:
        await asyncio.sleep(60)

    stuck, sound = Work(hang), Work()

    async with running(("stuck", 0.05, stuck), ("sound", 0.05, sound), within=timedelta(seconds=1)) as schedule:
        await until(lambda: sound.calls >= 5)
        await schedule.stop(SHORT)

    assert stuck.calls == 1


async def test_a_tick_never_runs_beside_itself():
    async def slow(call: int) -> None:
        await asyncio.sleep(0.12)

    work = Work(slow)

    async with running(("poll", 0.05, work)):
        await until(lambda: work.finished >= 3)

    assert work.most == 1


async def test_a_tick_that_was_due_while_the_loop_was_busy_is_not_skipped():
    work = Work()

    async with running(("poll", 2.0, work)):
        await until(lambda: work.calls == 1)
        time.sleep(3.2)  # so that it comes later than apscheduler's own grace of a second allows
        await asyncio.sleep(0.1)

        assert work.calls >= 2


async def test_a_clock_that_was_set_back_by_a_day_holds_no_tick_up_for_that_day(monkeypatch):
    monkeypatch.setattr("bot.schedule.LOOK_AT_CLOCK_EVERY", 0.02)
    work, set_back = Work(), timedelta()
    schedule = Schedule([("poll", 3600, work)], clock=lambda: datetime.now(UTC) - set_back)
    schedule.start()
    await until(lambda: work.calls == 1)
    await asyncio.sleep(0.1)
    before = work.calls

    set_back = timedelta(days=1)
    await until(lambda: work.calls == 2)
    await asyncio.sleep(0.1)
    await schedule.stop()

    assert (before, work.calls) == (1, 2), "once, and not again at every look"


async def test_stopping_lets_work_finish_and_calls_nothing_more():
    async def slow(call: int) -> None:
        await asyncio.sleep(0.2)

    work = Work(slow)
    schedule = Schedule([("poll", 0.05, work)])
    schedule.start()
    await until(lambda: work.active == 1)

    await schedule.stop()
    calls = work.calls
    await asyncio.sleep(0.15)

    assert work.finished == calls == work.calls


async def test_while_one_tick_finishes_no_other_is_called():
    async def slow(call: int) -> None:
        await asyncio.sleep(0.3)

    finishing, other = Work(slow), Work()
    schedule = Schedule([("finishing", 60, finishing), ("other", 0.05, other)])
    schedule.start()
    await until(lambda: finishing.active == 1 and other.calls >= 1)
    calls = other.calls

    await schedule.stop()

    assert finishing.finished == 1
    assert other.calls <= calls + 1


@pytest.mark.parametrize("turns", range(8))
async def test_a_call_that_has_just_begun_is_finished_too(turns: int):
    async def slow(call: int) -> None:
        await asyncio.sleep(0.02)

    before = asyncio.all_tasks()
    work = Work(slow)
    schedule = Schedule([("poll", 60, work)])
    schedule.start()
    for _ in range(turns):
        await asyncio.sleep(0)

    await schedule.stop()

    assert work.finished == work.calls
    assert asyncio.all_tasks() == before


async def test_stopping_ends_work_that_does_not():
    async def hang(call: int) -> None:
        await asyncio.sleep(60)

    work = Work(hang)
    schedule = Schedule([("poll", 0.05, work)])
    schedule.start()
    await until(lambda: work.active == 1)

    await asyncio.wait_for(schedule.stop(SHORT), 5)

    assert (work.active, work.finished) == (0, 0)


async def test_stopping_twice_or_before_the_start_is_harmless():
    schedule = Schedule([("poll", 1, Work())])

    await schedule.stop()
    schedule.start()
    await schedule.stop()
    await schedule.stop()


async def test_it_can_be_started_again():
    work = Work()
    schedule = Schedule([("poll", 60, work)])

    for _ in range(2):
        schedule.start()
        calls = work.calls
        await until(lambda before=calls: work.calls > before)
        await schedule.stop()

    assert work.calls == 2


async def test_nothing_is_left_running_afterwards():
    before = asyncio.all_tasks()

    async with running(("poll", 0.05, Work())):
        await asyncio.sleep(0.1)

    assert asyncio.all_tasks() == before
