"""The one exit: claim what is due, announce it, settle it. 0 lost and 0 twice, also over crashes.

A send that did not clearly succeed is *uncertain*: it may have arrived. Before any second try we look in the
channel for our own message; only when it is surely absent, or when the first try is so young that the medium
itself refuses a second message with the same nonce, is it sent again. What cannot be known is parked for a person;
once the channel can be read again it goes on by itself.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import itertools
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

import structlog

from bot import cards
from bot.errors import StoreError, WatchError
from bot.model import Card, Delivery, Shape, Slot, State
from bot.storage import TAKEN_AWAY, Store, Transaction

log = structlog.stdlib.get_logger(__name__)

T = TypeVar("T")
UNREADABLE = "it may have been posted, and the channel's history cannot be read: give the bot Read Message History"

AT_ONCE = 10
LEASE_FOR = timedelta(seconds=90)
SEND_WITHIN = timedelta(seconds=20)
# Discord checks a nonce "in the past few minutes"; 60 s of it are counted on, and a request that was given up may
# still be under way for 40 s: so without a look into the channel a second try is safe only this long after the first.
BLIND_RETRY_WITHIN = timedelta(seconds=20)
FIRST_RETRY = timedelta(seconds=2)
# After an outage all that waits is visible within 5 minutes: so the pauses stay well below.
LONGEST_RETRY = timedelta(minutes=2)
# A channel that is gone or closed to us is asked rarely: Discord bans who asks 10,000 times in vain in 10 minutes.
NO_CHANNEL_RETRY = timedelta(hours=1)
# Whoever was asked for a permission may have given it: what is parked is looked for again this often.
LOOK_FOR_PARKED = timedelta(hours=1)
# While a slow channel keeps us waiting the others are looked after this often. After so many looks a pump comes to an
# end: what was tried in vain before waits for the next one, so that the last slow answers keep nobody else waiting.
LOOK_EVERY = timedelta(seconds=1)
LOOKS = 120
# A pump that never came to an end would be cut off by the schedule, in the middle of its sends.
PUMP_WITHIN = timedelta(minutes=3)
# A closed channel may hold up a hundred alerts; its moderators hear of it once a day.
NOTE_EVERY = timedelta(days=1)
NONCE_LENGTH = 25


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
    """The outcome of an attempt; `message_key` for done, `why` for a person otherwise.

    `tried` False: no request left this process, so that surely nothing was posted.
    """

    result: Result
    message_key: str | None = None
    why: str | None = None
    retry_after: timedelta | None = None
    tried: bool = True


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
    """A medium. None of its methods raises anything but WatchError (then the bot has to stop) or is cancelled.

    Whatever else comes out of one is taken for "it may have arrived".
    """

    async def announce(self, delivery: Delivery, card: Card) -> Attempt:
        """Post the card as a new message with the delivery's nonce and marker."""
        ...

    async def edit(self, delivery: Delivery, card: Card) -> Attempt:
        """Change the message that is there into the card."""
        ...

    async def find(self, delivery: Delivery) -> Sight:
        """Look for the delivery's message in the channel's history."""
        ...


