"""A community is set anew: what waits for a channel where it is not told any more goes where it is told today."""

from __future__ import annotations

from dataclasses import replace

from bot.model import Delivery, Guild, Mode, Shape, Slot, State
from bot.rules import Rules
from bot.storage import Transaction
from bot.telling import end_questions, nonce


def set_anew(tx: Transaction, rules: Rules, guild: Guild, *, by: str | None = None) -> None:
    """Store how a guild is set from now on, by whose word (a voice key), and let what waits for it follow.

    A channel that is deleted or closed to us keeps its messages waiting: moderators then choose another, or none.
    What was never tried is not posted in the old one any more; what may be there is looked for as before.
    """
    tx.save_guild(guild, by=by)
    end_questions(tx, rules, guild)
    waiting = tx.waiting_of(guild.guild_key)
    for row in waiting:
        there = _today(guild, row.slot)
        if row.channel_key == there or not _moves(row):
            continue
        if there is not None:
            tx.queue(_moved(rules, tx, row, there))
        if tx.drop_untried(row):
            # A short message stands beside its card, and is nothing without it.
            for beside in waiting:
                if _beside(beside, row):
                    tx.drop_untried(beside)


def _today(guild: Guild, slot: Slot) -> str | None:
    if slot is Slot.MODERATORS:
        return guild.moderator_channel
    return guild.alert_channel if guild.mode is Mode.ON else None


def _moves(row: Delivery) -> bool:
    return row.shape is Shape.CARD or (row.shape is Shape.QUESTION and row.slot is Slot.MODERATORS)


def _moved(rules: Rules, tx: Transaction, row: Delivery, there: str) -> Delivery:
    return replace(
        row,
        delivery_id=None,
        channel_key=there,
        nonce=nonce(rules, row.incident_id, there, row.shape, row.generation),
        payload=row.wanted or row.payload,
        due_at=tx.now,
        wanted=None,
        rev=1,
        state=State.DUE,
        attempts=0,
        fence=0,
        first_attempt_at=None,
        last_attempt_at=None,
        reason=None,
    )


def _beside(row: Delivery, card: Delivery) -> bool:
    place = (card.incident_id, card.channel_key)
    return row.shape is Shape.NOTICE and (row.incident_id, row.channel_key) == place
