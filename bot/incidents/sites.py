"""Where those who report are at home: how many on each site, and what all sites are worth together as it decays.

Only the site of the newest report is looked at anew, and each capped site when it may be free again, so that a report
costs the same however many sites there are.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.model.policy import Policy


@dataclass(slots=True)
class Heads:
    """How many people report on each site. `n_shared` sites have enough of them to be more than one person."""

    enough: int
    by_site: dict[str, int] = field(default_factory=dict)
    n_voices: int = 0
    n_shared: int = 0

    def come(self, site: str) -> None:
        """One more person reports there."""
        n = self.by_site[site] = self.by_site.get(site, 0) + 1
        self.n_voices += 1
        self.n_shared += n == self.enough

    def leave(self, site: str) -> None:
        """One of them says the contrary now."""
        n = self.by_site.pop(site) - 1
        if n:
            self.by_site[site] = n
        self.n_voices -= 1
        self.n_shared -= n == self.enough - 1


@dataclass(slots=True)
class _Site:
    """What its reports were worth at `at`, by voices whose age is known and by others; `is_capped` if by too many."""

    at: datetime
    known: float = 0.0
    unknown: float = 0.0
    is_capped: bool = False

    def decay_to(self, at: datetime, policy: Policy) -> None:
        left = kept(self.at, at, policy)
        self.known, self.unknown, self.at = self.known * left, self.unknown * left, at


@dataclass(slots=True)
class _Pool:
    """Sites that decay alike: what they are worth together by now, and in `order` which of them is worth most.

    `lasting` is what each is worth as a logarithm without its decay, so that only its own reports change it.
    """

    total: float = 0.0
    lasting: dict[str, float] = field(default_factory=dict)
    order: list[tuple[float, str]] = field(default_factory=list)

    def put(self, name: str, worth: float, more: float, age: float) -> None:
        """The site is worth so much by now, `more` than before, so many half-lives after the beginning."""
        self.total += more
        if worth > 0:
            self.lasting[name] = link = math.log2(worth) + age
            heapq.heappush(self.order, (-link, name))

    def take_out(self, name: str, worth: float) -> None:
        """The site, which is worth so much by now, belongs to the other pool."""
        self.lasting.pop(name, None)
        self.total = max(0.0, self.total - worth) if self.lasting else 0.0

    def strongest(self, age: float) -> float:
        """What the site that is worth most is worth by now."""
        while self.order and self.lasting.get(self.order[0][1]) != -self.order[0][0]:
            heapq.heappop(self.order)
        return float(2 ** (-self.order[0][0] - age)) if self.order else 0.0


@dataclass(slots=True)
class Sites:
    """What the reports of all sites are worth.

    `capped` are the `n_capped` sites where voices of unknown age are worth more than they may count, with what the
    others there are worth, `free` all other sites. `wakes` says when a capped site may be free again.
    """

    policy: Policy
    sites: dict[str, _Site] = field(default_factory=dict)
    free: _Pool = field(default_factory=_Pool)
    capped: _Pool = field(default_factory=_Pool)
    n_capped: int = 0
    wakes: list[tuple[datetime, str]] = field(default_factory=list)
    at: datetime | None = None
    age: float = 0.0

    @property
    def cap(self) -> float:
        """What voices of unknown age count at most on one site."""
        return self.policy.unknown_voices * self.policy.unknown_weight * self.policy.report_cap

    def let_pass(self, at: datetime) -> None:
        """Everything decays until `at`."""
        since, self.at = self.at or at, at
        self.age += (at - since) / self.policy.half_life
        left = kept(since, at, self.policy)
        self.free.total, self.capped.total = self.free.total * left, self.capped.total * left
        while self.wakes and self.wakes[0][0] <= at:
            name = heapq.heappop(self.wakes)[1]
            self.sites[name].decay_to(at, self.policy)
            self._look(name, self.sites[name])

    def add(self, name: str, points: float, at: datetime, *, known: bool) -> None:
        """So many points more on that site, at the time to which everything has decayed."""
        site = self.sites.setdefault(name, _Site(at))
        site.decay_to(at, self.policy)
        before = site.known + site.unknown
        if known:
            site.known += points
        else:
            site.unknown += points
        if site.is_capped:
            self.capped.put(name, site.known, points if known else 0.0, self.age)
        elif site.unknown <= self.cap:
            self.free.put(name, site.known + site.unknown, points, self.age)
        else:
            self.free.take_out(name, before)
            self.capped.put(name, site.known, site.known, self.age)
            site.is_capped, self.n_capped = True, self.n_capped + 1
            self._look(name, site)

    def together(self) -> float:
        """The strongest site in full, the others for less."""
        home = self.free.strongest(self.age)
        if self.n_capped:
            home = max(home, self.capped.strongest(self.age) + self.cap)
        worth = self.free.total + self.capped.total + self.n_capped * self.cap
        return home + self.policy.further_site * (worth - home)

    def _look(self, name: str, site: _Site) -> None:
        """Whether a capped site is free by now; else when to look again."""
        if site.unknown > self.cap:
            if self.cap > 0:
                fades = self.policy.half_life * math.log2(site.unknown / self.cap)
                heapq.heappush(self.wakes, (site.at + max(fades, timedelta.resolution), name))
            return
        self.capped.take_out(name, site.known)
        site.is_capped, self.n_capped = False, self.n_capped - 1
        self.free.put(name, site.known + site.unknown, site.known + site.unknown, self.age)


def kept(since: datetime, until: datetime, policy: Policy) -> float:
    """What is left of a report's points after that time, from 1 down."""
    return float(0.5 ** ((until - since) / policy.half_life))
