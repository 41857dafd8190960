"""Which accounts may be run by the same people: gathers what is known, asks the rule, suggests; a person confirms."""

from __future__ import annotations

from collections.abc import Sequence

from bot.evidence import TOLD_STAGES
from bot.model import Guild, Incident, Mention, Requester
from bot.naming.canonical import canonical
from bot.naming.kinship import SUGGESTED_AT, Past, kinship
from bot.rules import Rules
from bot.storage import Transaction
from bot.telling import ask

# Of those who show the same title, and of each one's incidents, so many are looked at.
COMPARED = 5
INCIDENTS_LOOKED_AT = 5


def look_for_kin(
    tx: Transaction, rules: Rules, mentions: Sequence[Mention], guilds: Sequence[Guild] | None = None
) -> int:
    """Work was shown: does somebody who was warned of show the same? Suggests links and asks; gives how many."""
    found = 0
    for mention in mentions:
        title = canonical(mention.task.title or "") if mention.task else ""
        theirs = tx.find_tasks(title, COMPARED) if title else ()
        if len(theirs) < 2:
            continue
        told = {each.requester_id: _told(tx, each) for each in theirs}
        for number, one in enumerate(theirs):
            for other in theirs[number + 1 :]:
                incident = told[one.requester_id] or told[other.requester_id]
                if incident is not None and _suggest(tx, one, other, told):
                    found += 1
                    ask(tx, rules, incident, guilds)
    return found


def _suggest(tx: Transaction, one: Requester, other: Requester, told: dict[int, Incident | None]) -> bool:
    pasts = (past_of(tx, each, told[each.requester_id]) for each in (one, other))
    score, why = kinship(*pasts)
    return score >= SUGGESTED_AT and tx.suggest_link(one.requester_id, other.requester_id, score, why)


def past_of(tx: Transaction, requester: Requester, told: Incident | None) -> Past:
    """What is known of a requester, as the rule wants it."""
    tasks = tx.tasks_of(requester.requester_id)
    named = tx.name_history(requester.requester_id)
    return Past(
        platform=requester.platform,
        names=(requester.name, *requester.aliases),
        tasks=tasks,
        first_at=min((each.first_at for each in named), default=None),
        last_at=tx.seen_at(requester.requester_id),
        reported_at=told.opened_at if told else None,
    )


def _told(tx: Transaction, requester: Requester) -> Incident | None:
    """The first incident of theirs that somebody was told of, among the last few."""
    known = tx.incidents_of(requester.requester_id, INCIDENTS_LOOKED_AT)
    return next((each for each in reversed(known) if each.stage in TOLD_STAGES), None)
