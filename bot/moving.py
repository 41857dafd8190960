"""A community is set anew: what waits goes where it is told today, and members hear what is news to them."""

from __future__ import annotations

from dataclasses import replace

from bot import alerts, cards
from bot.incidents.stages import RANK
from bot.model import Delivery, Guild, Incident, Mode, Shape, Slot, State
from bot.rules import Rules
from bot.storage import Transaction
from bot.telling import Told, cares, catch_up, end_questions, members_know, nonce

# So many cards at once a channel bears; of what else is open the last of them says how to find it.
CAUGHT_UP = 5
LOOKED_AT = 200


def set_anew(tx: Transaction, rules: Rules, guild: Guild, *, by: str | None = None) -> None:
    """Store how a guild is set from now on, by whose word (a voice key), and let what waits for it follow.

    A channel that is deleted or closed to us keeps its messages waiting: moderators then choose another, or none.
    What was never tried is not posted in the old one any more; what may be there is looked for as before. Members who
    hear more from now on hear at once of what is open and public.
    """
    before = tx.find_guild(guild.guild_key)
    tx.save_guild(guild, by=by)
    end_questions(tx, rules, guild)
    _move(tx, rules, guild)
    if guild.alert_channel is not None and _hears(guild) and (before is None or _hears(before) != _hears(guild)):
        _catch_up(tx, rules, guild)


def _hears(guild: Guild) -> tuple[str, tuple[str, ...]] | None:
    """What decides of what a guild's members are told; None: of nothing."""
    return (guild.policy, guild.platforms) if guild.mode is Mode.ON else None


def _catch_up(tx: Transaction, rules: Rules, guild: Guild) -> None:
    """Tell members of the strongest open incidents that they may hear of and have not heard of."""
    policy = rules.policy(guild.policy)
    news: list[Incident] = []
    told: list[Told] = []
    for incident in tx.recent_incidents(tx.now - policy.fresh_for, LOOKED_AT):
        view = rules.assess(incident, policy, tx.now, guild.guild_key)
        is_theirs = cares(tx, guild, incident) and not members_know(tx, incident, guild)
        if is_theirs and alerts.may_be_public(None, view, policy, tx.now):
            news.append(view)
    news.sort(key=lambda view: (-RANK[view.stage], -view.score))
    for view in news[:CAUGHT_UP]:
        told += catch_up(tx, rules, tx.get_incident(view.incident_id or 0), guild)
    if told and len(news) > CAUGHT_UP:
        last = cards.with_rest(told[-1].card, len(news) - CAUGHT_UP)
        tx.want(told[-1].alert.incident_id or 0, guild.alert_channel or "", cards.to_json(last))


def _move(tx: Transaction, rules: Rules, guild: Guild) -> None:
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
        nonce=nonce(rules, row.marker, there, row.shape, row.generation),
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
