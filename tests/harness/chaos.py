"""What goes wrong with a request, by seed: before the server does it, after, while answering, or all at once."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

STATUSES = (500, 502, 503, 504, 520, 524, 408)
BROKEN = ("reset", "drop", "truncated_json", "charset")


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one request. `commit_after` None: never done; else so many seconds after it was asked."""

    kind: str = "answer"
    commit_after: float | None = 0.0
    latency: float = 0.1
    status: int = 0
    retry_after: float = 0.0
    via: bool = True
    scope: str = "user"


@dataclass(slots=True)
class Chaos:
    """Shares of requests to which something happens; the rest goes well.

    `errors` of them get a 5xx or 408, `errors_after` of these after the commit. `silences` get no answer at all after
    the commit, which may come late by `late` seconds. `breaks` are cut off or mangled after the commit. `limits` get
    a 429. During `outages` everything gets 503. `calm_from` on nothing happens any more.
    """

    dice: random.Random
    errors: float = 0.0
    errors_after: float = 0.3
    silences: float = 0.0
    late: float = 0.0
    breaks: float = 0.0
    limits: float = 0.0
    outages: Sequence[tuple[datetime, datetime]] = ()
    storms: Sequence[tuple[datetime, datetime, str]] = ()
    hanging: frozenset[str] = frozenset()
    calm_from: datetime | None = None
    struck: dict[str, int] = field(default_factory=dict)

    def fate(self, path: str, now: datetime) -> Fate:
        """Decide. The same seed and the same requests give the same fates."""
        roll, other, third = self.dice.random(), self.dice.random(), self.dice.random()
        latency = 0.05 + 0.2 * third
        if self.calm_from is not None and now >= self.calm_from:
            return Fate(latency=latency)
        fate = self._at(path, now, latency) or self._by_chance(roll, other, latency)
        self.struck[fate.kind] = self.struck.get(fate.kind, 0) + 1
        return fate

    def _at(self, path: str, now: datetime, latency: float) -> Fate | None:
        if any(begin <= now < end for begin, end in self.outages):
            return Fate("status", None, latency, 503)
        for begin, end, scope in self.storms:
            if begin <= now < end:
                left = (end - now) / timedelta(seconds=1)
                return Fate("limit", None, latency, 429, left, via=scope != "shield", scope=scope)
        if any(f"/channels/{channel}/" in path for channel in self.hanging):
            return Fate("silence", None, latency)
        return None

    def _by_chance(self, roll: float, other: float, latency: float) -> Fate:
        for share, kind in (
            (self.errors, "status"),
            (self.silences, "silence"),
            (self.breaks, "break"),
            (self.limits, "limit"),
        ):
            if roll < share:
                return self._made(kind, other, latency)
            roll -= share
        return Fate(latency=latency)

    def _made(self, kind: str, other: float, latency: float) -> Fate:
        if kind == "status":
            status = STATUSES[int(other * 1000) % len(STATUSES)]
            return Fate(kind, 0.0 if other < self.errors_after else None, latency, status)
        if kind == "silence":
            return Fate(kind, self.late * self.dice.random(), latency)
        if kind == "break":
            return Fate(BROKEN[int(other * 1000) % len(BROKEN)], 0.0, latency)
        return Fate(kind, None, latency, 429, (0.5, 5.0, 45.0, 600.0)[int(other * 1000) % 4])
