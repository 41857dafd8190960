"""What time alone changes: a delay that is over, an incident that has gone quiet, words that are not kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot import evidence
from bot.errors import StoreError
from bot.model import Guild
from bot.rules import Rules
from bot.storage import Store, Transaction
from bot.telling import Told, tell

log = structlog.stdlib.get_logger(__name__)

AT_ONCE = 50
# A bound on one transaction's work; what is left is due again at the next tick.
ROUNDS = 200
# Reddit asks to delete what was stored "within 48 hours" (Data API wiki); we do so everywhere.
WORDS_FOR = timedelta(hours=48)
# Where nobody tells us of edits and deletions, what was deleted at its place must be gone here within a day as well.
BLIND_WORDS_FOR = timedelta(hours=24)
BLIND = ("feed", "reddit")
BLIND_NOTE = "sources.blind"
"""The note that says of which kinds that is so in this installation."""
# A tick comes a little late, so words go a little early.
AHEAD = timedelta(minutes=1)
POSTS_AT_ONCE = 500
POST_ROUNDS = 20


def pass_time(tx: Transaction, rules: Rules, until: datetime, guilds: Sequence[Guild]) -> list[Told]:
    """Let time pass up to `until`: each incident that was waiting for a moment sees that moment, in order.

    In a replay `until` is the next post's time, and each change is dated when it fell due.
    """
    told: list[Told] = []
    for _ in range(ROUNDS):
        waiting = tx.incidents_due(until, AT_ONCE)
        if not waiting:
            break
        for incident in waiting:
            moment = incident.next_at or until
            tx.now = max(tx.now, moment)
            told += settle(tx, rules, incident.incident_id or 0, guilds)
    return told


def settle(tx: Transaction, rules: Rules, incident_id: int, guilds: Sequence[Guild]) -> list[Told]:
    """Look at one incident again as of `tx.now`, save what it is now, and tell what follows."""
    now_is = rules.assess(tx.get_incident(incident_id), rules.policies["early"], tx.now)
    return tell(tx, rules, evidence.save(tx, rules, now_is), tx.now, guilds)


async def sweep(store: Store, rules: Rules) -> tuple[Told, ...]:
    """Everything that is due by the store's clock, told to the guilds. Called by the schedule.

    Only if something is wrong with one of the incidents each gets a transaction of its own: the others are told, and
    what was wrong is raised at the end.
    """

    def work(tx: Transaction) -> tuple[Told, ...]:
        return tuple(pass_time(tx, rules, tx.now, tx.guilds()))

    try:
        return await store.write(work)
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001  whatever it is, it is the fault of single incidents
        log.error("incidents cannot be looked at as one", why=type(error).__name__)
    return await _each_alone(store, rules)


async def _each_alone(store: Store, rules: Rules) -> tuple[Told, ...]:
    told: list[Told] = []
    failed: Exception | None = None

    def work(tx: Transaction, incident_id: int) -> list[Told]:
        return settle(tx, rules, incident_id, tx.guilds())

    for incident_id in await store.read(lambda tx: tx.due_ids(tx.now)):
        try:
            told += await store.write(partial(work, incident_id=incident_id))
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001  the others must go on, whatever this was
            log.error("an incident cannot be looked at", incident=incident_id, why=type(error).__name__)
            failed = error
    if failed is not None:
        raise failed
    return tuple(told)


async def drop_words(store: Store, blind: Collection[str] = BLIND) -> int:
    """Drop the words of posts that were kept long enough; gives of how many. Called by the schedule.

    `blind` are the kinds of sources that do not tell of edits and deletions. One call drops up to 10,000 and lets
    others write in between; the rest follows at the next.
    """

    def work(tx: Transaction) -> int:
        until = tx.now + AHEAD
        return tx.drop_texts(until - WORDS_FOR, POSTS_AT_ONCE, blind=blind, blind_before=until - BLIND_WORDS_FOR)

    dropped = 0
    for _ in range(POST_ROUNDS):
        some = await store.write(work)
        dropped += some
        if some < POSTS_AT_ONCE:
            break
    if dropped:
        await store.scrub()
    return dropped
