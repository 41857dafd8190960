"""What is to be told, once: the change between what an audience last heard and how things stand.

One rule for telling, the same for members and moderators: `due` compares the last alert of an audience with the
incident as that audience's guild sees it, and gives one thing to tell or None. Telling it makes `due` silent until
something changes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.alerts import questions
from bot.incidents import CLOSED, DISPUTED
from bot.incidents.stages import RANK
from bot.model import Alert, Incident, Outcome, Reason, Stage
from bot.model.policy import Policy

_OF_STAGE = {
    Stage.SUSPECTED: Reason.SUSPECTED,
    Stage.CORROBORATED: Reason.CORROBORATED,
    Stage.CONFIRMED: Reason.CONFIRMED,
}
_OF_OUTCOME = {
    Outcome.PARTLY_REVERSED: Reason.PARTLY_REVERSED,
    Outcome.REVERSED: Reason.REVERSED,
    Outcome.COMPENSATED: Reason.COMPENSATED,
}
DAY: Final = timedelta(days=1)
"""In this time moderators hear of `lone_a_day` lone reports at most."""
_NOTES = frozenset({Reason.UNPROVEN, Reason.LONE})
"""What moderators are shown of an incident without a stage."""
_MADE_GOOD = frozenset({Outcome.REVERSED, Outcome.COMPENSATED})


def due(before: Alert | None, after: Incident, policy: Policy, now: datetime) -> Alert | None:
    """The one thing to tell an audience now, or None.

    `before` is the last alert told to that audience about this incident, `after` the incident as assessed for its
    guild at `now`. Asking again with the answer as `before`, at the same `now`, gives None.
    """
    is_public = may_be_public(before, after, policy, now)
    reason = _first(after, policy, now) if before is None else _next(before, after, policy, now)
    if reason is None and _is_fresh(after, policy, now):
        reason = _beside(before, after, policy, now)
    if reason is None:
        return None
    seen = before is not None and before.seen
    is_word = reason is Reason.AGAIN or reason in _OF_STAGE.values()
    public = is_word and is_public and (not seen or _has_risen(before, after))
    return Alert(
        reason=reason,
        stage=after.stage,
        outcome=after.outcome,
        public=public,
        seen=seen or public,
        at=now,
        score=after.score,
        why=after.why,
        n_voices=after.n_voices,
        n_rejected=after.n_rejected,
        n_reversed=after.n_reversed,
        incident_id=after.incident_id,
    )


def is_lone(incident: Incident, policy: Policy) -> bool:
    """Whether what is reported is strong and yet not enough to suspect: most often a single worker's report."""
    if incident.stage is not Stage.WATCHED or incident.closed_at is not None or incident.merged:
        return False
    return incident.n_voices > 0 and incident.outcome is Outcome.OPEN and incident.score >= policy.lone


def may_be_public(before: Alert | None, after: Incident, policy: Policy, now: datetime) -> bool:
    """Whether members may be told: sure enough for this policy, late enough, still so, and no old story.

    With `before` None as if they had not heard of it.
    """
    if after.public_after is None or now < after.public_after or not _is_open(after):
        return False
    if RANK[after.stage] < RANK[policy.public_from]:
        return False
    return (before is not None and before.seen) or _is_fresh(after, policy, now)


def _first(after: Incident, policy: Policy, now: datetime) -> Reason | None:
    """What to tell somebody who heard nothing yet. Old evidence is history, not news."""
    if not _is_fresh(after, policy, now) or after.closed_at is not None or after.merged:
        return None
    if after.stage is Stage.WATCHED and after.unproven and not after.n_voices:
        return Reason.UNPROVEN
    return _by_stage(None, after)


