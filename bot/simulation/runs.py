"""One year through the real rules: `bot.alerts.stream.decide`, with moderators and askers who answer where wanted."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.alerts.stream import decide
from bot.alerts.wire import Event
from bot.model import Alert, Decision, Facts, Reason, Report, Share, Stage, Stance, Verdict
from bot.model.policy import Policy
from bot.simulation.chance import poisson, spread, stream
from bot.simulation.scribe import BEGAN, moment
from bot.simulation.years import CAUSED_FOR, Year

_TAPPED = 0.9  # how sure the reader is of a claim that was made by a tap: there is nothing to misread
_HONEST_WORK = 40.0  # workers who had work decided this week at a requester somebody asks about, median (judgement)


@dataclass(frozen=True, slots=True)
class Told:
    """An alert in hours of the year."""

    at: float
    account: str
    reason: Reason
    stage: Stage
    public: bool


@dataclass(slots=True)
class Audience:
    """People who answer what the bot tells or asks: their answers are events like any other."""

    year: Year
    moderators: bool
    asking: bool
    waiting: list[tuple[float, int, Event]] = field(default_factory=list)
    judged: dict[str, float] = field(default_factory=dict)
    n: int = 0

    def hear(self, told: Told) -> None:
        """Take an alert in; what is answered becomes an event."""
        if told.reason is Reason.ASKED:
            if self.asking:
                self._tap(told)
        elif self.moderators and told.stage in (Stage.SUSPECTED, Stage.CORROBORATED):
            last = self.judged.get(told.account)
            if last is None or told.at - last > CAUSED_FOR:
                self.judged[told.account] = told.at
                self._judge(told)

    def _judge(self, told: Told) -> None:
        world = self.year.world
        rng = stream("verdict", self.year.seed, told.account, round(told.at))
        so = (self.year.affair(told.account, told.at) is not None) is (rng.random() < world.right)
        at = told.at + min(world.answer_most, spread(rng, world.answer, 0.5))
        decision = Decision.CONFIRM if so else Decision.DISMISS
        verdict = Verdict(key=f"v{self.n}", at=moment(at), decision=decision, by="chat:moderator")
        self._answer(at, Event(verdict.at, told.account, None, verdict))

    def _tap(self, told: Told) -> None:
        """Workers with such work tap: those hit that it was rejected, the others that it was approved."""
        rng = stream("taps", self.year.seed, told.account, round(told.at))
        affair = self.year.affair(told.account, told.at)
        if affair is not None:
            for noticed in affair.noticed:
                if noticed < told.at + 24 and rng.random() < self.year.world.tapping:
                    self._tapped(max(told.at, noticed) + spread(rng, self.year.world.tap_after, 1.0), told, hit=True)
            return
        n = self.year.world.tap_least + spread(rng, _HONEST_WORK, 1.0)
        for _ in range(poisson(rng, self.year.world.tapping * n)):
            self._tapped(told.at + spread(rng, self.year.world.tap_after, 1.0), told, hit=False)

    def _tapped(self, at: float, told: Told, *, hit: bool) -> None:
        who = self.year.community.workers[
            stream("tapper", self.year.seed, told.account, self.n).randrange(self.year.world.workers)
        ]
        report = Report(
            key=f"t{self.n}",
            at=moment(at),
            voice=who.voice(),
            stance=Stance.REPORT if hit else Stance.CONTRARY,
            probability=_TAPPED,
            facts=Facts(share=Share.ALL if hit else None, first_hand=True),
            source=who.site,
        )
        self._answer(at, Event(report.at, told.account, None, report))

    def _answer(self, at: float, event: Event) -> None:
        heapq.heappush(self.waiting, (at, self.n, event))
        self.n += 1

    def among(self, events: Sequence[Event]) -> Iterator[Event]:
        """The events of the year with the answers put in where they belong in time."""
        for event in events:
            while self.waiting and self.waiting[0][2].at <= event.at:
                yield heapq.heappop(self.waiting)[2]
            yield event


def run(year: Year, policy: Policy, *, moderators: bool = False, asking: bool = False) -> list[Told]:
    """What the rules tell in that year, in order of time; the warm-up is heard and not given."""
    audience = Audience(year, moderators, asking)
    found: list[Told] = []
    for alert, account in decide(audience.among(year.events), policy):
        told = _told(alert, account)
        audience.hear(told)
        if told.at >= 0:
            found.append(told)
    return found


def _told(alert: Alert, account: str) -> Told:
    return Told((alert.at - BEGAN) / timedelta(hours=1), account, alert.reason, alert.stage, alert.public)
