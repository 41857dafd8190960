"""The engine behind `decide`: dated events in, alerts out, with no clock but the events' own.

It is the way of a post without its storage: the same rules, the same order, one account at a time.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from bot import incidents, trust
from bot.alerts import DAY, due, is_lone
from bot.alerts.account import Account
from bot.alerts.records import Records
from bot.alerts.wire import Event
from bot.incidents.course import Course
from bot.incidents.score import is_unproven
from bot.incidents.verdicts import Verdicts
from bot.model import Alert, Batch, Decision, Incident, Reason, Report, Stage, Stance, Verdict
from bot.model.policy import Policy

_AFTER_LAST = timedelta(days=7)  # time goes on so long after the last event
_LARGE, _LATE_EVERY = 50, timedelta(minutes=10)  # what comes late to so many reports is taken in together, so often
_LARGER = 200  # and for each so many of them once as rarely again: the work for all of it stays in proportion
_BATCHES = 100  # more work than this says nothing new about one requester


def decide(events: Iterable[Event], policy: Policy) -> Iterator[tuple[Alert, str]]:
    """Alerts as they fall due, with their account's key, in the order of their time.

    An event that comes late is heard at the time of the latest one so far; its evidence keeps its own date.
    Time-driven alerts come between events, and up to seven days past the last.
    """
    river = Stream(policy)
    now: datetime | None = None
    for event in events:
        now = event.at if now is None else max(now, event.at)
        yield from river.let_pass(now)
        yield from river.hear(event, now)
    if now is not None:
        yield from river.let_pass(now + _AFTER_LAST)


class Stream:
    """The accounts that are talked about, and when time alone changes something for one of them."""

    def __init__(self, policy: Policy, courses: type[Course] = Course) -> None:
        self.policy, self.courses = policy, courses
        self.accounts: dict[str, Account] = {}
        self.records = Records()
        self._wakes: list[tuple[datetime, str]] = []
        self._lone: deque[datetime] = deque()

    def let_pass(self, until: datetime) -> Iterator[tuple[Alert, str]]:
        """Lets time pass up to and including `until`; gives what falls due in it."""
        while self._wakes and self._wakes[0][0] <= until:
            at, key = heapq.heappop(self._wakes)
            account = self.accounts.get(key)
            if account is None or account.wakes_at != at:
                continue
            account.wakes_at = None
            self._look(account, at, anew=True)
            yield from self._tell(key, account, at)

    def hear(self, event: Event, now: datetime) -> Iterator[tuple[Alert, str]]:
        """Takes one event in; gives what falls due by it."""
        account = self.accounts.setdefault(event.account_key, Account())
        account.platform = event.platform or account.platform
        account.heard_at = now
        if isinstance(event.what, Batch):
            self._see_batch(account, event.what, now)
        elif isinstance(event.what, Verdict):
            self._judge(account, event.what, now)
        elif trust.weight(voice := self.records.known(event.what.voice, self.policy, now), self.policy) > 0:
            same = voice is event.what.voice
            self._hear_report(account, event.what if same else replace(event.what, voice=voice), now)
        yield from self._tell(event.account_key, account, now)

    def _look(self, account: Account, now: datetime, *, anew: bool = False) -> None:
        """Works out what its evidence makes of the incident; without the receipt, which only an alert needs.

        What came late to a large incident is taken in with `anew` only.
        """
        if account.incident is None:
            return
        if account.course is None or (account.late_until is not None and anew):
            self._go_back(account)
            account.verdicts = Verdicts.of(account.words.values())
            account.course, account.late_until = self.courses.of(account.with_evidence(), self.policy), None
        known, course, verdicts = account.incident, account.course, account.verdicts
        account.incident = incidents.assess(known, self.policy, now, course=course, verdicts=verdicts, receipt=False)

    def _go_back(self, account: Account) -> None:
        """What began earlier than we knew had less ordinary volume before it."""
        if account.reopened and account.incident is not None:
            volume, praise = account.before(account.incident.opened_at, self.policy)
            account.incident = replace(account.incident, volume=volume, praise=praise)
            account.reopened = False

    def _see_batch(self, account: Account, batch: Batch, now: datetime) -> None:
        recent = (each for each in account.batches if now - each.at <= self.policy.quiet_for)
        account.batches = (*recent, batch)[-_BATCHES:]
        incident = self._open(account)
        if incident is None:
            if is_unproven(self._bare(account, now), self.policy):
                account.begin(self._new(account, None, now))
        elif len(incident.batches) < _BATCHES:
            account.incident = incidents.with_batch(incident, batch)
            if is_unproven(account.incident, self.policy) is not is_unproven(incident, self.policy):
                account.course = None
            self._look(account, now)

    def _judge(self, account: Account, verdict: Verdict, now: datetime) -> None:
        """A verdict is about the latest incident, open or over; without one, confirm and dismiss make one."""
        if account.incident is None:
            if verdict.decision not in (Decision.CONFIRM, Decision.DISMISS):
                return
            account.begin(self._new(account, None, now))
        if not account.judge(verdict):
            self._work_in(account, now, len(account.words))
        self._look(account, now)
        word = account.verdicts.last_word
        self.records.judged(account.case, word.decision if word else None, account.reports)

    def _hear_report(self, account: Account, report: Report, now: datetime) -> None:
        incident = account.incident if report.stance is Stance.REVERSAL else self._open(account)
        is_claim = report.stance is not Stance.REPORT or report.probability >= self.policy.claim_floor
        if report.stance is Stance.CONTRARY:
            account.praise.append(report)
        if incident is not None and is_claim and incidents.joins(incident, report, self.policy, account.verdicts):
            self._join(account, incident, report, now)
        elif report.stance is not Stance.REPORT:
            return
        elif incident is None and is_claim and report.same_text_as is None and self._is_recent(report, now):
            self._put_away(account)
            account.begin(self._new(account, report, now))
        elif incident is None or incident.stage in (Stage.WATCHED, Stage.SUSPECTED):
            account.hear_ordinary(report.at)

    def _join(self, account: Account, incident: Incident, report: Report, now: datetime) -> None:
        """One more report of the incident, which may have begun earlier than we knew."""
        begins = report.stance is Stance.REPORT and (report.at < incident.opened_at or account.is_only_work)
        if begins:
            account.incident, account.reopened = replace(incident, opened_at=report.at), True
        is_new, course = account.add(report), account.course
        goes_on = is_new and not begins and account.late_until is None
        if goes_on and course is not None and course.goes_on_with(report):
            course.carry_on(report)
            self._look(account, now)
        elif self._work_in(account, now, len(account.reports)):
            self._look(account, now)

    @staticmethod
    def _work_in(account: Account, now: datetime, size: int) -> bool:
        """What came late to `size` others: whether all is worked out anew at once; else it waits for its time."""
        if size <= _LARGE:
            account.course = None
            return True
        account.late_until = account.late_until or now + _LATE_EVERY * max(1, size // _LARGER)
        return False

    def _is_recent(self, report: Report, now: datetime) -> bool:
        return now - report.at < self.policy.quiet_for

    def _put_away(self, account: Account) -> None:
        """Leaves the incident that is over: its posts were ordinary if it came to nothing, else it is the past."""
        incident, told = account.incident, account.told
        if incident is None:
            return
        came_to_nothing = incident.stage in (Stage.WATCHED, Stage.DISMISSED)
        since = None if came_to_nothing else incident.strongest_at
        said = (r.at for r in account.reports.values() if r.stance is Stance.REPORT)
        account.ordinary.extend(at for at in said if since is None or at > since)
        account.ordinary.sort()
        if not came_to_nothing and (incident.stage is Stage.CONFIRMED or (told is not None and told.seen)):
            account.again = True

    def _new(self, account: Account, report: Report | None, now: datetime) -> Incident:
        opened_at = report.at if report else now
        since = opened_at - self.policy.volume_for
        account.ordinary = [at for at in account.ordinary if at >= since]
        account.praise = deque(each for each in account.praise if each.at >= since)
        opened = self._bare(account, opened_at)
        said = {report.key: report} if report else {}
        for each in account.praise:
            if incidents.joins(opened, each, self.policy):
                said[each.key] = each
        return incidents.assess(replace(opened, reports=tuple(said.values())), self.policy, now)

    def _bare(self, account: Account, opened_at: datetime) -> Incident:
        """An incident that would begin then, without evidence."""
        volume, praise = account.before(opened_at, self.policy)
        return Incident(
            platform=account.platform,
            rules_version=self.policy.rules_version,
            opened_at=opened_at,
            batches=account.batches,
            volume=volume,
            praise=praise,
            again=account.again,
        )

    @staticmethod
    def _open(account: Account) -> Incident | None:
        incident = account.incident
        return incident if incident is not None and incident.closed_at is None else None

    def _tell(self, key: str, account: Account, now: datetime) -> Iterator[tuple[Alert, str]]:
        """What is due now, and when to look again; an account that is silent for long is forgotten."""
        if account.incident is not None:
            seen = replace(account.incident, asked_at=account.asked_at) if account.asked_at else account.incident
            alert = due(account.told, seen, self._left(seen, now), now)
            if alert is not None:
                account.asked_at = now if alert.reason is Reason.ASKED else account.asked_at
                if alert.reason is Reason.LONE:
                    self._lone.append(now)
                account.told = self._with_receipt(alert, account)
                yield account.told, key
        self._sleep(key, account, now)

    def _left(self, incident: Incident, now: datetime) -> Policy:
        """The policy with as many notes of lone reports as moderators may still get today."""
        if not self.policy.lone_a_day or not is_lone(incident, self.policy):
            return self.policy
        while self._lone and now - self._lone[0] >= DAY:
            self._lone.popleft()
        return replace(self.policy, lone_a_day=max(0, self.policy.lone_a_day - len(self._lone)))

    def _with_receipt(self, alert: Alert, account: Account) -> Alert:
        if account.incident is None:
            return alert
        course = account.course or self.courses.of(account.with_evidence(), self.policy)
        account.incident = incidents.with_receipt(account.incident, course)
        return replace(alert, why=account.incident.why, score=account.incident.score)

    def _sleep(self, key: str, account: Account, now: datetime) -> None:
        next_at = account.incident.next_at if account.incident is not None else None
        forget_at = (account.heard_at or now) + max(self.policy.volume_for, self.policy.reversal_for)
        if next_at is None and account.late_until is None and forget_at <= now:
            self._forget(key, account)
            return
        wakes_at = min((at for at in (next_at, account.late_until) if at is not None), default=forget_at)
        if account.wakes_at != wakes_at:
            account.wakes_at = wakes_at
            heapq.heappush(self._wakes, (wakes_at, key))

    def _forget(self, key: str, account: Account) -> None:
        """Nothing heard for long: only that there was an incident is kept."""
        self._put_away(account)
        if account.again:
            self.accounts[key] = Account(platform=account.platform, again=True)
        else:
            del self.accounts[key]
