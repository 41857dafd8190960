"""What time alone changes: a delay that is over, an incident that has gone quiet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot import evidence, incidents
from bot.model import Guild
from bot.rules import Rules
from bot.storage import Store, Transaction
from bot.telling import Told, tell

AT_ONCE = 50
# A bound on one transaction's work; what is left is due again at the next tick.
ROUNDS = 200


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
    now_is = incidents.assess(tx.get_incident(incident_id), rules.policies["early"], tx.now)
    return tell(tx, rules, evidence.save(tx, rules, now_is), tx.now, guilds)


async def sweep(store: Store, rules: Rules) -> tuple[Told, ...]:
    """Everything that is due by the store's clock, told to the guilds. Called by the schedule."""

    def work(tx: Transaction) -> tuple[Told, ...]:
        return tuple(pass_time(tx, rules, tx.now, tx.guilds()))

    return await store.write(work)
