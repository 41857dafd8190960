"""The outbox: one row a message, from queued to visible. Whoever settles with an old fence is refused."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Row,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from bot.model import Delivery, Shape, Slot, State
from bot.storage.columns import Instant, Whole64
from bot.storage.part import LONGEST_WAIT, Part
from bot.storage.tables import outbox

COLUMNS = tuple(field.name for field in fields(Delivery))
# A row in one of these states is tried again at `next_at`; in the others a new wish alone can make it move.
TRIED_AGAIN = (State.DUE, State.UNCERTAIN)
GIVEN_UP = (State.DEAD, State.SUPPRESSED)
UNSETTLED = (State.DUE, State.SENDING, State.UNCERTAIN, State.PARKED)
# Discord counts edits of older messages and refuses too many ("JSON Error Codes", 30046): changes are gathered so long.
EDIT_EVERY = timedelta(seconds=30)
TAKEN_AWAY = "a moderator removed the message"

# Written as its index is, so that it is used.
_is_question = outbox.c.shape == literal_column("'question'")
_untried = (outbox.c.state == State.DUE, outbox.c.attempts == 0)
_unsent_edit = and_(outbox.c.state == State.SENT, outbox.c.rev > outbox.c.sent_rev)


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(**{name: getattr(row, name) for name in COLUMNS})


class Outbox(Part):
    """What is to be sent, and how far that is."""

    def queue(self, delivery: Delivery) -> Delivery | None:
        """Put a message into the outbox. None if its (incident, channel, shape, generation) is there already."""
        values = {name: getattr(delivery, name) for name in COLUMNS if name != "delivery_id"}
        new = self.insert(outbox).values(**values, next_at=delivery.due_at).on_conflict_do_nothing()
        row = self.row(new.returning(outbox))
        return _delivery(row) if row else None

    def card_of(self, incident_id: int, channel_key: str) -> Delivery | None:
        """The living card of an incident in a channel: the newest, if there are several."""
        row = self.row(self._cards(incident_id, channel_key).order_by(outbox.c.generation.desc()).limit(1))
        return _delivery(row) if row else None

    def want(self, incident_id: int, channel_key: str, payload: str) -> bool:
        """Say what the living card should show now. False if no card there can carry it: queue a new one.

        Before the first attempt it replaces the payload; after it, the payload stays frozen and an edit follows.
        """
        return self.want_of(self.card_of(incident_id, channel_key), payload)

    def questions_about(self, requester_id: int) -> tuple[Delivery, ...]:
        """The questions to moderators about a requester."""
        theirs = (_is_question, outbox.c.slot == Slot.MODERATORS, outbox.c.generation == requester_id)
        rows = self.rows(select(outbox).where(*theirs).order_by(outbox.c.delivery_id))
        return tuple(_delivery(row) for row in rows)

    def questions_to_members(self, incident_id: int) -> tuple[Delivery, ...]:
        """The questions to members about an incident, whether they are open or not."""
        ours = (outbox.c.incident_id == incident_id, outbox.c.slot == Slot.PUBLIC, _is_question)
        rows = self.rows(select(outbox).where(*ours).order_by(outbox.c.delivery_id))
        return tuple(_delivery(row) for row in rows)

    def asked_in(self, guild_key: str, since: datetime) -> tuple[int, ...]:
        """The incidents about which a guild's members were asked since then."""
        theirs = (outbox.c.guild_key == guild_key, outbox.c.slot == Slot.PUBLIC, _is_question)
        rows = self.rows(select(outbox.c.incident_id).where(*theirs, outbox.c.due_at >= since).distinct())
        return tuple(sorted(row.incident_id for row in rows))

    def want_of(self, card: Delivery | None, payload: str) -> bool:
        """The same for any message that is there."""
        if card is None or card.state in GIVEN_UP:
            return False
        if payload == (card.payload if card.wanted is None else card.wanted):
            return True
        told: dict[str, Any] = {"payload": payload}
        if card.attempts > 0 or card.state is not State.DUE:
            told = {"wanted": payload, "rev": outbox.c.rev + 1}
        if card.state is State.SENT:
            # An edit that waits for its turn, or for its channel, goes on waiting and takes this along.
            tried_at = min(self.now, card.last_attempt_at or self.now - EDIT_EVERY)
            soonest = max(self.now, tried_at + EDIT_EVERY)
            told["next_at"] = func.coalesce(outbox.c.next_at, self.moment(soonest))
        self.connection.execute(update(outbox).where(outbox.c.delivery_id == card.delivery_id).values(told))
        return True

    def call_off(self, delivery: Delivery, why: str) -> bool:
        """A message that was never tried is not sent any more, whoever has claimed it. False if it may be there."""
        told = {"state": State.SUPPRESSED, "leased_until": None, "next_at": None, "reason": why}
        never = update(outbox).where(outbox.c.delivery_id == delivery.delivery_id, *_untried)
        return self.changed(never.values(fence=outbox.c.fence + 1, **told)) == 1

    def give_up_on(self, guild_key: str, why: str) -> None:
        """Nothing more is posted in a guild: what was never tried is forgotten, the rest is left as it may be."""
        ours = outbox.c.guild_key == guild_key
        self.connection.execute(delete(outbox).where(ours, *_untried))
        told = {"state": State.SUPPRESSED, "leased_until": None, "next_at": None, "reason": why}
        unsure = update(outbox).where(ours, outbox.c.state.in_(UNSETTLED))
        self.connection.execute(unsure.values(fence=outbox.c.fence + 1, **told))

    def waiting_of(self, guild_key: str) -> tuple[Delivery, ...]:
        """A guild's messages that are not known to be there, oldest first."""
        ours = (outbox.c.guild_key == guild_key, outbox.c.state.in_(UNSETTLED))
        rows = self.rows(select(outbox).where(*ours).order_by(outbox.c.delivery_id))
        return tuple(_delivery(row) for row in rows)

    def drop_untried(self, delivery: Delivery) -> bool:
        """Forget a message that was never tried, whoever has claimed it. False if it may be there."""
        return self.changed(delete(outbox).where(outbox.c.delivery_id == delivery.delivery_id, *_untried)) == 1

    def next_generation(self, incident_id: int, channel_key: str, shape: Shape = Shape.CARD) -> int:
        """The generation of the next message of that shape: 1, 2, …"""
        ours = (outbox.c.incident_id == incident_id, outbox.c.channel_key == channel_key, outbox.c.shape == shape)
        return int(self.value(select(func.coalesce(func.max(outbox.c.generation), 0)).where(*ours))) + 1

    def claim_deliveries(
        self, limit: int, lease_for: timedelta, channels: Collection[str] | None = None, *, fresh: bool = False
    ) -> tuple[Delivery, ...]:
        """Up to `limit` rows that want work now, ours until the lease runs out: at most one a channel at a time.

        Of each channel the oldest, and no new message before an older one is at rest; each guild's oldest before any
        guild's second. `fresh`: only what was never tried. The state stays, but for `sending` whose lease ran out:
        nobody knows how that ended, so it comes as `uncertain`.
        """
        asked = {
            "now": self.now,
            "until": self.now + lease_for,
            "most": limit,
            **({} if channels is None else {"channels": list(channels)}),
        }
        found = self.connection.execute(_claim(narrow=channels is not None, fresh=fresh), asked)
        return tuple(_delivery(row) for row in sorted(found, key=lambda row: (row.due_at, row.delivery_id)))

    def begin_attempt(self, delivery: Delivery) -> Delivery | None:
        """Record, before the request goes out, that it may arrive from now on. None if our fence is old."""
        row = self.row(
            update(outbox)
            .where(self._held(delivery))
            .values(
                state=State.SENDING,
                attempts=outbox.c.attempts + 1,
                first_attempt_at=func.coalesce(outbox.c.first_attempt_at, self.moment(self.now)),
                last_attempt_at=self.now,
            )
            .returning(outbox)
        )
        return _delivery(row) if row else None

    def settle_delivery(
        self,
        delivery: Delivery,
        *,
        state: State,
        message_key: str | None = None,
        sent_rev: int | None = None,
        next_at: datetime | None = None,
        reason: str | None = None,
        words: str | None = None,
    ) -> bool:
        """Give a claimed row back with what became of it. False if our fence is old.

        `message_key` and `sent_rev` None keep what was there. Due and uncertain rows are tried again at `next_at`
        (None: at once), parked ones too (None: never), sent rows only if something newer than `sent_rev` is wanted by
        then. `words` take the place of those that were refused.
        """
        told: dict[str, Any] = {"state": state, "reason": reason, "leased_until": None, "next_at": None}
        if words is not None and state is State.SENT:
            told["wanted"] = case((outbox.c.rev == delivery.rev, words), else_=outbox.c.wanted)
        elif words is not None:
            told["payload"] = words
        if message_key is not None:
            told["message_key"] = message_key
        if sent_rev is not None:
            told["sent_rev"] = sent_rev
        again = next_at or self.now
        if state in TRIED_AGAIN:
            told["next_at"] = again
        if state is State.PARKED:
            told["next_at"] = next_at
        if state is State.SENT:
            shown = outbox.c.sent_rev if sent_rev is None else sent_rev
            edited = self.moment(max(again, self.now + EDIT_EVERY))
            told["next_at"] = case((outbox.c.rev > shown, edited), else_=None)
        return self.changed(update(outbox).where(self._held(delivery)).values(told)) == 1

    def unbegin(self, delivery: Delivery, *, next_at: datetime, reason: str | None) -> bool:
        """No request went out after all: put a claimed row back as `delivery` knows it from before `begin_attempt`.

        It is due or uncertain as it was. False if our fence is old.
        """
        before = ("state", "attempts", "first_attempt_at", "last_attempt_at")
        told: dict[str, Any] = {name: getattr(delivery, name) for name in before}
        told |= {"leased_until": None, "next_at": next_at, "reason": reason}
        return self.changed(update(outbox).where(self._held(delivery)).values(told)) == 1

    def suspend(self, channel_key: str, until: datetime) -> int:
        """Leave a channel in peace: nothing waiting for it is tried before `until`. Returns how many rows wait."""
        waiting = (outbox.c.channel_key == channel_key, outbox.c.next_at < until)
        return self.changed(update(outbox).where(*waiting).values(next_at=until))

    def witness(self, channel_key: str, nonce: str, message_key: str) -> bool:
        """The medium itself tells that this message of ours is there. True if that was not known yet.

        Whoever waits for the answer to it holds an old fence from now on: what was seen is surer than any answer.
        """
        unsure = (State.SENDING, State.UNCERTAIN, State.PARKED)
        ours = (outbox.c.channel_key == channel_key, outbox.c.nonce == nonce, outbox.c.state.in_(unsure))
        edited = self.moment(self.now + EDIT_EVERY)
        told = {"state": State.SENT, "message_key": message_key, "sent_rev": 1, "reason": None, "leased_until": None}
        seen = update(outbox).where(*ours).values(fence=outbox.c.fence + 1, **told)
        return self.changed(seen.values(next_at=case((outbox.c.rev > 1, edited), else_=None))) == 1

    def removed(self, channel_key: str, message_key: str) -> bool:
        """Somebody took our message away: it is never posted again. True if it was ours."""
        ours = (outbox.c.channel_key == channel_key, outbox.c.message_key == message_key)
        told = {"state": State.SUPPRESSED, "leased_until": None, "next_at": None, "reason": TAKEN_AWAY}
        return self.changed(update(outbox).where(*ours).values(fence=outbox.c.fence + 1, **told)) == 1

    def noted_since(self, guild_key: str, since: datetime) -> bool:
        """Whether a guild's moderators were told since then that something cannot be posted."""
        ours = (outbox.c.guild_key == guild_key, outbox.c.slot == Slot.MODERATORS, outbox.c.shape == Shape.NOTICE)
        note = select(outbox.c.delivery_id).where(*ours, outbox.c.alert_id.is_(None), outbox.c.due_at > since)
        return self.row(note.limit(1)) is not None

    def unsettle(self) -> int:
        """At start: what was being sent when we died is uncertain, and no lease of ours holds any more.

        On PostgreSQL others may be sending right now, so only what outlived its lease is taken. Whatever waits for a
        moment that is too far away, because the clock was ahead when that was set, is due.
        """
        never = self.now + LONGEST_WAIT
        gone = or_(outbox.c.leased_until <= self.now, outbox.c.leased_until > never)
        dead = gone if self.dialect == "postgresql" else outbox.c.delivery_id > 0
        lost = self.changed(
            update(outbox)
            .where(outbox.c.state == State.SENDING, dead)
            .values(state=State.UNCERTAIN, leased_until=None, next_at=self.now)
        )
        self.connection.execute(
            update(outbox).where(outbox.c.leased_until.is_not(None), dead).values(leased_until=None)
        )
        self.connection.execute(update(outbox).where(outbox.c.next_at > never).values(next_at=self.now))
        return lost

    def outbox(self) -> tuple[Delivery, ...]:
        """What is not yet at rest, oldest first; parked rows wait until their channel can be read."""
        rest = select(outbox).where(or_(outbox.c.state.in_(UNSETTLED), _unsent_edit))
        return tuple(_delivery(row) for row in self.rows(rest.order_by(outbox.c.due_at, outbox.c.delivery_id)))

    def deliveries_of(self, incident_id: int) -> tuple[Delivery, ...]:
        """Every message about an incident, oldest first."""
        ours = select(outbox).where(outbox.c.incident_id == incident_id).order_by(outbox.c.delivery_id)
        return tuple(_delivery(row) for row in self.rows(ours))

    def find_delivery_by_message(self, channel_key: str, message_key: str) -> Delivery | None:
        """Which row a message in a channel came from."""
        ours = select(outbox).where(outbox.c.channel_key == channel_key, outbox.c.message_key == message_key)
        row = self.row(ours.limit(1))
        return _delivery(row) if row else None

    def _cards(self, incident_id: int, channel_key: str) -> Any:
        place = (outbox.c.incident_id == incident_id, outbox.c.channel_key == channel_key)
        return select(outbox).where(*place, outbox.c.shape == Shape.CARD)

    def _held(self, delivery: Delivery) -> ColumnElement[bool]:
        return and_(outbox.c.delivery_id == delivery.delivery_id, outbox.c.fence == delivery.fence)


