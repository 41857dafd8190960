"""How an incident went: its evidence by date, and after each piece how sure the machine was.

Made anew from the evidence, or carried on by a newer piece: both come to the same. Carrying on is what keeps an
incident of a thousand reports as cheap as one of ten.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot import trust
from bot.incidents import stages
from bot.incidents.reversals import Reversals
from bot.incidents.score import Tally
from bot.model import Cause, Incident, Report, Stance, Term
from bot.model.policy import Policy

_KEPT = 8  # courses: what one page of posts is about


@dataclass(slots=True)
class Course:
    """The evidence so far. `rank` is the machine's stage; `may_be_public` once it was enough for a public word."""

    policy: Policy
    tally: Tally
    newest: tuple[datetime, str] | None = None
    rank: int = 0
    may_be_public: bool = False
    first_at: datetime | None = None
    last_at: datetime | None = None
    largest: int | None = None
    own: dict[str, int] = field(default_factory=dict)
    own_sum: int = 0
    causes: dict[str, Cause] = field(default_factory=dict)
    back: Reversals = field(init=False)

    def __post_init__(self) -> None:
        self.back = Reversals(self.policy)

    @classmethod
    def of(cls, incident: Incident, policy: Policy) -> Course:
        """The whole course, from the first piece of evidence to the last."""
        said = [report for report in incident.reports if report.stance is Stance.REPORT]
        course = cls(policy, Tally(incident, policy, trust.by_voice(said, policy)))
        for report in trust.in_own_words(incident.reports):
            course._take(report)
        return course

    def carry_on(self, report: Report) -> None:
        """One report more, which this course goes on with."""
        if report.stance is Stance.REPORT:
            self.tally.credits.update(trust.by_voice([report], self.policy))
        if report.same_text_as is None:
            self._take(report)

    def goes_on_with(self, report: Report) -> bool:
        """Whether it comes after all the others and says nothing new of who wrote them."""
        if self.newest is not None and self.newest > (report.at, report.key):
            return False
        known = self.tally.credits.get(report.voice.key)
        if report.stance is not Stance.REPORT or known is None:
            return True
        return trust.by_voice([report], self.policy)[report.voice.key] == known

    def _take(self, report: Report) -> None:
        self.newest = (report.at, report.key)
        if report.stance is Stance.REVERSAL:
            self.back.take(report)
            return
        if not self.tally.counts(report):
            return
        step = self.tally.take(report)
        if step is None:
            return
        self.rank = stages.climbed(self.rank, step, self.policy)
        self.may_be_public = self.may_be_public or stages.may_be_public(self.rank, step, self.policy)
        if step.is_report:
            self.first_at = self.first_at or report.at
            self.last_at = report.at
            self._count(report)

    def _count(self, report: Report) -> None:
        n, key, cause = report.facts.n_rejected, report.voice.key, report.facts.cause
        if cause not in (None, Cause.NO_REASON):
            self.causes[key] = cause
        if n is None:
            return
        self.largest = max(n, self.largest or 0)
        self.back.claims(key, n)
        if report.facts.first_hand:
            before = self.own.get(key, 0)
            self.own[key] = max(n, before)
            self.own_sum += max(0, n - before)

    @property
    def n_rejected(self) -> int | None:
        """At least so many rejections: the writers' own added up, or the largest number that anybody gives."""
        return None if self.largest is None else max(self.largest, self.own_sum)

    def receipt(self) -> tuple[Term, ...]:
        """Every term with its points; they sum to the score."""
        return self.tally.receipt()


@dataclass(slots=True)
class Courses:
    """The latest courses: an incident that only grows is not gone through from its first report for each new one."""

    kept: dict[tuple[int | None, Policy], tuple[Incident, Course]] = field(default_factory=dict)

    def of(self, incident: Incident, policy: Policy) -> Course:
        """The course of this evidence."""
        key = (incident.incident_id, policy)
        before = self.kept.pop(key, None)
        course = (_gone_on(*before, incident) if before else None) or Course.of(incident, policy)
        self.kept[key] = (incident, course)
        if len(self.kept) > _KEPT:
            del self.kept[next(iter(self.kept))]
        return course


def _gone_on(before: Incident, course: Course, incident: Incident) -> Course | None:
    """The course of what was there before, carried on; None if more has changed than that reports were added."""
    n = len(before.reports)
    if not n or incident.reports[:n] != before.reports or _beside(before) != _beside(incident):
        return None
    for report in incident.reports[n:]:
        if not course.goes_on_with(report):
            return None
        course.carry_on(report)
    return course


def _beside(incident: Incident) -> tuple[object, ...]:
    """What a course depends on beside the reports."""
    return incident.volume, incident.praise, incident.again, incident.batches
