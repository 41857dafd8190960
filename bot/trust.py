"""Whose voice counts how much, and who is one person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from bot.model import Report, Share, Voice
from bot.model.policy import Policy


@dataclass(frozen=True, slots=True)
class Credit:
    """What a voice counts: `weight` 0 is not at all; `known` says that its site told its age or posts."""

    weight: float
    known: bool
    site: str


ANSWER: Final = "question"
"""The kind of source whose reports are answers to a question that the bot asked itself."""


def is_answer(report: Report) -> bool:
    """Whether somebody tapped it when asked, instead of writing it unasked."""
    return (report.source or "").partition(":")[0] == ANSWER


def is_claim(report: Report) -> bool:
    """Whether its writer reports a mass rejection. Who was asked and tapped that some was rejected does not.

    Honest requesters reject some (CloudResearch), and whoever is asked answers: that is evidence, and no second worker.
    """
    return not (is_answer(report) and report.facts.share is Share.SOME)


def is_fresh(voice: Voice, policy: Policy) -> bool:
    """Whether the account is too new to count: sockpuppets cost nothing, age does."""
    too_young = voice.age_days is not None and voice.age_days < policy.fresh_age
    too_quiet = voice.n_posts is not None and voice.n_posts < policy.fresh_posts
    return too_young or too_quiet


def weight(voice: Voice, policy: Policy) -> float:
    """What the voice counts, from 0 to `true_weight`: by age and posts, then by how its earlier reports fared."""
    if is_fresh(voice, policy) or voice.n_false >= policy.false_limit:
        return 0.0
    if voice.n_false:
        return _by_history(voice, policy) * policy.false_weight
    return _by_history(voice, policy) * (policy.true_weight if voice.n_true else 1.0)


def _by_history(voice: Voice, policy: Policy) -> float:
    if voice.age_days is None and voice.n_posts is None:
        return policy.unknown_weight
    young_age = voice.age_days is not None and voice.age_days < policy.young_age
    young_posts = voice.n_posts is not None and voice.n_posts < policy.young_posts
    return policy.young_weight if young_age or young_posts else 1.0


def as_met(voice: Voice, age_days: float | None, policy: Policy) -> Voice:
    """The voice with what we saw of it ourselves, where its site tells nothing: first met so many days ago.

    It is at least as old, so this may only raise what it counts. Posts that we saw say nothing of it: an account made
    today writes twenty in an hour.
    """
    if voice.age_days is not None or voice.n_posts is not None or age_days is None or age_days < policy.fresh_age:
        return voice
    return replace(voice, age_days=age_days)


def in_own_words(reports: Iterable[Report]) -> tuple[Report, ...]:
    """The reports without copies, in the order of their dates.

    A text that is nearly the same as an earlier one is the earlier one seen again, whoever posted it: a cross-post,
    an edit, a quote. It is no voice, also where the earlier one is not here (any more). Its author may still speak in
    words of their own, so a copy links no accounts: nobody is joined across sites.
    """
    return tuple(sorted((r for r in reports if r.same_text_as is None), key=lambda r: (r.at, r.key)))


def by_voice(reports: Iterable[Report], policy: Policy) -> dict[str, Credit]:
    """What each voice counts, by key: the best that any of its reports shows. A voice's site belongs to its key."""
    found: dict[str, Credit] = {}
    for report in reports:
        voice = report.voice
        known = voice.age_days is not None or voice.n_posts is not None
        old = found.get(voice.key)
        found[voice.key] = Credit(
            weight=max(weight(voice, policy), old.weight if old else 0.0),
            known=known or (old is not None and old.known),
            site=old.site if old else voice.site,
        )
    return found
