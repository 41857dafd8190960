"""How sure we are: the machine's stage, whether it is disputed, and from when on members may hear of it."""

from __future__ import annotations

import math
from datetime import datetime

from bot.incidents.score import Step
from bot.model import Stage
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
    enough = step.n_voices >= policy.corroborated_voices and step.is_shared
    return 2 if enough and not step.is_burst and step.points >= policy.corroborated - margin else 1


def is_disputed(n_voices: int, n_against: int, policy: Policy) -> bool:
    """Whether enough workers contradict those who report."""
    return n_against >= policy.disputed_voices and n_against >= math.ceil(policy.disputed_share * n_voices)


def public_after(first_at: datetime, n_rejected: int | None, policy: Policy) -> datetime:
    """The earliest moment for the machine's public word.

    A short delay after the first report lets moderators look first; there is none when much is at stake.
    """
    return first_at if (n_rejected or 0) >= policy.severe_rejected else first_at + policy.public_delay
