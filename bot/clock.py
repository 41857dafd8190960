"""The bot's clock: it goes by what counts the seconds, and follows the wall clock where that can be believed."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

# What synchronising corrects in one go; more is somebody's doing, or a machine that learns the time late.
LITTLE = timedelta(minutes=1)
# A clock that was set forward by mistake is set right by then: systemd-timesyncd looks every 34 minutes at the longest
# (timesyncd.conf, PollIntervalMaxSec).
BELIEVED_AFTER = timedelta(hours=1)
# More than this a clock was not right before: its time is not taken along over a restart. Below what the policies call
# news (`fresh_for`), so that what is reported is still told.
TAKEN_ALONG = timedelta(days=1)


def utc_now() -> datetime:
    """The wall clock: the only reading of it."""
    return datetime.now(UTC)


def seconds() -> float:
    """A counter of seconds that nobody can set; where the system has one, it counts on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class SteadyClock:
    """Goes with the wall clock, but never back, and not forward on a mistake that is soon mended.

    Rules, leases and pauses compare moments. A clock set forward by three days makes old news of all that is reported:
    so more than `LITTLE` is believed only once it has been so for an hour, and until then our own seconds count. One
    set back would hold everything up that waits: while the wall clock is behind, time goes on at half its pace until
    that has caught up. `since` is a moment from an earlier run, which time goes on from too.
    """

    def __init__(
        self,
        since: datetime | None = None,
        wall: Callable[[], datetime] = utc_now,
        ticking: Callable[[], float] = seconds,
    ) -> None:
        self._wall, self._ticking = wall, ticking
        self._last, self._read_at = wall(), ticking()
        self._doubted_at: float | None = None
        if since is not None and since - self._last <= TAKEN_ALONG:
            self._last = max(self._last, since)

    def __call__(self) -> datetime:
        """Now. Never earlier than it said before."""
        wall, ticking = self._wall(), self._ticking()
        passed = timedelta(seconds=ticking - self._read_at)
        self._read_at = ticking
        if self._is_doubtful(wall - self._last - passed, ticking):
            self._last += passed
        else:
            self._last = max(wall, self._last + passed / 2)
        return self._last

    def _is_doubtful(self, ahead: timedelta, ticking: float) -> bool:
        if ahead <= LITTLE:
            self._doubted_at = None
            return False
        if self._doubted_at is None:
            self._doubted_at = ticking
        return ticking - self._doubted_at < BELIEVED_AFTER.total_seconds()
