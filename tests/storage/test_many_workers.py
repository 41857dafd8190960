"""A16: four senders share one PostgreSQL; now and then one dies in the middle of its batch, and wakes up too late."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import timedelta

import pytest

from bot.model import Delivery, Incident, State
from bot.storage import Store, Transaction, open_store
from tests.storage.build import NOW, Clock

pytestmark = [pytest.mark.xdist_group("postgres"), pytest.mark.long]

WORKERS, CHANNELS, MESSAGES, BATCH = 4, 500, 20, 100
LEASE = timedelta(minutes=1)
DEATHS = 0.02
FILL = f"""
    INSERT INTO outbox (incident_id, guild_key, channel_key, slot, shape, generation, nonce, marker, payload, rev,
                        sent_rev, state, attempts, fence, due_at, next_at)
    SELECT 1, 'discord:' || c % 20, 'channel ' || c, 'public', 'card', g, 'n' || c || 'x' || g, 'X', '{{}}', 1, 0,
           'due', 0, 0, now(), now() FROM generate_series(1, {CHANNELS}) c, generate_series(1, {MESSAGES}) g
"""


def fill(tx: Transaction) -> None:
    known = tx.add_requester("prolific", "Example Lab", "example lab", None, "text")
    tx.save_incident(Incident(platform="prolific", rules_version=1, opened_at=tx.now, requester_id=known.requester_id))
    tx.connection.exec_driver_sql(FILL.replace("now()", str(int(NOW.timestamp() * 1e6))))


def begin(tx: Transaction) -> tuple[Delivery, ...]:
    """Claim a batch and say of each that it is on its way."""
    begun = (tx.begin_attempt(each) for each in tx.claim_deliveries(BATCH, LEASE))
    return tuple(each for each in begun if each is not None)


def settle(tx: Transaction, batch: tuple[Delivery, ...]) -> list[int]:
    """Say of each that it was sent; gives those that were ours to say it of."""
    told = (each for each in batch if tx.settle_delivery(each, state=State.SENT, message_key="m", sent_rev=1))
    return [each.delivery_id or 0 for each in told]


async def test_every_message_is_settled_once_whoever_dies_and_whoever_comes_late(empty_postgres: str) -> None:
    clock = Clock()
    clock.now = NOW + timedelta(hours=1)
    stores = [await open_store(empty_postgres, clock=clock) for _ in range(WORKERS)]
    await stores[0].write(fill)
    dice, settled, late = random.Random(16), Counter[int](), list[tuple[Delivery, ...]]()

    async def work(store: Store) -> int:
        batch = await store.write(begin)
        if batch and dice.random() < DEATHS:
            late.append(batch)
        else:
            settled.update(await store.write(lambda tx: settle(tx, batch)))
        return len(batch)

    idle = 0
    while idle < 2:
        done = sum(await asyncio.gather(*map(work, stores)))
        idle = 0 if done else idle + 1
        clock.pass_by(timedelta(seconds=5) if done else 2 * LEASE)
    for batch in late:
        settled.update(await stores[0].write(lambda tx, batch=batch: settle(tx, batch)))

    states = await stores[0].read(lambda tx: tx.connection.exec_driver_sql("SELECT state FROM outbox").all())
    for store in stores:
        await store.close()
    assert late
    assert Counter(states) == {("sent",): CHANNELS * MESSAGES}
    assert (len(settled), max(settled.values())) == (CHANNELS * MESSAGES, 1)
