"""Incidents: evidence comes in, and what it makes of the incident is worked out anew each time.

Every function is pure and total: Incident in, Incident out. Nothing derived is ever patched: `assess` works all of
it out from the dated evidence, so the order of arrival never matters. Moderators' verdicts are kept as they were
given and always win over the machine.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.incidents import stages
from bot.incidents.course import Course
from bot.incidents.evidence import is_accident
from bot.incidents.score import is_unproven
from bot.incidents.verdicts import Verdicts
from bot.model import Batch, Decision, Incident, Report, Stage, Stance, Term, Verdict
from bot.model.policy import Policy

ALL: Final = "*"
"""In place of a guild key: the verdicts of every guild count."""

DISPUTED: Final = "disputed"
CLOSED: Final = "closed"
"""Marks: terms of 0 points that say in the receipt what is so, and let `alerts.due` see what was told."""


def open_incident(  # noqa: PLR0913 - all but two are keywords, each a fact of its own
    platform: str | None,
    report: Report | None,
    *,
    policy: Policy,
    now: datetime,
    volume: int = 0,
    praise: int = 0,
    again: bool = False,
    requester_id: int | None = None,
    batches: Iterable[Batch] = (),
) -> Incident:
    """A new incident from its first report (or, with None, from batches or a verdict to come).

    `volume`: rejection posts about the requester in the 90 days before, without those of incidents that were told.
    `praise`: people who said in this time that all of theirs was approved.
    `again`: an earlier incident was told in public or confirmed.
    """
    incident = Incident(
        platform=platform,
        rules_version=policy.rules_version,
        opened_at=report.at if report else now,
        requester_id=requester_id,
        reports=(report,) if report else (),
        batches=tuple(batches),
        volume=volume,
        praise=praise,
        again=again,
    )
    return assess(incident, policy, now)


def with_report(incident: Incident, report: Report) -> Incident:
    """The evidence with one more report, not assessed yet; one with the same key is replaced (an edited post)."""
    others = tuple(each for each in incident.reports if each.key != report.key)
    return replace(incident, reports=(*others, report))


def with_verdict(incident: Incident, verdict: Verdict) -> Incident:
    """The evidence with a moderator's verdict, not assessed yet; the same key twice counts once."""
    others = tuple(each for each in incident.verdicts if each.key != verdict.key)
    return replace(incident, verdicts=(*others, verdict))


def with_batch(incident: Incident, batch: Batch) -> Incident:
    """The evidence with work that was seen for its requester, not assessed yet."""
    others = tuple(each for each in incident.batches if each.key != batch.key)
    return replace(incident, batches=(*others, batch))


def add_report(incident: Incident, report: Report, policy: Policy, now: datetime) -> Incident:
    """The incident with one more report."""
    return assess(with_report(incident, report), policy, now)


def remove_report(incident: Incident, key: str, policy: Policy, now: datetime) -> Incident:
    """The incident without the report of that key (deleted by its author, or not about this requester).

    Never raises the stage. Copies of the removed text stay copies and count nothing.
    """
    others = tuple(each for each in incident.reports if each.key != key)
    return assess(replace(incident, reports=others), policy, now)


def judge(incident: Incident, verdict: Verdict, policy: Policy, now: datetime) -> Incident:
    """The incident with a moderator's verdict."""
    return assess(with_verdict(incident, verdict), policy, now)


def add_batch(incident: Incident, batch: Batch, policy: Policy, now: datetime) -> Incident:
    """The incident with work that was seen for its requester."""
    return assess(with_batch(incident, batch), policy, now)


def is_only_work(incident: Incident) -> bool:
    """Whether nothing but work opened it: then it begins anew with its first report.

    What was seen of a batch must not shorten the time in which reports belong together.
    """
    return not incident.verdicts and all(each.stance is not Stance.REPORT for each in incident.reports)


def joins(incident: Incident, report: Report, policy: Policy, verdicts: Verdicts | None = None) -> bool:
    """Whether the report belongs to this incident: near it in time. A reversal may come long after.

    `verdicts` are those for all guilds, if they are known already.
    """
    before = policy.contrary_for if report.stance is Stance.CONTRARY else policy.quiet_for
    if report.at < incident.opened_at - before:
        return False
    if report.stance is Stance.REVERSAL:
        return report.at <= (incident.last_at or incident.opened_at) + policy.reversal_for
    return report.at < ends_at(incident, policy, verdicts)


