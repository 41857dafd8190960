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

    `best` is the highest sum that two people or more reached, `many` whether more than `burst_voices` people spoke
    within `burst_for`: so many are not one hand.
    """

    links: list[_Link] = field(default_factory=list)
    best: float = 0.0
    many: bool = False

    def is_proof(self, policy: Policy) -> bool:
        """Whether this is more than one hand would do."""
        return self.many or self.best >= policy.burst_points

    def add(self, at: datetime, voice: str, points: float, policy: Policy) -> None:
        """One more report, not older than those before. Where there is proof already there is nothing to guard."""
        if points <= 0 or self.is_proof(policy):
            return
        before = max(
            (
                sum_ * float(0.5 ** ((at - then) / policy.half_life))
                for then, who, sum_ in self.links
                if who != voice and at - then >= policy.burst_for
            ),
            default=0.0,
        )
        self.links.append((at, voice, points + before))
        if before:
            self.best = max(self.best, points + before)
        together = {who for then, who, _ in reversed(self.links) if at - then < policy.burst_for}
        self.many = len(together) > policy.burst_voices
