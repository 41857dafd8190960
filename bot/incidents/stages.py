"""How sure we are, and what became of the work: the machine's stage, the moderators' verdicts, the outcome."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot import trust
from bot.incidents.score import Step
from bot.model import Decision, Outcome, Report, Reversal, Share, Stage, Verdict
from bot.model.policy import Policy

RANK = {Stage.WATCHED: 0, Stage.DISMISSED: 0, Stage.SUSPECTED: 1, Stage.CORROBORATED: 2, Stage.CONFIRMED: 3}
_OF_RANK = (Stage.WATCHED, Stage.SUSPECTED, Stage.CORROBORATED)


def climbed(rank: int, step: Step, policy: Policy) -> int:
    """The rank of the machine's stage after one more step. It rises at once and falls only by a margin.

    Pointwise less evidence never gives a higher stage (a Schmitt trigger is monotone), so taking a report away
    cannot raise it.
    """
    return max(_reached(step, policy, 0.0), min(rank, _reached(step, policy, policy.margin)))


def machine_stage(rank: int) -> Stage:
    """The stage of that rank that the machine can give by itself."""
    return _OF_RANK[rank]


def may_be_public(rank: int, step: Step, policy: Policy) -> bool:
    """Whether members may hear of it: enough people, and not a burst that may be one hand."""
    return rank >= 1 and step.n_voices >= policy.public_voices and not step.is_burst


def _reached(step: Step, policy: Policy, margin: float) -> int:
    """The highest stage this step reaches when the thresholds are lowered by `margin`."""
    if step.n_voices < policy.suspected_voices or step.points < policy.suspected - margin:
        return 0
    enough = step.n_voices >= policy.corroborated_voices and step.n_same_site >= policy.same_site_voices
    return 2 if enough and not step.is_burst and step.points >= policy.corroborated - margin else 1


def standing_verdicts(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """The verdicts that count, by date: each undo takes back the last one of its own guild that still stood."""
    standing: list[Verdict] = []
    for verdict in sorted(verdicts, key=lambda v: (v.at, v.key)):
        if verdict.decision is not Decision.UNDO:
            standing.append(verdict)
            continue
        last = next((v for v in reversed(standing) if v.guild_key == verdict.guild_key), None)
        if last is not None:
            standing.remove(last)
    return standing


def last_word(standing: Sequence[Verdict]) -> Verdict | None:
    """The last verdict on the stage: confirm or dismiss."""
    on_stage = (Decision.CONFIRM, Decision.DISMISS)
    return next((v for v in reversed(standing) if v.decision in on_stage), None)


@dataclass(slots=True)
class Repairs:
    """Who says that work was reversed, in their own words, as they come. A promise or a wish is no reversal.

    A voice counts once any of its words of reversal was credible; `waiting` are the words of those that are not yet.
    """

    credible: set[str] = field(default_factory=set)
    waiting: dict[str, list[Report]] = field(default_factory=dict)
    voices: set[str] = field(default_factory=set)
    of_all: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)
    counted: int = 0

    def take(self, report: Report, policy: Policy) -> None:
        """One more word of a reversal."""
        key = report.voice.key
        if key not in self.credible and trust.weight(report.voice, policy) <= 0:
            self.waiting.setdefault(key, []).append(report)
            return
        self.credible.add(key)
        for each in (*self.waiting.pop(key, ()), report):
            self._count(key, each)

    def _count(self, key: str, report: Report) -> None:
        if report.facts.reversal in (Reversal.PROMISED, Reversal.ASKED):
            return
        self.voices.add(key)
        if _says_all(report):
            self.of_all.add(key)
        if report.facts.n_reversed is not None:
            before = self.counts.get(key, 0)
            self.counts[key] = max(before, report.facts.n_reversed)
            self.counted += self.counts[key] - before

    @property
    def n_reversed(self) -> int | None:
        """So many reversals were counted by those who had them, None if nobody counts."""
        return self.counted if self.counts else None


def outcome(back: Repairs, n_rejected: int | None, standing: Sequence[Verdict], policy: Policy) -> Outcome:
    """What became of the rejected work. One credible voice makes it partly reversed; all takes several, or a person."""
    if any(v.decision is Decision.REVERSED for v in standing):
        return Outcome.REVERSED
    if not back.voices:
        return Outcome.OPEN
    if len(back.of_all) < policy.reversed_voices:
        return Outcome.PARTLY_REVERSED
    counted = back.n_reversed
    short = n_rejected is not None and counted is not None and counted < policy.reversed_share * n_rejected
    return Outcome.PARTLY_REVERSED if short else Outcome.REVERSED


def _says_all(report: Report) -> bool:
    facts = report.facts
    if facts.reversal is not None:
        return facts.reversal is Reversal.DONE
    if facts.n_reversed is not None and facts.n_rejected is not None:
        return facts.n_reversed >= facts.n_rejected
    return facts.share in (None, Share.ALL)


def is_disputed(n_voices: int, n_against: int, policy: Policy) -> bool:
    """Whether enough workers contradict those who report."""
    return n_against >= policy.disputed_voices and n_against >= math.ceil(policy.disputed_share * n_voices)


def public_after(first_at: datetime, n_rejected: int | None, policy: Policy) -> datetime:
    """The earliest moment for the machine's public word.

    A short delay after the first report lets moderators look first; there is none when much is at stake.
    """
    return first_at if (n_rejected or 0) >= policy.severe_rejected else first_at + policy.public_delay
