"""Who is meant by what somebody typed, and where they stand: the answer to `!check`, for every front."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot import incidents
from bot.evidence import TOLD_STAGES
from bot.model import (
    Ambiguous,
    Candidate,
    Found,
    Guild,
    Incident,
    Match,
    Mention,
    Post,
    Result,
    Standing,
    Unknown,
)
from bot.naming.canonical import canonical
from bot.naming.resolve import resolve
from bot.platforms import find_bare_ids, find_links
from bot.platforms.masking import mask_ids
from bot.reading import read
from bot.rules import Rules
from bot.storage import Store, Transaction
from bot.whom import candidate, may_hold

Answer = Found | Ambiguous | Unknown

# What people type is short; a pasted export is a few hundred characters.
LONGEST = 4_000
INCIDENTS_SHOWN = 10
# Discord's documentation, "Application Command Option Choice"; and as much as a name may have.
MOST_SUGGESTED = 25
LONGEST_TYPED = 200
NUMBER = re.compile(r"(?:^|\s)#(\d{1,18})$", re.ASCII)
LONGEST_NUMBER = 24


async def find(store: Store, rules: Rules, asked: str, guild: Guild | None = None) -> Answer:
    """Answer for a name, an id, an address, a study's title or a pasted export.

    With a guild its own verdicts and policy count. Never raises for anything that was typed.
    """
    return await store.read(lambda tx: find_in(tx, rules, asked[:LONGEST].strip(), guild))


async def pick(store: Store, rules: Rules, owner: str, guild: Guild | None = None) -> Answer:
    """Answer for one of the candidates that an ambiguous answer named."""
    return await store.read(lambda tx: Found(_standing(tx, rules, int(owner), guild), "picked"))


async def suggest(store: Store, rules: Rules, typed: str) -> tuple[Candidate, ...]:
    """Requesters that what is typed so far may mean, at most 25: whose name or id begins so, then whose comes near."""
    asked = typed[:LONGEST_TYPED]

    def near(tx: Transaction) -> tuple[Candidate, ...]:
        index = rules.names.up_to_date(tx)
        owners = list(rules.names.starting(asked, MOST_SUGGESTED))
        if len(owners) < MOST_SUGGESTED:
            owners += [each.owner for each in resolve(Mention(text=asked), index, None).candidates]
        number = number_in(asked)
        if number is not None and index.names_of(str(number)):
            owners.insert(0, str(number))
        ids = [int(owner) for owner in dict.fromkeys(owners)][:MOST_SUGGESTED]
        known = tx.told_apart(ids)
        return tuple(known[each] for each in ids if each in known)

    return await store.read(near)


def number_in(asked: str) -> int | None:
    """Our number of a requester at the end of what was typed: "#12", "Acme Labs #12"."""
    found = NUMBER.search(asked.strip()[-LONGEST_NUMBER:])
    return int(found[1]) if found else None


def find_in(tx: Transaction, rules: Rules, asked: str, guild: Guild | None) -> Answer:
    """`find` inside a transaction."""
    number = number_in(asked)
    if number is not None and rules.names.up_to_date(tx).names_of(str(number)):
        return Found(_standing(tx, rules, number, guild), "number")
    match, mention = _match(tx, rules, asked)
    if match.result is Result.FOUND and match.owner is not None:
        return Found(_standing(tx, rules, int(match.owner), guild), match.how)
    if match.result is Result.AMBIGUOUS:
        return Ambiguous(asked, _told_apart(tx, match.candidates))
    by_title = tx.find_tasks(canonical(asked))
    if len(by_title) == 1:
        return Found(_standing(tx, rules, by_title[0].requester_id, guild), "title of their work")
    if by_title:
        return Ambiguous(asked, tuple(candidate(tx, requester.requester_id, 0.5) for requester in by_title[:5]))
    return Unknown(asked, _told_apart(tx, match.candidates), private=may_be_a_person(mention, rules))


def may_be_a_person(mention: Mention, rules: Rules) -> bool:
    """Whether what was named may be a person's own: an id, in capitals or not, an e-mail address, a long number."""
    if mention.account_key is not None:
        return False
    return mask_ids(mention.text) != mention.text or bool(find_bare_ids(mention.text, rules.platforms))


def meant(asked: str, rules: Rules) -> Mention:
    """Whom somebody names: an export, an address or an id says more than the words around it."""
    reading = read(Post(source="typed:check", key="", text=asked), rules.platforms)
    named = [mention for mention in (*reading.tasks, *reading.mentions) if mention.account_key or mention.task]
    if named:
        return named[0]
    for link in find_links(asked, rules.platforms):
        if link.account_key is not None:
            beside = f"{asked[: link.start]} {asked[link.end :]}".strip(" <>[]()")
            return Mention(text=beside or link.account_key, account_key=link.account_key, platform=link.platform)
    return Mention(text=asked)


def _match(tx: Transaction, rules: Rules, asked: str) -> tuple[Match, Mention]:
    index = rules.names.up_to_date(tx)
    mention = meant(asked, rules)
    match = resolve(mention, index, mention.platform)
    if match.owner is not None and not may_hold(tx, int(match.owner), mention.account_key):
        return replace(match, result=Result.AMBIGUOUS, owner=None), mention
    if match.result is not Result.UNKNOWN:
        return match, mention
    by_name = resolve(Mention(text=mention.text), index, mention.platform)
    if mention.account_key is not None:
        # Whoever has that name has another id: they come near, and are not meant.
        return replace(match, candidates=by_name.candidates), mention
    return by_name, mention


def _told_apart(tx: Transaction, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The candidates with when each was last seen and work of theirs. Each keeps the name that came near."""
    known = tx.told_apart([int(one.owner) for one in candidates]) if candidates else {}
    return tuple(
        replace(one, seen_at=told.seen_at, task=told.task) if (told := known.get(int(one.owner))) else one
        for one in candidates
    )


def _standing(tx: Transaction, rules: Rules, requester_id: int, guild: Guild | None) -> Standing:
    """Where they stand as of now, seen with the guild's own verdicts; without a guild with everybody's."""
    standing = tx.standing(requester_id, INCIDENTS_SHOWN)
    policy = rules.policy(guild.policy if guild else "early")

    def view(incident: Incident) -> Incident:
        return incidents.assess(incident, policy, tx.now, guild.guild_key if guild else incidents.ALL)

    seen = [view(incident) for incident in standing.incidents]
    # What was told or looked at comes before what is merely watched.
    seen.sort(key=lambda incident: (incident.stage in TOLD_STAGES, incident.opened_at), reverse=True)
    linked = tuple((other, view(newest) if newest else None) for other, newest in standing.linked)
    return replace(standing, incidents=tuple(seen), linked=linked)
