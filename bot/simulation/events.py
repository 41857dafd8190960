"""Simulated events as the JSON objects that `decide` reads."""

from __future__ import annotations

from typing import Any

from bot.alerts.wire import Event
from bot.model import Report, Verdict


def record_of(event: Event) -> dict[str, Any]:
    """The event as one line of input; what is not known is left out. `decide` reads the same event back."""
    record: dict[str, Any] = {"key": event.what.key, "at": event.at.isoformat(), "account_key": event.account_key}
    what = event.what
    if isinstance(what, Report):
        facts = what.facts
        record |= {
            "type": what.stance.value,
            "reporter": what.voice.key,
            "source": what.source,
            "reporter_age_days": what.voice.age_days,
            "reporter_posts": what.voice.n_posts,
            "probability": what.probability,
            "same_text_as": what.same_text_as,
            "n_rejected": facts.n_rejected,
            "n_submitted": facts.n_submitted,
            "n_reversed": facts.n_reversed,
            "share": facts.share,
            "cause": facts.cause,
            "first_hand": facts.first_hand,
        }
    elif isinstance(what, Verdict):
        record |= {"type": "verdict", "verdict": what.decision.value, "by": what.by}
    return {key: value for key, value in record.items() if value is not None}
