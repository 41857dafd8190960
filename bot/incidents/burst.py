"""The burst guard: of the people who speak within one day only the strongest is sure to be somebody of their own.

Several accounts in one hand are used in one sitting; workers who were hit notice at different times. So for a
requester whom many people know and few accuse, the evidence is also added up as if each day had one voice. Taking a
report away never makes that sum larger: it is the best of all chains, and fewer reports have fewer chains.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.model.policy import Policy

_Link = tuple[datetime, str, float]
"""When somebody spoke, who, and the points of the best chain that ends there."""


@dataclass(slots=True)
class Chain:
    """The strongest chain of different people who speak at least `burst_for` apart, as it grows.

    `voices` are those whose word counts at all here; `best` is the highest sum that two people or more reached.
    """

    links: list[_Link] = field(default_factory=list)
    voices: set[str] = field(default_factory=set)
    best: float = 0.0

    @property
    def n_voices(self) -> int:
        """People whose word counts here."""
        return len(self.voices)

    def add(self, at: datetime, voice: str, points: float, policy: Policy) -> None:
        """One more report, not older than those before. Where many people speak there is nothing to guard."""
        if points <= 0 or len(self.voices) > policy.burst_voices:
            return
        self.voices.add(voice)
        earlier = (
            sum_ * float(0.5 ** ((at - then) / policy.half_life))
            for then, who, sum_ in self.links
            if who != voice and at - then >= policy.burst_for
        )
        before = max(earlier, default=0.0)
        self.links.append((at, voice, points + before))
        if before:
            self.best = max(self.best, points + before)
