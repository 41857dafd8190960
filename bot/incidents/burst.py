"""The burst guard: of the people who speak within one day only the strongest is sure to be somebody of their own.

Several accounts in one hand are used in one sitting; workers who were hit notice at different times. So for a
requester whom many people know and few accuse, the evidence is also added up as if each day had one voice. Taking a
report away never makes that sum larger: it is the best of all chains, and fewer reports have fewer chains.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime

from bot.model.policy import Policy

_Link = tuple[datetime, str, float]
"""When somebody spoke, who, and the points of the best chain that ends there, as a logarithm without its decay."""


@dataclass(slots=True)
class Chain:
    """The strongest chain of different people who speak at least `burst_for` apart, as it grows.

    `recent` are the links of the last `burst_for`, `together` who made them; what is older is `settled`, the best of
    each person, and `strongest` the two best of these. `best` is the highest sum that two people or more reached,
    `many` whether more than `burst_voices` people spoke within `burst_for`: so many are not one hand.
    """

    recent: deque[_Link] = field(default_factory=deque)
    together: Counter[str] = field(default_factory=Counter)
    settled: dict[str, float] = field(default_factory=dict)
    strongest: tuple[tuple[float, str], ...] = ()
    since: datetime | None = None
    best: float = 0.0
    many: bool = False

    def is_proof(self, policy: Policy) -> bool:
        """Whether this is more than one hand would do."""
        return self.many or self.best >= policy.burst_points

    def add(self, at: datetime, voice: str, points: float, policy: Policy) -> None:
        """One more report, not older than those before. Where there is proof already there is nothing to guard."""
        if points <= 0 or self.is_proof(policy):
            return
        self._settle(at, policy)
        self.since = self.since or at
        decay = (at - self.since) / policy.half_life
        before = next((link for link, who in self.strongest if who != voice), None)
        value = points if before is None else points + 2 ** (before - decay)
        self.recent.append((at, voice, math.log2(value) + decay))
        self.together[voice] += 1
        if before is not None:
            self.best = max(self.best, value)
        self.many = len(self.together) > policy.burst_voices

    def _settle(self, at: datetime, policy: Policy) -> None:
        """What is `burst_for` old is no part of a burst at `at` any more; chains may go on from it."""
        while self.recent and at - self.recent[0][0] >= policy.burst_for:
            _, voice, link = self.recent.popleft()
            self.settled[voice] = link = max(link, self.settled.get(voice, link))
            others = (each for each in self.strongest if each[1] != voice)
            self.strongest = tuple(sorted([*others, (link, voice)], reverse=True)[:2])
            self.together[voice] -= 1
            if not self.together[voice]:
                del self.together[voice]