def ends_at(incident: Incident, policy: Policy, verdicts: Verdicts | None = None) -> datetime:
    """When the incident is over if nothing more is heard.

    One that nobody was told of ends `quiet_for` after it began, one that was told `quiet_for` after it was strongest,
    so that a requester who is always talked about gets an ordinary volume instead of an endless incident; one
    dismissed for everybody ends with its lock.
    """
    for_all = verdicts or Verdicts.of(v for v in incident.verdicts if v.guild_key is None)
    strongest_at = incident.strongest_at or incident.last_at
    return _ends_at(incident.stage, incident.opened_at, strongest_at, for_all.last_word, policy)


def _ends_at(
    stage: Stage, opened_at: datetime, strongest_at: datetime | None, for_all: Verdict | None, policy: Policy
) -> datetime:
    if for_all is not None and for_all.decision is Decision.DISMISS:
        return for_all.at + policy.lock_for
    if stage is Stage.WATCHED:
        return opened_at + policy.quiet_for
    return (strongest_at or opened_at) + policy.quiet_for


def assess(
    incident: Incident,
    policy: Policy,
    now: datetime,
    guild_key: str | None = ALL,
    course: Course | None = None,
    verdicts: Verdicts | None = None,
    *,
    receipt: bool = True,
) -> Incident:
    """Everything derived, worked out from the evidence as one guild sees it: its own verdicts and those for all.

    Evidence counts at its own date, however late it comes. `next_at` is when time alone changes something.
    `course` is the course of this very evidence if it is known already, `verdicts` those that were given, where all
    of them are for all guilds; without `receipt` the terms are left out.
    """
    course = course or Course.of(incident, policy)
    heard = verdicts or Verdicts.of(
        v for v in incident.verdicts if guild_key in (ALL, v.guild_key) or v.guild_key is None
    )
    for_all = verdicts or Verdicts.of(v for v in incident.verdicts if v.guild_key is None)
    word = heard.last_word
    tally, n_contrary = course.tally, len(course.tally.against)
    stage = _stage(stages.machine_stage(course.rank), word)
    last_at = max((at for at in (course.last_at, word.at if word else None) if at), default=None)
    strongest_at = max((at for at in (tally.strongest_at, word.at if word else None) if at), default=None)
    ends = _ends_at(stage, incident.opened_at, strongest_at, for_all.last_word, policy)
    public_after = _public_after(course, word)
    later = [at for at in (public_after, ends) if at is not None and at > now]
    known = replace(
        incident,
        stage=stage,
        outcome=heard.outcome or course.back.outcome(course.n_rejected),
        disputed=stages.is_disputed(tally.n_voices, n_contrary, policy),
        unproven=is_unproven(incident, policy),
        last_at=last_at,
        strongest_at=strongest_at,
        public_after=public_after,
        closed_at=ends if ends <= now else None,
        next_at=min(later, default=None),
        n_voices=tally.n_voices,
        n_sites=len(tally.heads.by_site),
        n_contrary=n_contrary,
        n_rejected=course.n_rejected,
        n_reversed=course.back.n_reversed,
        reversed_of=course.back.reversed_of,
        n_reversing=course.back.n_voices,
        accident=is_accident(course.causes),
        score=tally.points,
    )
    return with_receipt(known, course) if receipt else known


def _stage(machine: Stage, word: Verdict | None) -> Stage:
    if word is None:
        return machine
    return Stage.CONFIRMED if word.decision is Decision.CONFIRM else Stage.DISMISSED


def _public_after(course: Course, word: Verdict | None) -> datetime | None:
    """The earliest moment for a public word: a moderator's own, else the machine's once it is sure enough."""
    if word is not None:
        return word.at
    stands = course.may_be_public and course.tally.n_voices >= course.policy.public_voices
    if not stands or course.rank < 1 or course.first_at is None:
        return None
    return stages.public_after(course.first_at, course.n_rejected, course.policy)


def with_receipt(incident: Incident, course: Course) -> Incident:
    """Score and terms, with the marks that say in the receipt what is so."""
    marks = ((DISPUTED, incident.disputed), (CLOSED, incident.closed_at is not None))
    why = (*course.receipt(), *(Term(mark, 0.0) for mark, is_so in marks if is_so))
    return replace(incident, why=why, score=math.fsum(term.points for term in why))
