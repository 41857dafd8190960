"""What one report is worth before anybody asks who wrote it: its reading, its facts, the ordinary volume."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bot import trust
from bot.model import Cause, Facts, Incident, Report, Share
from bot.model.policy import Policy

_QUALITY = frozenset({Cause.OWN_FAULT, Cause.ATTENTION_CHECK, Cause.QUALITY})
_BLANK = frozenset({Cause.NO_REASON, Cause.IDENTICAL_FEEDBACK, Cause.TECHNICAL})
_SLIPS = frozenset({Cause.IDENTICAL_FEEDBACK, Cause.WRONG_CODE, Cause.TECHNICAL})
_SLIPPED = 2  # workers: one alone may have mistyped their code
_MOSTLY = 0.5  # rejected of submitted: "most" is more than half


@dataclass(frozen=True, slots=True)
class Worth:
    """A report's points in three parts; `reading + facts - volume` is never below 0."""

    reading: float
    facts: float
    volume: float

    @property
    def points(self) -> float:
        """What the report adds at full weight, at least 0: a weak report is no evidence against."""
        return self.reading + self.facts - self.volume


NOTHING = Worth(0.0, 0.0, 0.0)


def worth(report: Report, discount: float, policy: Policy) -> Worth:
    """What a report is worth where ordinary volume takes `discount` points from each."""
    if not report.probability >= policy.claim_floor:
        return NOTHING
    reading = min(policy.report_cap, max(0.0, _logit(report.probability) - _logit(policy.neutral)))
    facts = max(-reading, _facts(report.facts, policy))
    if trust.is_answer(report):
        reading, facts = reading * policy.answer_weight, facts * policy.answer_weight
    return Worth(reading, facts, min(discount, reading + facts))


def discount(incident: Incident, policy: Policy) -> float:
    """Points that each report loses because the requester is talked about anyway.

    The expected number of ordinary posts within one half-life, on a logarithmic scale: the log of how much likelier
    a report is in an incident than on any day falls as the requester's everyday rate rises.
    """
    known = max(0, incident.volume) + policy.praise_share * max(0, incident.praise)
    expected = known * (policy.half_life / policy.volume_for)
    return policy.volume_weight * math.log1p(expected / policy.volume_scale)


def unusual(incident: Incident, policy: Policy) -> float:
    """How much of a contrary voice is news: where many praise on any day, one more says little of this story."""
    expected = max(0, incident.praise) * ((policy.contrary_for + policy.half_life) / policy.volume_for)
    return 1 / (1 + expected)


def _logit(probability: float) -> float:
    bounded = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))


def _facts(facts: Facts, policy: Policy) -> float:
    return _whose(facts, policy) + _share(facts, policy) + _count(facts, policy) + _cause(facts, policy)


def _whose(facts: Facts, policy: Policy) -> float:
    if facts.first_hand is None:
        return 0.0
    return policy.first_hand if facts.first_hand else policy.hearsay


def _share(facts: Facts, policy: Policy) -> float:
    share = facts.share or _share_counted(facts)
    if share is None:
        return 0.0
    return policy.share_some if share is Share.SOME else policy.share_most


def _share_counted(facts: Facts) -> Share | None:
    if not facts.n_submitted or facts.n_rejected is None:
        return None
    return Share.MOST if facts.n_rejected / facts.n_submitted > _MOSTLY else Share.SOME


def _count(facts: Facts, policy: Policy) -> float:
    if facts.n_rejected is None:
        return 0.0
    if facts.n_rejected >= policy.many_from:
        return policy.many
    return policy.few if facts.n_rejected <= policy.few_to else 0.0


def is_accident(causes: Mapping[str, Cause]) -> bool:
    """Whether it sounds like a mistake: `causes` are the reasons that were given, by worker, the last of each.

    Most of them, and at least two, had one text for all, a wrong code or a technical fault: so went the accidents
    that are known (psiTurk's issue 55, TurkPrime in February 2016).
    """
    slips = sum(cause in _SLIPS for cause in causes.values())
    return slips >= _SLIPPED and slips > len(causes) / 2


def _cause(facts: Facts, policy: Policy) -> float:
    if facts.cause in _QUALITY:
        return policy.fault
    return policy.blank if facts.cause in _BLANK else 0.0
