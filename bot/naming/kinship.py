"""Rule: may two requesters be one, or be run by one? Evidence and a score for a person to judge; never a decision."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import Task, Term
from bot.naming.canonical import canonical
from bot.naming.keys import is_general

# Of two requesters picked at random hardly any are kin. The weights are guesses that a person checks each time: a name
# alone says little, work re-posted after a bad time says much.
PRIOR = -4.0
WEIGHTS: Mapping[str, float] = {
    "same name": 3.0,
    "same name before": 2.0,
    "same title and reward": 3.5,
    "same title": 2.0,
    "same text": 1.5,
    "began after the other was reported": 1.5,
    "both active at once": -2.0,
}
# Worth a person's time from here on.
SUGGESTED_AT = 0.5
# A second title in common is no chance any more: the same text, work by work.
SEVERAL = 2
# Whoever appears within so long after somebody was reported may be somebody who went.
SOON_AFTER = timedelta(days=120)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known of a requester. `names` the one shown first; `reported_at` None: never told of in public."""

    platform: str | None
    names: tuple[str, ...]
    tasks: tuple[Task, ...] = ()
    first_at: datetime | None = None
    last_at: datetime | None = None
    reported_at: datetime | None = None


def kinship(one: Past, other: Past) -> tuple[float, tuple[Term, ...]]:
    """The probability that a person would call them one, and why, in log-odds. Symmetric; 0 on two platforms."""
    if one.platform is not None and other.platform is not None and one.platform != other.platform:
        return 0.0, ()
    reasons = [*_by_name(one, other), *_by_work(one, other)]
    if not reasons:
        return 0.0, ()
    reasons += _by_time(one, other)
    terms = (Term("prior", PRIOR), *(Term(reason, WEIGHTS[reason]) for reason in reasons))
    return 1.0 / (1.0 + math.exp(-math.fsum(term.points for term in terms))), terms


def _by_name(one: Past, other: Past) -> list[str]:
    shown = {canonical(past.names[0]) for past in (one, other) if past.names}
    if len(shown) == 1 and _tells(shown) and one.names and other.names:
        return ["same name"]
    met = {canonical(name) for name in one.names} & {canonical(name) for name in other.names}
    return ["same name before"] if _tells(met) else []


def _tells(canons: Collection[str]) -> bool:
    return any(canon and not is_general(canon) for canon in canons)


def _by_work(one: Past, other: Past) -> list[str]:
    mine, theirs = _titles(one), _titles(other)
    met = mine.keys() & theirs.keys()
    if not met:
        return []
    same_reward = any(mine[title] & theirs[title] for title in met)
    found = ["same title and reward" if same_reward else "same title"]
    return [*found, "same text"] if len(met) >= SEVERAL else found


def _titles(past: Past) -> dict[str, set[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = {}
    for task in past.tasks:
        title = canonical(task.title or "")
        if title and not is_general(title):
            paid = found.setdefault(title, set())
            if task.reward is not None:
                paid.add((str(task.reward.value.normalize()), task.reward.currency))
    return found


def _by_time(one: Past, other: Past) -> list[str]:
    if _follows(one, other) or _follows(other, one):
        return ["began after the other was reported"]
    began = [past.first_at for past in (one, other) if past.first_at is not None]
    ended = [past.last_at for past in (one, other) if past.last_at is not None]
    both = len(began) == len(ended) == 2
    return ["both active at once"] if both and max(began) < min(ended) else []


def _follows(old: Past, new: Past) -> bool:
    if old.reported_at is None or new.first_at is None:
        return False
    return old.reported_at <= new.first_at <= old.reported_at + SOON_AFTER