@cache
def _claim(*, narrow: bool, fresh: bool) -> ReturningUpdate[Any]:
    """The statement that claims. Built once: that takes many times as long as the database needs to run it."""
    now = bindparam("now", type_=Instant())
    is_sent = outbox.c.state == State.SENT
    claimed = (
        update(outbox)
        .where(outbox.c.delivery_id.in_(_claimable(now, narrow=narrow, fresh=fresh)))
        .values(
            fence=outbox.c.fence + 1,
            leased_until=bindparam("until", type_=Instant()),
            state=case((outbox.c.state == State.SENDING, State.UNCERTAIN), else_=outbox.c.state),
            last_attempt_at=case((is_sent, now), else_=outbox.c.last_attempt_at),
        )
    )
    return claimed.returning(outbox)


def _claimable(now: BindParameter[datetime], *, narrow: bool, fresh: bool) -> Any:
    """The ids of the oldest row that wants work, of each channel where nobody is at work."""
    other, older = outbox.alias("other"), outbox.alias("older")
    busy = select(other.c.delivery_id).where(other.c.channel_key == outbox.c.channel_key, other.c.leased_until > now)
    # A new message waits for older ones that are still under way; an edit disturbs no order, and what is parked holds
    # nobody up.
    is_older = tuple_(older.c.due_at, older.c.delivery_id) < tuple_(outbox.c.due_at, outbox.c.delivery_id)
    under_way = (older.c.next_at.is_not(None), older.c.state.not_in((State.SENT, State.PARKED)))
    blocked = select(older.c.delivery_id).where(older.c.channel_key == outbox.c.channel_key, *under_way, is_older)
    wanting = [outbox.c.next_at <= now, ~busy.exists(), or_(outbox.c.state == State.SENT, ~blocked.exists())]
    if fresh:
        wanting += [outbox.c.attempts == 0]
    if narrow:
        wanting += [outbox.c.channel_key.in_(bindparam("channels", expanding=True))]
    turn = func.row_number().over(partition_by=outbox.c.channel_key, order_by=(outbox.c.due_at, outbox.c.delivery_id))
    shown = (outbox.c.delivery_id, outbox.c.guild_key, outbox.c.due_at)
    first = select(*shown, turn.label("turn")).where(*wanting).subquery()
    share = func.row_number().over(partition_by=first.c.guild_key, order_by=(first.c.due_at, first.c.delivery_id))
    heads = select(first.c.delivery_id).where(first.c.turn == 1).order_by(share, first.c.due_at, first.c.delivery_id)
    # PostgreSQL locks no rows of a window; it locks these, and skips what another claimer has.
    held = select(outbox.c.delivery_id).where(outbox.c.delivery_id.in_(heads.limit(bindparam("most", type_=Whole64))))
    return held.with_for_update(skip_locked=True)