async def pump(
    store: Store, announcer: Announcer, channels: Sequence[str] | None = None, *, within: timedelta = SEND_WITHIN
) -> int:
    """Send what is due, each channel in its order, channels side by side. Returns how many rows were worked on.

    A channel that does not answer `within` its time holds nobody else: what falls due meanwhile is taken up too.
    Raises StoreError where the database refused something, once all that was under way has come to its end.
    """
    courier, done, running = _Courier(store, announcer, within), 0, set[asyncio.Task[None]]()
    loop = asyncio.get_running_loop()
    until = loop.time() + PUMP_WITHIN.total_seconds()
    async with asyncio.TaskGroup() as group:
        for look in itertools.count():
            room = AT_ONCE - len(running) if loop.time() < until and not courier.refused else 0
            rows = await courier.claim(room, channels, fresh=look >= LOOKS)
            running |= {group.create_task(courier.deliver(row)) for row in rows}
            done += len(rows)
            if not running:
                break
            wait = LOOK_EVERY.total_seconds()
            _, running = await asyncio.wait(running, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
    if courier.refused:
        raise courier.refused[0]
    return done


async def recover(store: Store) -> int:
    """At the start: whatever was being sent when the process ended is uncertain now. Returns how many rows."""
    return await store.write(lambda tx: tx.unsettle())


@dataclass(frozen=True, slots=True)
class _Courier:
    """Takes claimed rows to their channels; `refused` is what the database would not do."""

    store: Store
    announcer: Announcer
    within: timedelta
    refused: list[StoreError] = field(default_factory=list)

    async def claim(self, most: int, channels: Sequence[str] | None, *, fresh: bool) -> tuple[Delivery, ...]:
        if not most:
            return ()
        try:
            return await self.store.write(lambda tx: tx.claim_deliveries(most, LEASE_FOR, channels, fresh=fresh))
        except StoreError as error:
            self.refused.append(error)
            return ()

    async def deliver(self, row: Delivery) -> None:
        """Its lease runs out where the database refuses; raised here it would cut off the sends of all others."""
        try:
            await self._deliver(row)
        except StoreError as error:
            self.refused.append(error)

    async def _deliver(self, row: Delivery) -> None:
        if row.state is State.SENT:
            await self._edit(row)
        elif row.attempts == 0 or await self._may_send(row):
            await self._send(row)

    async def _may_send(self, row: Delivery) -> bool:
        """Whether a second message is impossible or surely not there yet; settles the row where that is answered."""
        sight = await self._look(row)
        if sight.look is Look.FOUND:
            await self._settle(row, State.SENT, message_key=sight.message_key, sent_rev=1)
            return False
        if sight.look is Look.UNREACHABLE:
            await self._later(row, _unreachable(sight))
            return False
        if sight.look is Look.CANNOT_TELL and not await self._is_young(row):
            await self._park(row)
            return False
        return True

    async def _is_young(self, row: Delivery) -> bool:
        """Whether the medium surely knows the nonce yet. Of a clock that was set back nothing can be concluded."""
        now = await self.store.read(lambda tx: tx.now)
        return row.first_attempt_at is not None and timedelta() <= now - row.first_attempt_at <= BLIND_RETRY_WITHIN

    async def _send(self, row: Delivery) -> None:
        # Committed before the request goes out: whatever happens after this line leaves a trace.
        begun = await self.store.write(lambda tx: tx.begin_attempt(row))
        if begun is None:
            return
        attempt = await self._attempt(self.announcer.announce(begun, cards.from_json(begun.payload)))
        match attempt.result:
            case Result.DONE:
                await self._settle(begun, State.SENT, message_key=attempt.message_key, sent_rev=1)
            case Result.REMOVED:
                await self._settle(begun, State.SUPPRESSED, reason=TAKEN_AWAY)
            case Result.REFUSED:
                await self._refused(begun, attempt)
            case _ if not attempt.tried:
                await self._untried(replace(row, fence=begun.fence), attempt)
            case _:
                await self._later(begun, attempt)

    async def _refused(self, row: Delivery, attempt: Attempt) -> None:
        """A clear refusal does not prove that nothing was posted: a library may have tried twice inside one call.

        What is surely not there is tried once more in the plainest words, which no filter should mind.
        """
        sight = await self._look(row)
        if sight.look is Look.FOUND:
            await self._settle(row, State.SENT, message_key=sight.message_key, sent_rev=1)
        elif sight.look is Look.UNREACHABLE:
            await self._later(row, replace(_unreachable(sight), why=attempt.why))
        elif (plainer := cards.plainer(row.payload)) is not None:
            log.warning("refused, tried again in plain words", ref=row.marker, why=attempt.why)
            await self._later(row, attempt, words=plainer)
        elif sight.look is Look.CANNOT_TELL:
            await self._park(row)
        else:
            await self._give_up(row, State.DEAD, attempt.why)

    async def _untried(self, row: Delivery, attempt: Attempt) -> None:
        """Nothing left the house, so this was no attempt at all."""
        pause = _pause(row, attempt)
        await self.store.write(lambda tx: tx.unbegin(row, next_at=tx.now + pause, reason=attempt.why))
        await self._note_closed(row, attempt, pause)

    async def _park(self, row: Delivery) -> None:
        """Leave it to the moderators, and look again every hour whether they made it readable."""
        await self._give_up(row, State.PARKED, UNREADABLE, again_after=LOOK_FOR_PARKED)

    async def _give_up(
        self, row: Delivery, state: State, why: str | None, again_after: timedelta | None = None
    ) -> None:
        """Leave it to the moderators, and tell them so; of what was parked before they know."""
        known = row.state is state
        if not known:
            log.error("not known to be posted", state=state, ref=row.marker, channel=row.channel_key, why=why)

        def work(tx: Transaction) -> None:
            next_at = None if again_after is None else tx.now + again_after
            if tx.settle_delivery(row, state=state, next_at=next_at, reason=why) and not known:
                _note(tx, row, why)

        await self.store.write(work)

    async def _note_closed(self, row: Delivery, attempt: Attempt, pause: timedelta) -> None:
        """A channel that is closed to us is left in peace as a whole, and its moderators are told once a day."""
        if attempt.result is not Result.NO_CHANNEL:
            return

        def work(tx: Transaction) -> None:
            tx.suspend(row.channel_key, tx.now + pause)
            if not tx.noted_since(row.guild_key, tx.now - NOTE_EVERY):
                _note(tx, row, attempt.why)

        await self.store.write(work)

    async def _edit(self, row: Delivery) -> None:
        attempt = await self._attempt(self.announcer.edit(row, cards.from_json(row.wanted or row.payload)))
        match attempt.result:
            case Result.DONE:
                await self._settle(row, State.SENT, sent_rev=row.rev)
            case Result.REMOVED:
                await self._settle(row, State.SUPPRESSED, reason=TAKEN_AWAY)
            case Result.REFUSED if (plainer := cards.plainer(row.wanted or row.payload)) is not None:
                await self._later(row, attempt, words=plainer)
            case Result.REFUSED:
                log.error("edit refused", ref=row.marker, channel=row.channel_key, why=attempt.why)
                await self._settle(row, State.SENT, sent_rev=row.rev, reason=attempt.why)
            case _:
                await self._later(row, attempt)

    async def _attempt(self, sending: Awaitable[Attempt]) -> Attempt:
        """The attempt; uncertain once it has taken too long or gone wrong: the request may still arrive."""
        return await self._guarded(sending, Attempt(Result.UNCERTAIN, why="no clear answer in time"))

    async def _look(self, row: Delivery) -> Sight:
        return await self._guarded(self.announcer.find(row), Sight(Look.UNREACHABLE))

    async def _guarded(self, asking: Awaitable[T], otherwise: T) -> T:
        try:
            async with asyncio.timeout(self.within.total_seconds()):
                return await asking
        except TimeoutError:
            return otherwise
        except WatchError:
            raise
        except Exception:
            # One message that a medium chokes on must not hold up all others.
            log.exception("the medium failed")
            return otherwise

    async def _settle(
        self,
        row: Delivery,
        state: State,
        *,
        message_key: str | None = None,
        sent_rev: int | None = None,
        reason: str | None = None,
    ) -> None:
        await self.store.write(
            lambda tx: tx.settle_delivery(row, state=state, message_key=message_key, sent_rev=sent_rev, reason=reason)
        )

    async def _later(self, row: Delivery, attempt: Attempt, words: str | None = None) -> None:
        """Try again after a pause, with other words if there are any; a send is uncertain then, all else stays."""
        state = row.state if row.state in (State.SENT, State.PARKED) else State.UNCERTAIN
        pause = _pause(row, attempt)
        await self.store.write(
            lambda tx: tx.settle_delivery(row, state=state, next_at=tx.now + pause, reason=attempt.why, words=words)
        )
        await self._note_closed(row, attempt, pause)


def _unreachable(sight: Sight) -> Attempt:
    return Attempt(Result.UNREACHABLE, why=sight.why or "the channel cannot be reached", retry_after=sight.retry_after)


def _note(tx: Transaction, row: Delivery, why: str | None) -> None:
    """Tell a guild's moderators of a message that members may not see. Of their own channel nobody could be told."""
    guild = tx.find_guild(row.guild_key)
    if guild is None or guild.moderator_channel is None or row.slot is Slot.MODERATORS:
        return
    channel = guild.moderator_channel
    generation = tx.next_generation(row.incident_id, channel, Shape.NOTICE)
    # As hard to guess as the nonce it is made of, and the same after every restart.
    digest = hashlib.sha256(f"note|{row.nonce}|{channel}|{generation}".encode()).digest()
    note = Delivery(
        incident_id=row.incident_id,
        guild_key=row.guild_key,
        channel_key=channel,
        slot=Slot.MODERATORS,
        shape=Shape.NOTICE,
        generation=generation,
        nonce=base64.b32encode(digest).decode("ascii")[:NONCE_LENGTH],
        marker=row.marker,
        payload=cards.to_json(cards.stuck(row, why)),
        due_at=tx.now,
    )
    tx.queue(note)


def _pause(row: Delivery, attempt: Attempt) -> timedelta:
    """What the medium asks for, else twice as long as after the last claim in vain, from 2 s to 10 minutes."""
    if attempt.retry_after:
        return attempt.retry_after
    if attempt.result is Result.NO_CHANNEL:
        return NO_CHANNEL_RETRY
    # Every claim raises the fence. Of those of a sent row some were sends and edits that went through.
    fruitful = row.attempts + row.sent_rev if row.state is State.SENT else 1
    doublings: int = min(max(row.fence - fruitful, 0), 12)
    return min(FIRST_RETRY * (1 << doublings), LONGEST_RETRY)
