"""When the bot asks: a neutral question is worth its price where few have spoken and much could still be saved.

Most of what happens is never written about, so the best that can be done with one doubtful report is often to ask.
Asking has a price as well: the community's patience, and a shadow on a requester who did nothing. What is expected
of the answers is weighed against both, in units of the work that a warning at this moment would save.
"""

from __future__ import annotations

import math
from collections import Counter
from datetime import datetime
from typing import Final

from bot.incidents.stages import RANK
from bot.model import Alert, Facts, Incident, Outcome, Reason, Report, Share, Stage, Stance, Tap, Voice
from bot.model.policy import Policy
from bot.trust import ANSWER, is_answer, weight

_SURE, _HALF_SURE = 0.9, 0.5  # a tap cannot be misread, but a slip of the finger is one; "some" is no mass claim
_OPEN: Final = (Stage.WATCHED, Stage.SUSPECTED)
_JUDGED: Final = (Stage.CONFIRMED, Stage.DISMISSED)


def is_due(before: Alert | None, after: Incident, policy: Policy, now: datetime) -> bool:
    """Whether the community is to be asked about this requester now.

    Asked is only while members have not been warned and are not about to be, never where a moderator has spoken,
    and never twice within `ask_every`, whichever incident the last question was about.
    """
    if not policy.asks or not after.n_voices or after.stage not in _OPEN or after.outcome is not Outcome.OPEN:
        return False
    if after.closed_at is not None or (before is not None and before.seen) or _is_about_to_be_told(after, policy):
        return False
    asked_at = max((at for at in (after.asked_at, _asked_at(before)) if at is not None), default=None)
    return (asked_at is None or now - asked_at >= policy.ask_every) and value(after, policy, now) > 0


def answer(key: str, at: datetime, voice: Voice, tap: Tap, channel: str) -> Report:
    """A tap as a voice: against, for, or a little for. Who is still waiting says nothing: `PENDING` is a ValueError."""
    if tap is Tap.PENDING:
        raise ValueError("who is still waiting says nothing")
    stance = Stance.CONTRARY if tap is Tap.ALL_APPROVED else Stance.REPORT
    share = {Tap.ALL_REJECTED: Share.ALL, Tap.SOME_REJECTED: Share.SOME}.get(tap)
    return Report(
        key=key,
        at=at,
        voice=voice,
        stance=stance,
        probability=_SURE if tap is Tap.ALL_REJECTED else _HALF_SURE,
        facts=Facts(share=share, first_hand=True),
        source=f"{ANSWER}:{channel}",
    )


def tapped(report: Report) -> Tap:
    """Which answer a report is that `answer` made."""
    if report.stance is Stance.CONTRARY:
        return Tap.ALL_APPROVED
    return Tap.SOME_REJECTED if report.facts.share is Share.SOME else Tap.ALL_REJECTED


def is_open(asked_at: datetime, view: Incident, policy: Policy, now: datetime) -> bool:
    """Whether a question asked then still takes answers: not for long, and not once a moderator or time has spoken.

    It stays open beside a warning: who was approved must be able to say so above all then.
    """
    if view.closed_at is not None or view.merged or view.outcome is not Outcome.OPEN or view.stage in _JUDGED:
        return False
    return now < asked_at + policy.ask_for


def tally(incident: Incident, policy: Policy) -> Counter[Tap]:
    """How many people gave which answer: the last of each, and nobody whose account counts nothing."""
    last: dict[str, Tap] = {}
    for report in sorted(incident.reports, key=lambda report: (report.at, report.key)):
        if is_answer(report) and weight(report.voice, policy) > 0:
            last[report.voice.key] = tapped(report)
    return Counter(last.values())


def value(incident: Incident, policy: Policy, now: datetime) -> float:
    """What asking is expected to bring, less what it costs; 1 is the work that a true warning saves when it is new.

    The score is in log-odds, so it says how likely the story is true; what can still be saved halves every
    `ask_half`.
    """
    likely = 1 / (1 + math.exp(-incident.score))
    left = 0.5 ** max(0.0, (now - incident.opened_at) / policy.ask_half)
    return float(likely * left * policy.ask_gain - (1 - likely) * policy.ask_harm - policy.ask_cost)


def _is_about_to_be_told(after: Incident, policy: Policy) -> bool:
    return after.public_after is not None and RANK[after.stage] >= RANK[policy.public_from]


def _asked_at(before: Alert | None) -> datetime | None:
    return before.at if before is not None and before.reason is Reason.ASKED else None
