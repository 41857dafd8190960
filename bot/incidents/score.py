"""The sum of the evidence as it grew in time, and the receipt that says where each point comes from.

The reports of an incident are strongest together when they come close together: each loses half its points a
half-life, and the score is the highest sum they ever reached (silence alone never lowers it), less what contrary
voices take away. All of it is a function of the dated evidence, so the order in which we saw it does not matter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime

from bot import trust
from bot.incidents.burst import Chain
from bot.incidents.evidence import discount, unusual, worth
from bot.incidents.receipt import Parts
from bot.incidents.sites import Heads, Sites, kept
from bot.model import Incident, Report, Stance, Term
from bot.model.policy import Policy

_ROUNDING = 1e-9  # what is smaller is left over from adding floats


@dataclass(frozen=True, slots=True)
class Step:
    """Where the evidence stood after one more piece of it.

    `is_shared`: enough people on one site to be more than one. `is_burst`: it may all be one hand.
    """

    at: datetime
    is_report: bool
    points: float
    n_voices: int
    is_shared: bool
    is_burst: bool


@dataclass(slots=True)
class Tally:
    """The evidence of one incident, taken in by date.

    `credits` are what the voices count, `claiming` those who report a mass rejection by themselves (`trust.is_claim`).
    """

    incident: Incident
    policy: Policy
    credits: dict[str, trust.Credit]
    discount: float = 0.0
    constant: float = 0.0
    unusual: float = 1.0
    peak: float = 0.0
    strongest_at: datetime | None = None
    said: dict[str, tuple[float, datetime]] = field(default_factory=dict)
    claiming: set[str] = field(default_factory=set)
    against: dict[str, float] = field(default_factory=dict)
    against_sum: float = 0.0
    heads: Heads = field(init=False)
    sites: Sites = field(init=False)
    parts: Parts = field(init=False)
    chain: Chain = field(default_factory=Chain)

    def __post_init__(self) -> None:
        self.heads = Heads(self.policy.same_site_voices)
        self.sites, self.parts = Sites(self.policy), Parts(self.policy)
        self.discount = discount(self.incident, self.policy)
        self.unusual = unusual(self.incident, self.policy)
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
        is_report = report.stance is Stance.REPORT
        return Step(report.at, is_report, self.points, self.n_voices, self.heads.n_shared > 0, self._is_burst())

    @property
    def points(self) -> float:
        """The score as far as the evidence was taken in."""
        return self.constant + self.peak - self._contrary()

    @property
    def n_voices(self) -> int:
        """People who report and whose last word is not the contrary."""
        return self.heads.n_voices

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
        self.sites.let_pass(report.at)
        denied = self.against.pop(key, None)
        self.against_sum -= denied or 0.0
        each = worth(report, self.discount, self.policy)
        value = credit.weight * each.points
        was_head = key in self.claiming and denied is None
        if trust.is_claim(report):
            self.claiming.add(key)
        if key in self.claiming and not was_head:
            self.heads.come(credit.site)
        self.chain.add(report.at, key, value, self.policy)
        self.parts.hear(key, each, credit.weight, report.at)
        before = self._value(key, report.at)
        if value > before or key not in self.said:
            self.said[key] = (value, report.at)
            self.sites.add(credit.site, value - before, report.at, known=credit.known)
        together = self.sites.together()
        if together > self.peak + _ROUNDING:
            self.peak, self.strongest_at = together, report.at
            self.parts.peak(report.at)

    def _hear_contrary(self, report: Report) -> None:
        key = report.voice.key
        if key in self.claiming and key not in self.against:
            self.heads.leave(self.credits[key].site)
        asked = trust.is_answer(report)
        points = self._weight(report) * (self.policy.answer_contrary if asked else self.unusual * self.policy.contrary)
        self.against_sum += points - self.against.get(key, 0.0)
        self.against[key] = points

    def _value(self, key: str, at: datetime) -> float:
        if key not in self.said:
            return 0.0
        value, said_at = self.said[key]
        return value * kept(said_at, at, self.policy)

    def _contrary(self) -> float:
        return min(self.policy.contrary_cap, max(0.0, self.against_sum))

    def receipt(self) -> tuple[Term, ...]:
        """Every term with its points; they sum to `points`."""
        around = _surroundings(self.incident, self.policy)
        terms = (*around, *self.parts.terms(self.peak), Term("contrary", -self._contrary()))
        return tuple(term for term in terms if abs(term.points) > _ROUNDING)


def _surroundings(incident: Incident, policy: Policy) -> tuple[Term, ...]:
    return (
        Term("prior", policy.prior),
        Term("spoken_of", policy.spoken_of if incident.volume > 0 or incident.praise > 0 else 0.0),
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
