"""How sure we are, and what became of the work: the machine's stage, the moderators' verdicts, the outcome."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
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


def outcome(back: Sequence[Report], n_rejected: int | None, standing: Sequence[Verdict], policy: Policy) -> Outcome:
    """What became of the rejected work. One credible voice makes it partly reversed; all takes several, or a person.

    `back` are the reports of reversals, in their writers' own words.
    """
    if any(v.decision is Decision.REVERSED for v in standing):
        return Outcome.REVERSED
    voices = _reversing(back, policy)
    if not voices:
        return Outcome.COMPENSATED if n_compensated(back, policy) >= policy.reversed_voices else Outcome.OPEN
    all_of_it = sum(any(_says_all(r) for r in words) for words in voices.values())
    if all_of_it < policy.reversed_voices:
        return Outcome.PARTLY_REVERSED
    counted = n_reversed(back, policy)
    short = n_rejected is not None and counted is not None and counted < policy.reversed_share * n_rejected
    return Outcome.PARTLY_REVERSED if short else Outcome.REVERSED


def n_reversed(back: Sequence[Report], policy: Policy) -> int | None:
    """So many reversals were counted by those who had them, None if nobody counts."""
    counted = _counted(_reversing(back, policy))
    return sum(counted.values()) if counted else None


def reversed_of(back: Sequence[Report], claimed: Mapping[str, int], policy: Policy) -> int | None:
    """How many rejections those had who count their reversals; None unless each of them says so somewhere.

    `claimed` are the rejections that voices counted when they reported: they need not do it again.
    """
    voices = _reversing(back, policy)
    whole = [
        max((r.facts.n_rejected for r in voices[key] if r.facts.n_rejected is not None), default=claimed.get(key))
        for key in _counted(voices)
    ]
    known = [n for n in whole if n is not None]
    return sum(known) if known and len(known) == len(whole) else None


def n_reversing(back: Sequence[Report], policy: Policy) -> int:
    """How many credible workers say that something came back."""
    return len(_reversing(back, policy))


def n_compensated(back: Sequence[Report], policy: Policy) -> int:
    """How many credible workers say that money was sent and the rejection stays."""
    return len(_credible(back, policy, lambda said: said is Reversal.COMPENSATED))


def _counted(voices: Mapping[str, Sequence[Report]]) -> dict[str, int]:
    counts = {
        voice: max((r.facts.n_reversed for r in words if r.facts.n_reversed is not None), default=None)
        for voice, words in voices.items()
    }
    return {voice: n for voice, n in counts.items() if n is not None}


def _reversing(back: Sequence[Report], policy: Policy) -> dict[str, list[Report]]:
    """Credible voices that say something was reversed; a promise, a wish or a payment is no reversal."""
    return _credible(back, policy, lambda said: said in (None, Reversal.DONE, Reversal.PARTLY))


def _credible(
    back: Sequence[Report], policy: Policy, means: Callable[[Reversal | None], bool]
) -> dict[str, list[Report]]:
    known = trust.by_voice(back, policy)
    voices: dict[str, list[Report]] = {}
    for report in back:
        if known[report.voice.key].weight > 0 and means(report.facts.reversal):
            voices.setdefault(report.voice.key, []).append(report)
    return voices


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
