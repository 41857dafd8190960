"""Standing, Incident and Alert as cards: all wording lives here, before any medium."""

from __future__ import annotations

from bot.cards.answers import (
    commands,
    forget_me,
    forgotten,
    guild,
    judged,
    misused,
    moderators_only,
    not_before_others,
    not_reported,
    quieter_way,
    recent,
    reported,
    status,
    stuck,
    undone,
)
from bot.cards.damage import damage_line, rating
from bot.cards.editing import answered, done, edits, kin, left, names, namesakes, not_here, preview, which
from bot.cards.medium import as_text, from_json, plainer, to_json
from bot.cards.policy import PAGES, policy
from bot.cards.questions import CLOSED, asked, question, tapped
from bot.cards.standing import ambiguous, answer, standing, unknown
from bot.cards.telling import OVER, About, alert, for_moderators, notice, with_rest

__all__ = [
    "CLOSED",
    "OVER",
    "PAGES",
    "About",
    "alert",
    "ambiguous",
    "answer",
    "answered",
    "as_text",
    "asked",
    "commands",
    "damage_line",
    "done",
    "edits",
    "for_moderators",
    "forget_me",
    "forgotten",
    "from_json",
    "guild",
    "judged",
    "kin",
    "left",
    "misused",
    "moderators_only",
    "names",
    "namesakes",
    "not_before_others",
    "not_here",
    "not_reported",
    "notice",
    "plainer",
    "policy",
    "preview",
    "question",
    "quieter_way",
    "rating",
    "recent",
    "reported",
    "standing",
    "status",
    "stuck",
    "tapped",
    "to_json",
    "undone",
    "unknown",
    "which",
    "with_rest",
]
