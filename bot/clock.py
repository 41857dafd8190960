"""The bot's clock: the wall clock's time, which never goes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

# More than this a clock was not right before: its time is not taken along over a restart.
BELIEVED = timedelta(days=7)


def utc_now() -> datetime:
    """The wall clock: the only reading of it."""
    return datetime.now(UTC)


class SteadyClock:
    """Goes with the wall clock. While that is behind what was read here before, at half its pace.

    Rules, leases and pauses compare moments: a clock set back by a day would hold everything up that waits for one,
    for that day. So what waits here waits twice as long at most, until the wall clock has caught up. `since` is a
    moment from an earlier run, which time goes on from too.
    """

    def __init__(
        self,
        since: datetime | None = None,
        wall: Callable[[], datetime] = utc_now,
        ticking: Callable[[], float] = monotonic,
    ) -> None:
        self._wall, self._ticking = wall, ticking
        self._last, self._read_at = wall(), ticking()
        if since is not None and since - self._last <= BELIEVED:
            self._last = max(self._last, since)

    def __call__(self) -> datetime:
        """Now. Never earlier than it said before."""
        ticking = self._ticking()
        slowly = timedelta(seconds=(ticking - self._read_at) / 2)
        self._last, self._read_at = max(self._wall(), self._last + slowly), ticking
        return self._last
