"""Wrong protocols, for the positive controls: what a bot does that only sends, and notes that it did."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from bot import cards, outbox
from bot.model import Delivery, State
from bot.outbox import Attempt, Look, Result, Sight
from tests.harness.quick import QuickStore
from tests.harness.virtual import now

SECOND = timedelta(seconds=1)


class Blind:
    """History is not asked: whatever it would say, nothing of ours is there."""

    def __init__(self, announcer: outbox.Announcer) -> None:
        self.announce, self.edit = announcer.announce, announcer.edit

    async def find(self, delivery: Delivery) -> Sight:
        return Sight(Look.ABSENT)


async def _hasty(store: QuickStore, announcer: outbox.Announcer, *, gone_first: bool) -> None:
    """Send, then write down that it was sent (`gone_first`: the other way round, as simple bots do)."""
    while rows := await store.write(lambda tx: tx.claim_deliveries(10, outbox.LEASE_FOR)):
        for row in rows:
            await _hasty_row(store, announcer, row, gone_first=gone_first)


async def _hasty_row(store: QuickStore, announcer: outbox.Announcer, row: Delivery, *, gone_first: bool) -> None:
    if gone_first:
        await store.write(lambda tx: tx.settle_delivery(row, state=State.SENT, sent_rev=row.rev))
    attempt = Attempt(Result.UNCERTAIN)
    with suppress(TimeoutError):
        async with asyncio.timeout(20):
            attempt = await announcer.announce(replace(row, first_attempt_at=now()), cards.from_json(row.payload))
    done = attempt.result is Result.DONE
    state = State.SENT if done else row.state
    if not gone_first:
        await store.write(
            lambda tx: tx.settle_delivery(
                row,
                state=state,
                message_key=attempt.message_key,
                sent_rev=row.rev if done else None,
                next_at=tx.now + 30 * SECOND,
            )
        )


async def _send_first(store: QuickStore, announcer: outbox.Announcer) -> None:
    await _hasty(store, announcer, gone_first=False)


async def _delete_first(store: QuickStore, announcer: outbox.Announcer) -> None:
    await _hasty(store, announcer, gone_first=True)


CONTROLS: dict[str, Callable[[outbox.Announcer], outbox.Announcer]] = {"history off": Blind}
COURIERS = {"send before commit": _send_first, "delete before send": _delete_first}
