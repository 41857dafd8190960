"""What `decide` knows of one account: its ordinary posts, its latest incident with the evidence, and what was told."""

from __future__ import annotations

from bisect import insort
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.alerts.records import Case
from bot.incidents import ordinary
from bot.incidents.course import Course
from bot.incidents.verdicts import Verdicts
from bot.model import Alert, Batch, Incident, Report, Stance, Verdict
from bot.model.policy import Policy


@dataclass(slots=True)
class Account:
    """Its evidence stands here by key, in the order in which it came, and `incident` is what was made of it.

    `ordinary` are the dates of its ordinary posts, `praise` the contrary voices of the last `volume_for`. `course` is
    how the incident went so far, None until it is worked out, `verdicts` which words stand. Until `late_until` a large
    incident has evidence that came late and is not worked in yet. `reopened`: it began earlier than was known.
    `case` is the incident as it stands in the records of those who reported.
    """

    platform: str | None = None
    ordinary: list[datetime] = field(default_factory=list)
    praise: deque[Report] = field(default_factory=deque)
    batches: tuple[Batch, ...] = ()
    incident: Incident | None = None
    reports: dict[str, Report] = field(default_factory=dict)
    words: dict[str, Verdict] = field(default_factory=dict)
    n_claims: int = 0
    course: Course | None = None
    verdicts: Verdicts = field(default_factory=Verdicts)
    late_until: datetime | None = None
    reopened: bool = False
    case: Case = field(default_factory=Case)
    told: Alert | None = None
    again: bool = False
    asked_at: datetime | None = None
    heard_at: datetime | None = None
    wakes_at: datetime | None = None

    def begin(self, opened: Incident) -> None:
        """A new incident, of which nobody has been told."""
        self.incident, self.told, self.case = replace(opened, reports=()), None, Case()
        self.course, self.verdicts, self.late_until, self.reopened = None, Verdicts(), None, False
        self.reports, self.words, self.n_claims = {}, {}, 0
        for report in opened.reports:
            self.add(report)

    def add(self, report: Report) -> bool:
        """One more report; one with the same key is replaced (an edited post). Gives whether it is a new one."""
        before = self.reports.pop(report.key, None)
        self.reports[report.key] = report
        self.n_claims += report.stance is Stance.REPORT
        if before is None:
            return True
        self.n_claims -= before.stance is Stance.REPORT
        self.case.seen = 0
        return False

    def judge(self, verdict: Verdict) -> bool:
        """One more verdict; the same key twice counts once. Gives whether `verdicts` know of it now."""
        in_order = verdict.key not in self.words and self.verdicts.goes_on_with(verdict)
        self.words[verdict.key] = verdict
        if in_order:
            self.verdicts.take(verdict)
        return in_order

    def with_evidence(self) -> Incident:
        """The incident with all that was said and judged."""
        assert self.incident is not None
        return replace(self.incident, reports=tuple(self.reports.values()), verdicts=tuple(self.words.values()))

    @property
    def is_only_work(self) -> bool:
        """Whether nothing but work opened its incident: then it begins anew with its first report."""
        return not self.words and not self.n_claims

    def hear_ordinary(self, at: datetime) -> None:
        """One more ordinary post, whenever it was."""
        insort(self.ordinary, at)

    def before(self, opened_at: datetime, policy: Policy) -> tuple[int, int]:
        """What was ordinary about the requester in the 90 days before: posts, and people who praised."""
        return ordinary.before(opened_at, self.ordinary, self.praise, policy)
