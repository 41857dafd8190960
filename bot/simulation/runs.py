"""One year through the real rules: `bot.alerts.stream.decide`, with moderators and askers who answer where wanted."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from bot.alerts.questions import answer
from bot.alerts.stream import decide
from bot.alerts.wire import Event
from bot.model import Alert, Decision, Reason, Stage, Tap, Verdict
from bot.model.policy import Policy
from bot.simulation.chance import poisson, spread, stream
from bot.simulation.scribe import BEGAN, moment
from bot.simulation.years import CAUSED_FOR, Year

_OPEN_FOR = 24.0  # hours in which a question is answered
_ALL_GONE = 0.6  # of those hit by a mass rejection, so many lost everything (as in `wording.mass`)


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
        elif self.moderators and (told.reason is Reason.LONE or told.stage in (Stage.SUSPECTED, Stage.CORROBORATED)):
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
        """Workers with such work tap what became of theirs: those hit, and those with ordinary work there."""
        world = self.year.world
        rng = stream("taps", self.year.seed, told.account, round(told.at))
        affair = self.year.affair(told.account, told.at)
        if affair is not None:
            for noticed in affair.noticed:
                if noticed < told.at + _OPEN_FOR and rng.random() < world.tapping:
                    button = Tap.ALL_REJECTED if rng.random() < _ALL_GONE else Tap.SOME_REJECTED
                    self._tapped(rng, max(told.at, noticed), told, button)
        if affair is None or told.account.startswith("A"):
            self._tap_ordinary(rng, told)

    def _tap_ordinary(self, rng: Random, told: Told) -> None:
        """Those whose work there has nothing to do with a mass rejection; some have something rejected all the same."""
        world = self.year.world
        partial = self.year.blame(told.account, told.at) == "partial"
        some = rng.uniform(world.partial_least, world.partial_most) if partial else world.tap_some
        for _ in range(poisson(rng, world.tapping * (world.tap_least + spread(rng, world.tap_workers, 1.0)))):
            self._tapped(rng, told.at, told, Tap.SOME_REJECTED if rng.random() < some else Tap.ALL_APPROVED)

    def _tapped(self, rng: Random, since: float, told: Told, button: Tap) -> None:
        world = self.year.world
        at = since + spread(rng, world.tap_after, 1.0)
        who = self.year.community.workers[rng.randrange(world.workers)]
        if rng.random() < world.tap_slip:
            button = rng.choice(list(Tap))
        if button is not Tap.PENDING:
            report = answer(f"t{self.n}", moment(at), who.voice(), button, "simulated")
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
