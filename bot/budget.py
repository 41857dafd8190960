"""What we ask of Discord at most: requests a second, refusals, sessions. Asks nobody, and knows no library.

Discord allows 50 requests a second, 10,000 refused requests in 10 minutes and 1,000 sessions a day ("Rate Limits",
"Gateway"); who passes a limit is shut out, or loses the token. We stay at a half, a hundredth and a fifth of them.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import count
from time import monotonic

REQUESTS_A_SECOND = 25
REFUSED_AT_MOST, REFUSED_WITHIN = 100, 600.0
SESSIONS_AT_MOST, SESSIONS_WITHIN = 200, timedelta(days=1)
# A 429 without Discord's own `Via` comes from the shield before it: every further request makes it worse.
SHUT_OUT_FOR = 600.0
REFUSALS = frozenset({401, 403, 429})
# How finely a waiting request looks whether it is its turn.
SHORTEST_WAIT = 0.01


class Lane(IntEnum):
    """What a request is for: the lower goes first when there are too many."""

    ALERT = 0
    ANSWER = 1


LANE: ContextVar[Lane] = ContextVar("lane", default=Lane.ANSWER)


class Silenced(Exception):
    """No request may go out for `retry_after`."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__(f"Discord is left in peace for {retry_after.total_seconds():.0f} s")
        self.retry_after = retry_after


class Budget:
    """All requests of this process pass `turn` before they go out, and their answers `heard`.

    `clock` counts seconds and only ever grows.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._silent_until = float("-inf")
        self._begun: deque[float] = deque(maxlen=REQUESTS_A_SECOND)
        self._refused: deque[float] = deque(maxlen=REFUSED_AT_MOST)
        self._waiting: list[tuple[Lane, int]] = []
        self._tickets = count()

    @property
    def silent_for(self) -> timedelta:
        """How long no request may go out any more; zero if one may."""
        now = self._clock()
        until = self._silent_until
        if len(self._refused) == REFUSED_AT_MOST:
            until = max(until, self._refused[0] + REFUSED_WITHIN)
        return timedelta(seconds=min(max(until - now, 0.0), 1e9))

    async def turn(self) -> None:
        """Wait until a request may go out, alerts before answers. Raises Silenced if that is not soon."""
        ticket = (LANE.get(), next(self._tickets))
        heapq.heappush(self._waiting, ticket)
        try:
            for _ in count():
                if self._waiting[0] == ticket and self._wait() <= 0:
                    break
                await asyncio.sleep(max(self._wait(), SHORTEST_WAIT))
            self._refuse()
            self._begun.append(self._clock())
        finally:
            self._waiting.remove(ticket)
            heapq.heapify(self._waiting)

    def heard(self, status: int, headers: Mapping[str, str]) -> None:
        """Note how a request was answered."""
        scope = headers.get("X-RateLimit-Scope")
        if status in REFUSALS and scope != "shared":
            self._refused.append(self._clock())
        if status == 401:
            self._silent_until = float("inf")
        if status != 429:
            return
        if "Via" not in headers:
            self.shut_out()
        elif scope == "global":
            self._silence(_seconds(headers.get("Retry-After")))

    def shut_out(self) -> None:
        """Discord's shield refuses us: leave it in peace for ten minutes."""
        self._silence(SHUT_OUT_FOR)

    def _silence(self, seconds: float) -> None:
        self._silent_until = max(self._silent_until, self._clock() + seconds)

    def _wait(self) -> float:
        """Seconds until one more request keeps to the number a second."""
        if len(self._begun) < REQUESTS_A_SECOND:
            return 0.0
        return self._begun[0] + 1.0 - self._clock()

    def _refuse(self) -> None:
        silent_for = self.silent_for
        if silent_for:
            raise Silenced(silent_for)


def _seconds(text: str | None) -> float:
    try:
        return min(max(float(text or 1), 1.0), 86_400.0)
    except ValueError:
        return 1.0


def session_wait(begun: Sequence[datetime], now: datetime) -> timedelta:
    """How long to wait with one more session after those that `begun`, oldest first."""
    lately = [at for at in begun if now - at < SESSIONS_WITHIN]
    return timedelta() if len(lately) < SESSIONS_AT_MOST else lately[-SESSIONS_AT_MOST] + SESSIONS_WITHIN - now
