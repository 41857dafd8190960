"""Who is meant by what somebody typed, and where they stand: the answer to `!check`, for every front."""

from __future__ import annotations

from dataclasses import replace

from bot import incidents
from bot.evidence import TOLD_STAGES
from bot.model import (
    Ambiguous,
    Candidate,
    Found,
    Guild,
    Match,
    Mention,
    Post,
    Requester,
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

Answer = Found | Ambiguous | Unknown

# What people type is short; a pasted export is a few hundred characters.
LONGEST = 4_000
INCIDENTS_SHOWN = 10


async def find(store: Store, rules: Rules, asked: str, guild: Guild | None = None) -> Answer:
    """Answer for a name, an id, an address, a study's title or a pasted export.

    With a guild its own verdicts and policy count. Never raises for anything that was typed.
    """
    return await store.read(lambda tx: find_in(tx, rules, asked[:LONGEST].strip(), guild))


async def pick(store: Store, rules: Rules, owner: str, guild: Guild | None = None) -> Answer:
    """Answer for one of the candidates that an ambiguous answer named."""
    return await store.read(lambda tx: Found(_standing(tx, rules, int(owner), guild), "picked"))


async def suggest(store: Store, rules: Rules, typed: str) -> tuple[Candidate, ...]:
    """Requesters that what is typed so far may mean, best first; for autocompletion."""

    def near(tx: Transaction) -> tuple[Candidate, ...]:
        return resolve(Mention(text=typed), rules.names.up_to_date(tx), None).candidates

    return await store.read(near)


def find_in(tx: Transaction, rules: Rules, asked: str, guild: Guild | None) -> Answer:
    """`find` inside a transaction."""
    match, mention = _match(tx, rules, asked)
    if match.result is Result.FOUND and match.owner is not None:
        return Found(_standing(tx, rules, int(match.owner), guild), match.how)
    if match.result is Result.AMBIGUOUS:
        return Ambiguous(asked, match.candidates)
    by_title = tx.find_tasks(canonical(asked))
    if len(by_title) == 1:
        return Found(_standing(tx, rules, by_title[0].requester_id, guild), "title of their work")
    if by_title:
        return Ambiguous(asked, tuple(_candidate(requester) for requester in by_title[:5]))
    return Unknown(asked, match.candidates, private=mention.account_key is None and _may_be_a_person(asked, rules))


def _may_be_a_person(asked: str, rules: Rules) -> bool:
    """Whether it holds what may be the asker's own: an id, in capitals or not, an address, a number."""
    linked = bool(find_links(asked, rules.platforms))
    return bool(find_bare_ids(asked, rules.platforms)) or (not linked and mask_ids(asked) != asked)


def _match(tx: Transaction, rules: Rules, asked: str) -> tuple[Match, Mention]:
    """Read it as a post first, because an address, an id or an export names a requester better than its words do."""
    index = rules.names.up_to_date(tx)
    reading = read(Post(source="typed:check", key="", text=asked), rules.platforms)
    named = [mention for mention in (*reading.tasks, *reading.mentions) if mention.account_key or mention.task]
    mention = named[0] if named else Mention(text=asked)
    match = resolve(mention, index, mention.platform)
    if match.result is Result.UNKNOWN and named:
        return resolve(Mention(text=mention.text), index, mention.platform), mention
    return match, mention


def _candidate(requester: Requester) -> Candidate:
    return Candidate(
        owner=str(requester.requester_id),
        name=requester.name,
        probability=0.5,
        platform=requester.platform,
        account_key=next(iter(requester.account_keys), None),
    )


def _standing(tx: Transaction, rules: Rules, requester_id: int, guild: Guild | None) -> Standing:
    """Where they stand as of now, seen with the guild's own verdicts; without a guild with everybody's."""
    standing = tx.standing(requester_id, INCIDENTS_SHOWN)
    policy = rules.policy(guild.policy if guild else "early")
    if guild is None:
        seen = [incidents.assess(incident, policy, tx.now) for incident in standing.incidents]
    else:
        seen = [incidents.assess(incident, policy, tx.now, guild.guild_key) for incident in standing.incidents]
    # What was told or looked at comes before what is merely watched.
    seen.sort(key=lambda incident: (incident.stage in TOLD_STAGES, incident.opened_at), reverse=True)
    return replace(standing, incidents=tuple(seen))
