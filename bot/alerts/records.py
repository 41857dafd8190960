"""What is known of each voice: since when it was heard, and how its reports fared with moderators."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice

from bot import trust
from bot.alerts.wire import UNNAMED
from bot.model import Decision, Report, Stance, Voice
from bot.model.policy import Policy

_DAY = timedelta(days=1)

_MOST = 100
"""Judged incidents of one voice that are remembered, the newest: more say nothing new."""


@dataclass(slots=True, eq=False)
class Case:
    """An incident for the record: the last word on it, and who reported; `seen` reports were looked at."""

    decision: Decision | None = None
    voices: set[str] = field(default_factory=set)
    seen: int = 0


@dataclass(slots=True)
class Records:
    """True and false reports by voice. A verdict that is undone or turned round is undone here as well.

    `met` is when each voice was first heard whose site does not tell its age.
    """

    cases: dict[str, deque[Case]] = field(default_factory=dict)
    met: dict[str, datetime] = field(default_factory=dict)

    def known(self, voice: Voice, policy: Policy, now: datetime) -> Voice:
        """The voice with its record so far."""
        if voice.age_days is None and voice.n_posts is None and not voice.key.startswith(UNNAMED):
            voice = trust.as_met(voice, (now - self.met.setdefault(voice.key, now)) / _DAY, policy)
        words = [case.decision for case in self.cases.get(voice.key, ())]
        n_true, n_false = words.count(Decision.CONFIRM), words.count(Decision.DISMISS)
        return replace(voice, n_true=n_true, n_false=n_false) if n_true or n_false else voice

    def judged(self, case: Case, decision: Decision | None, reports: dict[str, Report]) -> None:
        """Moderators have spoken: the reporters were right, wrong, or it is open again (None).

        `reports` are in the order in which they came. Whoever reports after the word is not meant by it.
        """
        case.decision = decision
        if not case.seen:
            self._forget(case)
        for report in islice(reversed(reports.values()), len(reports) - case.seen):
            if report.stance is Stance.REPORT and report.voice.key not in case.voices:
                case.voices.add(report.voice.key)
                self.cases.setdefault(report.voice.key, deque(maxlen=_MOST)).append(case)
        case.seen = len(reports)

    def _forget(self, case: Case) -> None:
        """Who reported has to be looked up again."""
        for voice in case.voices:
            if case in self.cases[voice]:
                self.cases[voice].remove(case)
        case.voices.clear()
