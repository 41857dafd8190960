"""How often one person may ask: a flood of commands never becomes a flood of answers. Pure: `at` is an argument."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

# Commands of any sort by one person.
MOST, WITHIN = 15, timedelta(seconds=30)


class Pace:
    """Hears of one person `most` times `within` any such span; who was not heard is not counted."""

    def __init__(self, most: int = MOST, within: timedelta = WITHIN) -> None:
        self._most, self._within = most, within
        self._heard: dict[str, deque[datetime]] = {}
        self._swept_at: datetime | None = None

    def wait(self, who: str, at: datetime) -> timedelta:
        """Zero: they are heard now. Else how long they have to wait."""
        self._forget(at)
        heard = self._heard.setdefault(who, deque(maxlen=self._most))
        if len(heard) == self._most and at - heard[0] < self._within:
            return self._within - (at - heard[0])
        heard.append(at)
        return timedelta()

    def _forget(self, at: datetime) -> None:
        """Those who have been quiet for long enough; looked for once in a span, or every command would look at all."""
        if self._swept_at is None or at - self._swept_at >= self._within:
            self._swept_at = at
            self._heard = {who: heard for who, heard in self._heard.items() if at - heard[-1] < self._within}
