"""The one exit: claim what is due, announce it, settle it. 0 lost and 0 twice, also over crashes.

A send that did not clearly succeed is *uncertain*: it may have arrived. Before any second try we look in the
channel for our own message; only when it is surely absent, or when the first try is so young that the medium
itself refuses a second message with the same nonce, is it sent again. What cannot be known is parked for a person.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

import structlog

from bot import cards
from bot.model import Card, Delivery, State
from bot.storage import Store

log = structlog.stdlib.get_logger(__name__)

AT_ONCE = 10
LEASE_FOR = timedelta(seconds=90)
SEND_WITHIN = timedelta(seconds=20)
# Discord checks a nonce "in the past few minutes"; 60 s of it are counted on, and a request that was given up may
# still be under way for 40 s: so without a look into the channel a second try is safe only this long after the first.
BLIND_RETRY_WITHIN = timedelta(seconds=20)
FIRST_RETRY = timedelta(seconds=2)
LONGEST_RETRY = timedelta(minutes=10)


class Result(StrEnum):
    """What became of one attempt."""

    DONE = "done"
    UNCERTAIN = "uncertain"
    UNREACHABLE = "unreachable"
    NO_CHANNEL = "no_channel"
    REMOVED = "removed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Attempt:
    """The outcome of an attempt; `message_key` for done, `why` for a person otherwise."""

    result: Result
    message_key: str | None = None
    why: str | None = None
    retry_after: timedelta | None = None


class Look(StrEnum):
    """What a look into the channel's history proves."""

    FOUND = "found"
    ABSENT = "absent"
    CANNOT_TELL = "cannot_tell"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Sight:
    """A look and, if our message was found, its key; `why` and `retry_after` where the channel is unreachable."""

    look: Look
    message_key: str | None = None
    why: str | None = None
    retry_after: timedelta | None = None


class Announcer(Protocol):
    """A medium. None of its methods raises anything but WatchError (then the bot has to stop) or is cancelled."""

    async def announce(self, delivery: Delivery, card: Card) -> Attempt:
        """Post the card as a new message with the delivery's nonce and marker."""
        ...

    async def edit(self, delivery: Delivery, card: Card) -> Attempt:
        """Change the message that is there into the card."""
        ...

    async def find(self, delivery: Delivery) -> Sight:
        """Look for the delivery's message in the channel's history."""
        ...


async def pump(store: Store, announcer: Announcer, channels: Sequence[str] | None = None) -> int:
    """Send what is due, each channel in its order, channels side by side. Returns how many rows were worked on."""
    rows = await store.write(lambda tx: tx.claim_deliveries(AT_ONCE, LEASE_FOR, channels))
    async with asyncio.TaskGroup() as group:
        for row in rows:
            group.create_task(_deliver(store, announcer, row))
    return len(rows)


async def recover(store: Store) -> int:
    """At the start: whatever was being sent when the process ended is uncertain now. Returns how many rows."""
    return await store.write(lambda tx: tx.unsettle())


async def _deliver(store: Store, announcer: Announcer, row: Delivery) -> None:
    if row.state is State.SENT:
        await _edit(store, announcer, row)
    elif row.attempts == 0 or await _may_send(store, announcer, row):
        await _send(store, announcer, row)


async def _may_send(store: Store, announcer: Announcer, row: Delivery) -> bool:
    """Whether a second message is impossible or surely not there yet; settles the row where it is already answered."""
    sight = await announcer.find(row)
    if sight.look is Look.FOUND:
        await _settle(store, row, State.SENT, message_key=sight.message_key, sent_rev=1)
        return False
    if sight.look is Look.UNREACHABLE:
        why = sight.why or "the channel cannot be reached"
        await _later(store, row, Attempt(Result.UNREACHABLE, why=why, retry_after=sight.retry_after))
        return False
    if sight.look is Look.CANNOT_TELL and not await _young(store, row):
        why = "it may have been posted, and the channel's history cannot be read: give the bot Read Message History"
        log.warning("parked", ref=row.marker, channel=row.channel_key, why=why)
        await _settle(store, row, State.PARKED, reason=why)
        return False
    return True


async def _young(store: Store, row: Delivery) -> bool:
    now = await store.read(lambda tx: tx.now)
    return row.first_attempt_at is not None and now - row.first_attempt_at <= BLIND_RETRY_WITHIN


async def _send(store: Store, announcer: Announcer, row: Delivery) -> None:
    # Committed before the request goes out: whatever happens after this line leaves a trace.
    begun = await store.write(lambda tx: tx.begin_attempt(row))
    if begun is None:
        return
    attempt = await _within(announcer.announce(begun, cards.from_json(begun.payload)))
    match attempt.result:
        case Result.DONE:
            await _settle(store, begun, State.SENT, message_key=attempt.message_key, sent_rev=1)
        case Result.REMOVED:
            await _settle(store, begun, State.SUPPRESSED, reason="a moderator removed the message")
        case Result.REFUSED:
            await _refused(store, announcer, begun, attempt)
        case _:
            await _later(store, begun, attempt)


async def _refused(store: Store, announcer: Announcer, row: Delivery, attempt: Attempt) -> None:
    """A clear refusal does not prove that nothing was posted: a library may have tried twice inside one call."""
    sight = await announcer.find(row)
    if sight.look is Look.FOUND:
        await _settle(store, row, State.SENT, message_key=sight.message_key, sent_rev=1)
        return
    log.error("refused", ref=row.marker, channel=row.channel_key, why=attempt.why)
    await _settle(store, row, State.DEAD, reason=attempt.why)


async def _edit(store: Store, announcer: Announcer, row: Delivery) -> None:
    attempt = await _within(announcer.edit(row, cards.from_json(row.wanted or row.payload)))
    match attempt.result:
        case Result.DONE:
            await _settle(store, row, State.SENT, sent_rev=row.rev)
        case Result.REMOVED:
            await _settle(store, row, State.SUPPRESSED, reason="a moderator removed the message")
        case Result.REFUSED:
            log.error("edit refused", ref=row.marker, channel=row.channel_key, why=attempt.why)
            await _settle(store, row, State.SENT, sent_rev=row.rev, reason=attempt.why)
        case _:
            await _later(store, row, attempt)


async def _within(sending: Awaitable[Attempt]) -> Attempt:
    """The attempt, or uncertain once it has taken too long: the request may still arrive."""
    try:
        async with asyncio.timeout(SEND_WITHIN.total_seconds()):
            return await sending
    except TimeoutError:
        return Attempt(Result.UNCERTAIN, why="no answer in time")


async def _settle(
    store: Store,
    row: Delivery,
    state: State,
    *,
    message_key: str | None = None,
    sent_rev: int | None = None,
    reason: str | None = None,
) -> None:
    await store.write(
        lambda tx: tx.settle_delivery(row, state=state, message_key=message_key, sent_rev=sent_rev, reason=reason)
    )


async def _later(store: Store, row: Delivery, attempt: Attempt) -> None:
    """Try again after what the medium asks for, else after a doubling pause; an edit stays sent, a send uncertain."""
    pause = attempt.retry_after or min(FIRST_RETRY * 2 ** min(row.attempts, 12), LONGEST_RETRY)
    state = State.SENT if row.state is State.SENT else State.UNCERTAIN
    await store.write(lambda tx: tx.settle_delivery(row, state=state, next_at=tx.now + pause, reason=attempt.why))
