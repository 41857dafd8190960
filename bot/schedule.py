"""The clockwork: calls a few ticks again and again. It remembers nothing; what is due lives in the database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.clock import utc_now

log = structlog.stdlib.get_logger(__name__)

Tick = tuple[str, float, Callable[[], Awaitable[object]]]
"""A name, the seconds between two calls, and what is called."""

TICK_WITHIN = timedelta(minutes=5)
STOP_WITHIN = timedelta(seconds=5)
# apscheduler waits for moments of the wall clock: set back by a day, it would call nothing for that day.
LOOK_AT_CLOCK_EVERY = 1.0
JUMP = timedelta(seconds=2)


class Schedule:
    """Some ticks. A tick that fails is logged and called again; one that hangs is ended after `within`.

    A tick never runs beside itself: while it is at work, further calls of it are dropped. `clock` is the one that
    apscheduler goes by: when it was set back all ticks are called, and go on from there.
    """

    def __init__(
        self, ticks: Sequence[Tick], *, within: timedelta = TICK_WITHIN, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._ticks = tuple(ticks)
        self._within = within
        self._clock = clock
        self._looking: asyncio.TimerHandle | None = None
        self._running: set[asyncio.Task[object]] = set()
        self._scheduler: AsyncIOScheduler | None = None

    def start(self) -> None:
        """Call every tick now, and from then on in its own interval. Needs a running loop."""
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        for name, seconds, work in self._ticks:
            self._scheduler.add_job(
                self._run,
                IntervalTrigger(seconds=seconds, timezone=UTC),
                args=(name, work),
                id=name,
                next_run_time=utc_now(),
                # The default of one second silently skips a tick that was due while the loop was busy.
                misfire_grace_time=None,
                coalesce=True,
                max_instances=1,
            )
        self._scheduler.start()
        self._look_at_clock(self._clock())

    def _look_at_clock(self, expected: datetime) -> None:
        """Now, and again and again: whether the clock shows what it should by now."""
        now = self._clock()
        if self._scheduler is not None and expected - now > JUMP:
            log.warning("the clock was set back", seconds=round((expected - now).total_seconds()))
            for job in self._scheduler.get_jobs():
                job.modify(next_run_time=utc_now())
        pause = timedelta(seconds=LOOK_AT_CLOCK_EVERY)
        self._looking = asyncio.get_running_loop().call_later(LOOK_AT_CLOCK_EVERY, self._look_at_clock, now + pause)

    async def stop(self, within: timedelta = STOP_WITHIN) -> None:
        """Call nothing any more, let what is at work finish, and cancel it after `within`. Harmless to call twice."""
        if self._scheduler is None:
            return
        scheduler, self._scheduler = self._scheduler, None
        if self._looking is not None:
            self._looking.cancel()
        scheduler.pause()
        # What was called a moment ago begins now, and is then among the running.
        await asyncio.sleep(0)
        # Not left to apscheduler: its shutdown cancels running coroutines at once, waiting asked for or not.
        running = set(self._running)
        if running:
            _, late = await asyncio.wait(running, timeout=within.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        # apscheduler takes two turns of the loop to note that a call ended, and shuts down in a callback of the loop.
        for _ in range(3):
            await asyncio.sleep(0)
        scheduler.shutdown(wait=False)
        await asyncio.sleep(0)

    async def _run(self, name: str, work: Callable[[], Awaitable[object]]) -> None:
        """One call of one tick, in a task of ours; what becomes of it is nothing to apscheduler."""
        task = asyncio.ensure_future(self._bounded(name, work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.wait([task])

    async def _bounded(self, name: str, work: Callable[[], Awaitable[object]]) -> None:
        try:
            async with asyncio.timeout(self._within.total_seconds()):
                await work()
        except TimeoutError:
            log.error("tick took too long and was ended", tick=name, seconds=self._within.total_seconds())
        except Exception as error:
            log.error("tick failed", tick=name, exc_info=error)
