"""What the bot gets to see of a post: what the reader and the resolver make of it, errors included."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from bot.alerts.wire import Event
from bot.model import Facts, Report, Stance, Voice
from bot.simulation.chance import stream
from bot.simulation.people import Community
from bot.simulation.world import Law, World

BEGAN = datetime(2027, 1, 1, tzinfo=UTC)
_SUREST = 0.995  # the reader says nothing with certainty


def moment(hours: float) -> datetime:
    """The instant so many hours after the year began."""
    return BEGAN + timedelta(hours=hours)


@dataclass(slots=True)
class Scribe:
    """Writes posts down as the events that `decide` reads. `topic` names what posts are about: errors share it."""

    world: World
    seed: int
    community: Community
    events: list[Event] = field(default_factory=list)
    _shared: dict[tuple[str, Law], float] = field(default_factory=dict)

    def say(  # noqa: PLR0913 - a post has as many sides
        self,
        rng: Random,
        at: float,
        account: str,
        voice: Voice,
        law: Law,
        *,
        topic: str,
        facts: Facts = Facts(),
        stance: Stance = Stance.REPORT,
        same_text_as: str | None = None,
    ) -> str:
        """Write one post down as an event; gives its key."""
        key = f"e{len(self.events)}"
        report = Report(
            key=key,
            at=moment(at),
            voice=voice,
            stance=stance,
            probability=self.read(rng, law, topic),
            facts=facts,
            source=voice.site,
            same_text_as=same_text_as,
        )
        self.events.append(Event(report.at, account, None, report))
        return key

    def read(self, rng: Random, law: Law, topic: str) -> float:
        """How sure the reader is of a mass-rejection claim."""
        own = rng.gauss(0.0, 1.0)
        if self.world.correlated:
            share = self.world.together
            own = math.sqrt(1 - share) * own + math.sqrt(share) * self._of(topic, law)
        surely = 1 / (1 + math.exp(-(law.mean + law.spread * own)))
        return round(min(_SUREST, max(1 - _SUREST, surely)), 3)

    def _of(self, topic: str, law: Law) -> float:
        key = (topic, law)
        if key not in self._shared:
            self._shared[key] = stream("topic", self.seed, topic, law.mean).gauss(0.0, 1.0)
        return self._shared[key]

    def resolve(self, rng: Random, account: str) -> str | None:
        """Whom the resolver takes a post about `account` to mean; None where it finds nobody."""
        luck = rng.random()
        if luck < self.world.resolved:
            return account
        if luck >= self.world.resolved + self.world.misresolved:
            return None
        if self.world.correlated and rng.random() < self.world.neighbour:
            return self.community.requester(stream("neighbour", self.seed, account))
        return self.community.requester(rng)
