"""The sum of the evidence as it grew in time, and the receipt that says where each point comes from.

The reports of an incident are strongest together when they come close together: each loses half its points a
half-life, and the score is the highest sum they ever reached (silence alone never lowers it), less what contrary
voices take away. All of it is a function of the dated evidence, so the order in which we saw it does not matter.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot import trust
from bot.incidents.burst import Chain
from bot.incidents.evidence import Worth, discount, worth
from bot.model import Incident, Report, Stance, Term
from bot.model.policy import Policy

_ROUNDING = 1e-12  # what is smaller is left over from adding floats


@dataclass(frozen=True, slots=True)
class Step:
    """Where the evidence stood after one more piece of it. `is_burst`: it may all be one hand."""

    at: datetime
    is_report: bool
    points: float
    n_voices: int
    n_same_site: int
    is_burst: bool


@dataclass(slots=True)
class Tally:
    """The evidence of one incident, taken in by date. `credits` are what the voices count."""

    incident: Incident
    policy: Policy
    credits: dict[str, trust.Credit]
    discount: float = 0.0
    constant: float = 0.0
    peak: float = 0.0
    peak_at: datetime | None = None
    said: dict[str, tuple[float, datetime]] = field(default_factory=dict)
    against: dict[str, float] = field(default_factory=dict)
    against_sum: float = 0.0
    sums: dict[tuple[str, bool], float] = field(default_factory=dict)
    sums_at: datetime | None = None
    sites: Counter[str] = field(default_factory=Counter)
    chain: Chain = field(default_factory=Chain)

    def __post_init__(self) -> None:
        self.discount = discount(self.incident, self.policy)
        self.constant = math.fsum(term.points for term in _surroundings(self.incident, self.policy))

    def counts(self, report: Report) -> bool:
        """Whether its writer counts anything."""
        return self._weight(report) > 0

    def take(self, report: Report) -> Step | None:
        """One more piece of evidence, not older than those before; the step it makes, None if it says nothing here."""
        if report.stance is Stance.CONTRARY:
            self._hear_contrary(report)
        elif report.stance is Stance.REPORT and report.probability >= self.policy.claim_floor:
            self._hear(report)
        else:
            return None
        n_same_site = max(self.sites.values(), default=0)
        is_report = report.stance is Stance.REPORT
        return Step(report.at, is_report, self.points, self.n_voices, n_same_site, self._is_burst())

    @property
    def points(self) -> float:
        """The score as far as the evidence was taken in."""
        return self.constant + self.peak - self._contrary()

    @property
    def n_voices(self) -> int:
        """People who report and whose last word is not the contrary."""
        return sum(self.sites.values())

    def worth(self, report: Report) -> Worth:
        """What the report is worth for this requester."""
        return worth(report, self.discount, self.policy)

    def _weight(self, report: Report) -> float:
        """What the writer counts: who reports by the best of their reports, who contradicts by that word alone."""
        if report.stance is Stance.REPORT:
            return self.credits[report.voice.key].weight
        return trust.weight(report.voice, self.policy)

    def _is_burst(self) -> bool:
        """Whether a requester of good standing is accused by few people within a day: that may be one hand."""
        known = self.incident.volume + self.incident.praise
        return known >= self.policy.known_from and not self.chain.is_proof(self.policy)

    def _hear(self, report: Report) -> None:
        key, credit = report.voice.key, self.credits[report.voice.key]
        self._decay_to(report.at)
        denied = self.against.pop(key, None)
        self.against_sum -= denied or 0.0
        if denied is not None or key not in self.said:
            self.sites[credit.site] += 1
        value = credit.weight * self.worth(report).points
        self.chain.add(report.at, key, value, self.policy)
        before = self._value(key, report.at)
        if value > before or key not in self.said:
            self.said[key] = (value, report.at)
            slot = (credit.site, credit.known)
            self.sums[slot] = self.sums.get(slot, 0.0) + value - before
        together = self._together()
        if together > self.peak:
            self.peak, self.peak_at = together, report.at

    def _hear_contrary(self, report: Report) -> None:
        key = report.voice.key
        if key in self.said and key not in self.against:
            self.sites[self.credits[key].site] -= 1
        points = self.policy.answer_contrary if trust.is_answer(report) else self.policy.contrary
        self.against_sum += points * self._weight(report) - self.against.get(key, 0.0)
        self.against[key] = points * self._weight(report)

    def _decay_to(self, at: datetime) -> None:
        factor = kept(self.sums_at or at, at, self.policy)
        self.sums = {slot: value * factor for slot, value in self.sums.items()}
        self.sums_at = at

    def _value(self, key: str, at: datetime) -> float:
        if key not in self.said:
            return 0.0
        value, said_at = self.said[key]
        return value * kept(said_at, at, self.policy)

    def _together(self) -> float:
        """All sites together: the strongest in full, the others for less, voices of unknown age up to a cap."""
        return _blend(_by_site(self.sums, self.policy), self.policy)

    def _contrary(self) -> float:
        return min(self.policy.contrary_cap, max(0.0, self.against_sum))

    def receipt(self, words: Iterable[Report]) -> tuple[Term, ...]:
        """Every term with its points, after `words` were taken in; they sum to `points`."""
        terms = (*_surroundings(self.incident, self.policy), *self._at_peak(words), Term("contrary", -self._contrary()))
        return tuple(term for term in terms if abs(term.points) > _ROUNDING)

    def _at_peak(self, words: Iterable[Report]) -> Iterator[Term]:
        """What the reports were worth together at their strongest, taken apart aspect by aspect."""
        best = self._best_at_peak(words)
        full = math.fsum(each.points for each, _, _ in best)
        weighted = math.fsum(each.points * credit.weight for each, credit, _ in best)
        decayed = math.fsum(each.points * credit.weight * left for each, credit, left in best)
        yield Term("reports", math.fsum(each.reading for each, _, _ in best))
        yield Term("facts", math.fsum(each.facts for each, _, _ in best))
        yield Term("ordinary_volume", -math.fsum(each.volume for each, _, _ in best))
        yield Term("trust", weighted - full)
        yield Term("time_between", decayed - weighted)
        yield Term("further_sites", self.peak - decayed)

    def _best_at_peak(self, words: Iterable[Report]) -> list[tuple[Worth, trust.Credit, float]]:
        best: dict[str, tuple[Worth, trust.Credit, float]] = {}
        for report in words:
            if self.peak_at is None or report.at > self.peak_at or report.stance is not Stance.REPORT:
                continue
            key, left = report.voice.key, kept(report.at, self.peak_at, self.policy)
            each = (self.worth(report), self.credits[key], left)
            if key not in best or each[0].points * left > best[key][0].points * best[key][2]:
                best[key] = each
        return list(best.values())


def _surroundings(incident: Incident, policy: Policy) -> tuple[Term, ...]:
    return (
        Term("prior", policy.prior),
        Term("again", policy.again if incident.again else 0.0),
        Term("unproven_batch", policy.unproven if is_unproven(incident, policy) else 0.0),
    )


def is_unproven(incident: Incident, policy: Policy) -> bool:
    """Whether a huge easy batch without any review was seen, by a requester whom nobody talks about."""
    if incident.volume or incident.praise or incident.again:
        return False
    return any(
        (batch.task.n_tasks or 0) >= policy.unproven_tasks
        and batch.task.reward is not None
        and batch.task.reward.value <= policy.unproven_reward
        and batch.reviews == 0
        for batch in incident.batches
    )


def _by_site(sums: Mapping[tuple[str, bool], float], policy: Policy) -> dict[str, float]:
    cap = policy.unknown_voices * policy.unknown_weight * policy.report_cap
    sites: dict[str, float] = {}
    for (site, known), value in sums.items():
        sites[site] = sites.get(site, 0.0) + (value if known else min(value, cap))
    return sites


def _blend(sites: Mapping[str, float], policy: Policy) -> float:
    home = max(sites.values(), default=0.0)
    return home + policy.further_site * (math.fsum(sites.values()) - home)


def kept(since: datetime, until: datetime, policy: Policy) -> float:
    """What is left of a report's points after that time, from 1 down."""
    return float(0.5 ** ((until - since) / policy.half_life))
