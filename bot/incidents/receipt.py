"""What the reports were worth when they were strongest, taken apart aspect by aspect, added up as they come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from bot.incidents.evidence import Worth
from bot.incidents.sites import kept
from bot.model import Term
from bot.model.policy import Policy


@dataclass(frozen=True, slots=True)
class _Said:
    """One report: what it is worth, what its writer counts, and when it was made."""

    worth: Worth
    weight: float
    at: datetime


@dataclass(slots=True)
class Parts:
    """The sums over the best report of each voice, as of the moment `at` at which all were strongest.

    `waiting` are reports since then: they count from the next such moment on, if there is one.
    """

    policy: Policy
    best: dict[str, _Said] = field(default_factory=dict)
    waiting: list[tuple[str, _Said]] = field(default_factory=list)
    at: datetime | None = None
    reading: float = 0.0
    facts: float = 0.0
    volume: float = 0.0
    full: float = 0.0
    weighted: float = 0.0
    decayed: float = 0.0

    def hear(self, voice: str, worth: Worth, weight: float, at: datetime) -> None:
        """One more report, not older than those before."""
        self.waiting.append((voice, _Said(worth, weight, at)))
        if at == self.at:
            self._take_in(at)

    def peak(self, at: datetime) -> None:
        """All that was heard so far is stronger together than ever before."""
        self.decayed *= kept(self.at or at, at, self.policy)
        self.at = at
        self._take_in(at)

    def terms(self, strongest: float) -> Iterator[Term]:
        """Every aspect with its points; they sum to `strongest`."""
        yield Term("reports", self.reading)
        yield Term("facts", self.facts)
        yield Term("ordinary_volume", -self.volume)
        yield Term("trust", self.weighted - self.full)
        yield Term("time_between", self.decayed - self.weighted)
        yield Term("further_sites", strongest - self.decayed)

    def _take_in(self, at: datetime) -> None:
        for voice, said in self.waiting:
            before = self.best.get(voice)
            if before is None:
                self._count(said, at, 1)
            elif self._left(said, at) > self._left(before, at):
                self._count(before, at, -1)
                self._count(said, at, 1)
            else:
                continue
            self.best[voice] = said
        self.waiting.clear()

    def _count(self, said: _Said, at: datetime, sign: int) -> None:
        worth, points = said.worth, sign * said.worth.points
        self.reading += sign * worth.reading
        self.facts += sign * worth.facts
        self.volume += sign * worth.volume
        self.full += points
        self.weighted += points * said.weight
        self.decayed += points * said.weight * kept(said.at, at, self.policy)

    def _left(self, said: _Said, at: datetime) -> float:
        return said.worth.points * kept(said.at, at, self.policy)