def _next(before: Alert, after: Incident, policy: Policy, now: datetime) -> Reason | None:
    """What to tell somebody who heard `before`: the first of these that is so."""
    gone = _gone(before, after)
    if gone is not None or after.merged or after.stage is Stage.DISMISSED:
        return gone
    if not before.seen and may_be_public(before, after, policy, now):
        return _by_stage(before, after)
    if _has_fallen(before, after, policy):
        return Reason.WITHDRAWN
    if _has_risen(before, after) and (_is_open(after) or after.stage is Stage.CONFIRMED):
        was_something = before.seen or before.stage is not Stage.WATCHED
        return _by_stage(before, after) if was_something or _is_fresh(after, policy, now) else None
    if _was_told(before) and after.outcome is not before.outcome:
        return _OF_OUTCOME.get(after.outcome) or _by_stage(before, after)
    return _aside(before, after, policy) if _was_told(before) else None


def _gone(before: Alert, after: Incident) -> Reason | None:
    """That it goes on elsewhere, that moderators do not see it, or that a note without a stage came to nothing."""
    if RANK[after.stage] and not after.merged:
        return None
    if after.merged:
        return None if before.reason is Reason.MERGED else Reason.MERGED
    is_note = before.reason in _NOTES
    if after.stage is Stage.DISMISSED:
        return Reason.DISMISSED if _was_told(before) or is_note or before.reason is Reason.ASKED else None
    if is_note and after.closed_at is not None:
        return Reason.EXPIRED
    return Reason.WITHDRAWN if before.reason is Reason.LONE and not after.n_voices else None


def _beside(before: Alert | None, after: Incident, policy: Policy, now: datetime) -> Reason | None:
    """What is worth saying without a stage: moderators hear of a lone report, members are asked a question."""
    may_begin = before is None or (before.reason in (Reason.UNPROVEN, Reason.DISMISSED) and not before.seen)
    if may_begin and policy.lone_a_day and is_lone(after, policy):
        return Reason.LONE
    return Reason.ASKED if questions.is_due(before, after, policy, now) else None


def _aside(before: Alert, after: Incident, policy: Policy) -> Reason | None:
    """What is worth an edit while stage and outcome stay."""
    if after.closed_at is not None:
        return None if _has_mark(before, CLOSED) else Reason.EXPIRED
    if after.disputed and not _has_mark(before, DISPUTED):
        return Reason.DISPUTED
    return Reason.GROWN if _has_grown(before, after, policy) else None


def _by_stage(before: Alert | None, after: Incident) -> Reason | None:
    """The stage's own reason; "again" for those who hear the machine's first word of a repeated incident."""
    is_first = before is None or not before.seen
    if after.again and is_first and after.stage in (Stage.SUSPECTED, Stage.CORROBORATED):
        return Reason.AGAIN
    return _OF_STAGE.get(after.stage)


def _is_fresh(incident: Incident, policy: Policy, now: datetime) -> bool:
    newest = incident.last_at or max((batch.at for batch in incident.batches), default=None)
    return newest is not None and now - newest <= policy.fresh_for


def _is_open(incident: Incident) -> bool:
    return incident.closed_at is None and incident.outcome not in _MADE_GOOD


def _was_told(before: Alert) -> bool:
    return RANK[before.stage] > 0


def _has_mark(before: Alert, mark: str) -> bool:
    return any(term.term == mark for term in before.why)


def _has_risen(before: Alert | None, after: Incident) -> bool:
    return RANK[after.stage] > (RANK[before.stage] if before else 0)


def _has_fallen(before: Alert, after: Incident, policy: Policy) -> bool:
    """Whether what was said no longer stands: nothing is left, a verdict was undone, or it should not be public."""
    if RANK[after.stage] >= RANK[before.stage]:
        return False
    below = before.seen and RANK[after.stage] < RANK[policy.public_from]
    return RANK[after.stage] == 0 or before.stage is Stage.CONFIRMED or below


def _has_grown(before: Alert, after: Incident, policy: Policy) -> bool:
    """Whether reporters or rejections have multiplied; doubling keeps the number of edits small."""
    voices = after.n_voices >= policy.grown_factor * max(1, before.n_voices)
    rejected = (after.n_rejected or 0) >= policy.grown_factor * max(policy.many_from, before.n_rejected or 0)
    return voices or rejected
