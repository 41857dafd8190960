"""What is ordinary about a requester: posts about rejections, and people who praise, in the 90 days before a story."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import trust
from bot.incidents.stages import RANK
from bot.model import Report, Stage, Stance
from bot.model.policy import Policy


@dataclass(frozen=True, slots=True)
class Past:
    """A report of earlier, with the stage of the incident it was put into and when that was over, if it was in one."""

    report: Report
    stage: Stage | None = None
    closed_at: datetime | None = None


def before(opened_at: datetime, posts: Sequence[datetime], praise: Iterable[Report], policy: Policy) -> tuple[int, int]:
    """What was ordinary before an incident that began then: how many posts, and how many people praised.

    `posts` are the dates of ordinary posts, in order, `praise` the contrary voices. The last two days belong to the
    incident (`prelude`).
    """
    since, until = opened_at - policy.volume_for, opened_at - policy.prelude
    glad = {each.voice.key for each in praise if since <= each.at < until}
    return bisect_left(posts, until) - bisect_left(posts, since), len(glad)


def before_of(opened_at: datetime, said: Iterable[Past], policy: Policy) -> tuple[int, int]:
    """The same of all that was said, whatever it was and whoever said it."""
    heard = [each for each in said if trust.weight(each.report.voice, policy) > 0]
    posts = sorted(each.report.at for each in heard if is_ordinary(each, policy))
    praise = (each.report for each in heard if each.report.stance is Stance.CONTRARY)
    return before(opened_at, posts, praise, policy)


def is_ordinary(past: Past, policy: Policy) -> bool:
    """Whether a post about rejections was ordinary: it belongs to no story that people may have been told.

    Or it came when the story grew no stronger any more; or it is what is asked and told beside one that was suspected.
    """
    if past.report.stance is not Stance.REPORT:
        return False
    if past.stage is None or not RANK[past.stage]:
        return True
    if past.closed_at is not None and past.report.at > past.closed_at - policy.quiet_for:
        return True
    return past.stage is Stage.SUSPECTED and past.report.probability < policy.claim_floor
