"""Where those who report are at home: how many on each site, and what all sites are worth together as it decays.

Only the site of the newest report is looked at anew, so that a report from a new site costs no more than any other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime

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
    """What its reports were worth at `at`, by voices whose age is known and by others."""

    at: datetime
    known: float = 0.0
    unknown: float = 0.0

    def decay_to(self, at: datetime, policy: Policy) -> None:
        left = kept(self.at, at, policy)
        self.known, self.unknown, self.at = self.known * left, self.unknown * left, at


@dataclass(slots=True)
class Sites:
    """What the reports of all sites are worth: `rest` together and `strongest` alone are those that no cap touches.

    `capped` are the sites where voices of unknown age are worth more than they may count.
    """

    policy: Policy
    sites: dict[str, _Site] = field(default_factory=dict)
    capped: dict[str, _Site] = field(default_factory=dict)
    rest: float = 0.0
    strongest: float = 0.0
    at: datetime | None = None

    @property
    def cap(self) -> float:
        """What voices of unknown age count at most on one site."""
        return self.policy.unknown_voices * self.policy.unknown_weight * self.policy.report_cap

    def let_pass(self, at: datetime) -> None:
        """Everything decays until `at`."""
        left = kept(self.at or at, at, self.policy)
        self.rest, self.strongest, self.at = self.rest * left, self.strongest * left, at
        for name, site in [*self.capped.items()]:
            site.decay_to(at, self.policy)
            if site.unknown <= self.cap:
                del self.capped[name]
                self._count(site, site.known + site.unknown)

    def add(self, name: str, points: float, at: datetime, *, known: bool) -> None:
        """So many points more on that site, at the time to which everything has decayed."""
        site = self.sites.setdefault(name, _Site(at))
        site.decay_to(at, self.policy)
        if known:
            site.known += points
        else:
            site.unknown += points
        if name in self.capped:
            return
        if site.unknown <= self.cap:
            self._count(site, points)
        else:
            self.capped[name] = site
            self._count_anew(at)

    def together(self) -> float:
        """The strongest site in full, the others for less."""
        capped = [site.known + self.cap for site in self.capped.values()]
        home = max(self.strongest, *capped) if capped else self.strongest
        return home + self.policy.further_site * (self.rest + math.fsum(capped) - home)

    def _count(self, site: _Site, more: float) -> None:
        self.rest += more
        self.strongest = max(self.strongest, site.known + site.unknown)

    def _count_anew(self, at: datetime) -> None:
        """Without what is capped by now."""
        others = [site for name, site in self.sites.items() if name not in self.capped]
        for site in others:
            site.decay_to(at, self.policy)
        worth = [site.known + site.unknown for site in others]
        self.rest, self.strongest = math.fsum(worth), max(worth, default=0.0)


def kept(since: datetime, until: datetime, policy: Policy) -> float:
    """What is left of a report's points after that time, from 1 down."""
    return float(0.5 ** ((until - since) / policy.half_life))
