"""One rule for telling: an incident changed, so what does each guild get to hear? Runs in the caller's transaction."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import alerts, cards
from bot.alerts import questions
from bot.alerts.wire import alert_to
from bot.model import Alert, Card, Delivery, Guild, Incident, Mode, Policy, Reason, Requester, Shape, Slot, State, Tie
from bot.model.policy import ATTENDED
from bot.rules import Rules
from bot.storage import Transaction
from bot.whom import SAME_NAME, candidate

# Discord's own limit for a nonce (Create Message).
NONCE_LENGTH = 25
# A short message beside the living card at most this often for one incident and channel; a withdrawal never waits.
NOTICE_EVERY = timedelta(hours=6)
CANNOT_WAIT = frozenset({Reason.WITHDRAWN, Reason.DISMISSED})
# What is worth a message of its own to those who have the card already; the first public word is the card itself.
NEWS = frozenset({Reason.CONFIRMED, Reason.REVERSED}) | CANNOT_WAIT
# No rule can have more to say at one moment than there are reasons that build on one another.
MOST_AT_ONCE = 4
TOO_LATE = "by the time it could have been asked nobody needed to know any more"
# The audience of a replay: it hears everything, in print, and has no channel.
HISTORY = Guild(guild_key="history", name="History", mode=Mode.ON, policy="early")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An alert as it was decided, with what a person needs to read it."""

    alert: Alert
    incident: Incident
    requester: Requester
    ref: str
    card: Card
    guild: Guild


def tell(
    tx: Transaction, rules: Rules, incident: Incident, now: datetime, guilds: Sequence[Guild] | None = None
) -> list[Told]:
    """Decide for every guild what the incident's present state means to it; record it and queue the messages.

    `incident` is saved, has an id, and is assessed by the policy `early` as of `now`. Without `guilds` those of the
    store are told. What was said before is read from the store, so that calling this twice says nothing twice.
    """
    told: list[Told] = []
    audience = tx.guilds() if guilds is None else guilds
    for guild in audience:
        if not cares(tx, guild, incident) and not _was_told(tx, guild, incident):
            continue
        told += _tell_guild(tx, rules, incident, now, guild)
    if any(guild.asks for guild in audience):
        keep_questions(tx, rules, incident, now)
    return told


def cares(tx: Transaction, guild: Guild, incident: Incident) -> bool:
    """Whether the guild wants to hear of this platform. Where it is not known, it might be theirs."""
    if not guild.platforms or incident.requester_id is None:
        return True
    platform = tx.get_requester(incident.requester_id).platform or incident.platform
    return platform is None or platform in guild.platforms


def _was_told(tx: Transaction, guild: Guild, incident: Incident) -> bool:
    """Whether the guild has heard of it: then it hears how it goes on, whatever it chose since."""
    return incident.incident_id is not None and tx.last_alert(incident.incident_id, guild.guild_key) is not None


def _tell_guild(tx: Transaction, rules: Rules, incident: Incident, now: datetime, guild: Guild) -> list[Told]:
    assert incident.incident_id is not None
    policy = rules.policy(guild.policy)
    # What was saved is just this view where nobody has judged: the work of assessing grows with the evidence.
    as_saved = policy is rules.policies["early"] and not incident.verdicts
    view = incident if as_saved else rules.assess(incident, policy, now, guild.guild_key)
    before = tx.last_alert(incident.incident_id, guild.guild_key)
    if _asks(tx, rules, incident, guild, now):
        policy = replace(policy, asks=True)
        view = replace(view, asked_at=tx.asked_at(incident.requester_id or 0, guild.guild_key))
    if guild.moderator_channel and alerts.is_lone(view, policy):
        told_today = tx.count_alerts(guild.guild_key, Reason.LONE, now - alerts.DAY)
        policy = replace(policy, lone_a_day=max(0, ATTENDED - told_today))
    told: list[Told] = []
    for _ in range(MOST_AT_ONCE):
        alert = alerts.due(before, view, policy, now)
        if alert is None:
            break
        before = replace(alert, incident_id=incident.incident_id, guild_key=guild.guild_key)
        told.append(_record(tx, rules, before, view, guild, now))
    return told


def _asks(tx: Transaction, rules: Rules, incident: Incident, guild: Guild, now: datetime) -> bool:
    """Whether a guild's members may be asked now. Of a platform that has closed nobody has had work decided."""
    if not guild.asks or guild.alert_channel is None or incident.requester_id is None:
        return False
    platform = rules.platforms.find(tx.get_requester(incident.requester_id).platform or incident.platform)
    return platform is None or not platform.closed(now)


def keep_questions(tx: Transaction, rules: Rules, incident: Incident, now: datetime) -> None:
    """The questions to members about an incident say what came of them once they are closed.

    Time looks at the incident again when the next one closes.
    """
    assert incident.incident_id is not None
    for asked in tx.questions_to_members(incident.incident_id):
        guild = tx.find_guild(asked.guild_key)
        if guild is None:
            continue
        policy = rules.policy(guild.policy)
        about = about_of(tx, rules, rules.assess(incident, policy, now, guild.guild_key))
        closes_at = asked.due_at + policy.ask_for
        last = tx.last_alert(incident.incident_id, guild.guild_key)
        warned = last is not None and last.seen and last.reason not in cards.OVER
        if takes_answers(asked, guild, about.incident, policy, now):
            tx.want_of(asked, cards.to_json(cards.question(about, closes_at, warned=warned)))
            tx.wake(incident.incident_id, closes_at)
            continue
        sums = questions.tally(incident, policy)
        if not tx.call_off(asked, TOO_LATE):
            tx.want_of(asked, cards.to_json(cards.asked(about, sums, warned=warned)))
        if guild.moderator_channel and last is not None and last.reason is Reason.ASKED:
            card = cards.for_moderators(last, about, trial=guild.mode is Mode.TRIAL, answers=sums)
            tx.want(incident.incident_id, guild.moderator_channel, cards.to_json(card))


def takes_answers(asked: Delivery, guild: Guild, view: Incident, policy: Policy, now: datetime) -> bool:
    """Whether a question to a guild's members is open; `view` is the incident as the guild sees it."""
    is_on = guild.asks and guild.mode is Mode.ON
    return is_on and questions.is_open(asked.due_at, view, policy, now)


def end_questions(tx: Transaction, rules: Rules, guild: Guild) -> None:
    """A guild was set anew: what its members may not be asked any more is closed at once."""
    for incident_id in tx.asked_in(guild.guild_key, tx.now - rules.policy(guild.policy).ask_for):
        keep_questions(tx, rules, tx.get_incident(incident_id), tx.now)


def catch_up(tx: Transaction, rules: Rules, incident: Incident, guild: Guild) -> list[Told]:
    """Tell a guild whose members hear from now on of an incident that may be public: what it was told in trial too."""
    assert incident.incident_id is not None
    told = tell(tx, rules, rules.assess(incident, rules.policies["early"], tx.now), tx.now, [guild])
    last = tx.last_alert(incident.incident_id, guild.guild_key)
    if last is not None and last.seen and not members_know(tx, incident, guild):
        view = rules.assess(incident, rules.policy(guild.policy), tx.now, guild.guild_key)
        told.append(_record(tx, rules, replace(last, at=tx.now, public=True), view, guild, tx.now))
    return told


def members_know(tx: Transaction, incident: Incident, guild: Guild) -> bool:
    """Whether a card for the guild's members is there, or was, or is on its way."""
    theirs = (row for row in tx.deliveries_of(incident.incident_id or 0) if row.guild_key == guild.guild_key)
    return any(row.slot is Slot.PUBLIC and row.shape is Shape.CARD for row in theirs)


def refresh(tx: Transaction, rules: Rules, incident: Incident) -> None:
    """Who it is about was renamed or joined: the living cards that are there say the same under the new name."""
    assert incident.incident_id is not None
    for guild in tx.guilds():
        told = tx.last_alert(incident.incident_id, guild.guild_key)
        if told is None:
            continue
        policy = rules.policy(guild.policy)
        about = about_of(tx, rules, rules.assess(incident, policy, tx.now, guild.guild_key))
        for channel, card in _living(told, about, guild):
            tx.want(incident.incident_id, channel, cards.to_json(card))
    keep_questions(tx, rules, incident, tx.now)


def say_merged(tx: Transaction, rules: Rules, incident: Incident) -> list[Told]:
    """The reports of an incident went into another one: whoever was told of it hears that, and no withdrawal."""
    assert incident.incident_id is not None
    told: list[Told] = []
    for guild in tx.guilds():
        last = tx.last_alert(incident.incident_id, guild.guild_key)
        if last is not None:
            policy = rules.policy(guild.policy)
            view = replace(rules.assess(incident, policy, tx.now, guild.guild_key), merged=True)
            said = alerts.due(last, view, policy, tx.now)
            if said is not None:
                told.append(_record(tx, rules, replace(said, guild_key=guild.guild_key), view, guild, tx.now))
    keep_questions(tx, rules, incident, tx.now)
    return told


def recall(tx: Transaction, rules: Rules, incident: Incident, until: int) -> list[Told]:
    """What was told up to the alert `until` holds again, where more was told since. Nobody gets a new message."""
    assert incident.incident_id is not None
    told: list[Told] = []
    for guild in tx.guilds():
        last = tx.last_alert(incident.incident_id, guild.guild_key)
        before = tx.last_alert(incident.incident_id, guild.guild_key, until=until)
        if before is not None and last != before:
            view = rules.assess(incident, rules.policy(guild.policy), tx.now, guild.guild_key)
            told.append(_record(tx, rules, replace(before, at=tx.now, public=False), view, guild, tx.now))
    return told


def ask(tx: Transaction, rules: Rules, incident: Incident, guilds: Sequence[Guild] | None = None) -> None:
    """Where the machine cannot tell who the requester of an incident is, the moderators are asked, once."""
    assert incident.incident_id is not None
    question = _question(tx, rules, incident.requester_id or 0)
    if question is None or not question.buttons:
        return
    payload, ref = cards.to_json(question), tx.ref(incident.incident_id)
    for guild in tx.guilds() if guilds is None else guilds:
        channel, number = guild.moderator_channel, incident.requester_id or 0
        if channel is None or not cares(tx, guild, incident):
            continue
        delivery = Delivery(
            incident_id=incident.incident_id,
            guild_key=guild.guild_key,
            channel_key=channel,
            slot=Slot.MODERATORS,
            shape=Shape.QUESTION,
            generation=number,
            nonce=nonce(rules, ref, channel, Shape.QUESTION, number),
            marker=ref,
            payload=payload,
            due_at=tx.now,
        )
        if tx.queue(delivery) is None:
            refresh_questions(tx, rules, [number])


def refresh_questions(tx: Transaction, rules: Rules, requester_ids: Iterable[int]) -> None:
    """The questions about these requesters show what is still open, or that they are answered."""
    for requester_id in requester_ids:
        asked = tx.questions_about(requester_id)
        card = _question(tx, rules, requester_id) if asked else None
        for delivery in asked:
            tx.want_of(delivery, cards.to_json(card or cards.answered()))


def _question(tx: Transaction, rules: Rules, requester_id: int) -> Card | None:
    """What is open about a requester; None if nothing is. Who is gone has no links."""
    links = tx.links_of(requester_id, Tie.SUGGESTED)
    if not links:
        return None
    others = [
        candidate(tx, link.other_id if link.one_id == requester_id else link.one_id, link.score) for link in links
    ]
    asked = candidate(tx, requester_id, 1.0)
    if links[0].why[:1] and links[0].why[0].term == SAME_NAME:
        return cards.namesakes(asked, list(zip(links, others, strict=True)), rules.platforms)
    return cards.kin(asked, list(zip(links, others, strict=True)), rules.platforms)


def _living(alert: Alert, about: cards.About, guild: Guild) -> list[tuple[str, Card]]:
    """What the living card shows in each of a guild's channels that may have one."""
    shown = []
    if guild.moderator_channel:
        shown.append((guild.moderator_channel, cards.for_moderators(alert, about, trial=guild.mode is Mode.TRIAL)))
    if guild.alert_channel and guild.mode is Mode.ON and alert.seen:
        shown.append((guild.alert_channel, cards.alert(alert, about)))
    return shown


def about_of(tx: Transaction, rules: Rules, view: Incident) -> cards.About:
    """Whom and what a card about this incident is about. It has been saved, as one guild sees it."""
    assert view.requester_id is not None
    assert view.incident_id is not None
    requester = tx.get_requester(view.requester_id)
    # The requester's, because a later report may have told what the first did not say.
    platform = rules.platforms.find(requester.platform or view.platform)
    return cards.About(requester=requester, incident=view, ref=tx.ref(view.incident_id), platform=platform)


def _record(tx: Transaction, rules: Rules, alert: Alert, view: Incident, guild: Guild, now: datetime) -> Told:
    about = about_of(tx, rules, view)
    is_question = alert.reason is Reason.ASKED
    closes_at = now + rules.policy(guild.policy).ask_for
    public = cards.question(about, closes_at) if is_question else cards.alert(alert, about)
    alert_id = tx.add_alert(alert, public.title, history=guild.guild_key == HISTORY.guild_key)
    private = cards.for_moderators(alert, about, trial=guild.mode is Mode.TRIAL)
    post = _Post(tx, rules, alert, alert_id, guild, about.ref, now)
    if guild.moderator_channel:
        post.living(guild.moderator_channel, Slot.MODERATORS, private)
    if guild.alert_channel and guild.mode is Mode.ON and alert.seen:
        post.living(guild.alert_channel, Slot.PUBLIC, public)
        if alert.reason in NEWS:
            post.notice(guild.alert_channel, cards.notice(alert, about))
    if guild.alert_channel and guild.mode is Mode.ON and is_question:
        post.question(guild.alert_channel, public)
    if alert.reason in CANNOT_WAIT:
        for channel in post.left_behind():
            post.living(channel, Slot.PUBLIC, public)
            post.notice(channel, cards.notice(alert, about))
    return Told(alert=alert, incident=view, requester=about.requester, ref=about.ref, card=public, guild=guild)


@dataclass(frozen=True, slots=True)
class _Post:
    """Queues what one alert means for one guild's channels."""

    tx: Transaction
    rules: Rules
    alert: Alert
    alert_id: int
    guild: Guild
    ref: str
    now: datetime

    def living(self, channel: str, slot: Slot, card: Card) -> None:
        """The one message of this incident in the channel: a new one the first time, an edit of it after that."""
        assert self.alert.incident_id is not None
        payload = cards.to_json(card)
        if not self.tx.want(self.alert.incident_id, channel, payload):
            self._queue(channel, slot, Shape.CARD, 0, payload)

    def left_behind(self) -> list[str]:
        """Channels of the guild that show a card of this incident and are not where it is told today."""
        assert self.alert.incident_id is not None
        today = self.guild.alert_channel if self.guild.mode is Mode.ON else None
        rows = self.tx.deliveries_of(self.alert.incident_id)
        ours = (row for row in rows if row.guild_key == self.guild.guild_key and row.slot is Slot.PUBLIC)
        told = (row.channel_key for row in ours if row.shape is not Shape.QUESTION)
        return list(dict.fromkeys(channel for channel in told if channel != today))

    def question(self, channel: str, card: Card) -> None:
        """A question to members: a message of its own, beside which nothing is said of the incident."""
        assert self.alert.incident_id is not None
        generation = self.tx.next_generation(self.alert.incident_id, channel, Shape.QUESTION)
        self._queue(channel, Slot.PUBLIC, Shape.QUESTION, generation, cards.to_json(card))

    def notice(self, channel: str, card: Card) -> None:
        """A short new message beside a card that was there before, and not too often.

        Where a moderator took the card away, members hear only that it does not stand any more.
        """
        assert self.alert.incident_id is not None
        living = self.tx.card_of(self.alert.incident_id, channel)
        if living is None or living.alert_id == self.alert_id or living.state is State.DEAD:
            return
        if living.state is State.SUPPRESSED and self.alert.reason not in CANNOT_WAIT:
            return
        lately = [
            row
            for row in self.tx.deliveries_of(self.alert.incident_id)
            if row.channel_key == channel and row.shape is Shape.NOTICE and self.now - row.due_at < NOTICE_EVERY
        ]
        if lately and self.alert.reason not in CANNOT_WAIT:
            return
        generation = self.tx.next_generation(self.alert.incident_id, channel, Shape.NOTICE)
        self._queue(channel, Slot.PUBLIC, Shape.NOTICE, generation, cards.to_json(card))

    def _queue(self, channel: str, slot: Slot, shape: Shape, generation: int, payload: str) -> None:
        assert self.alert.incident_id is not None
        delivery = Delivery(
            incident_id=self.alert.incident_id,
            guild_key=self.guild.guild_key,
            channel_key=channel,
            slot=slot,
            shape=shape,
            generation=generation,
            nonce=nonce(self.rules, self.ref, channel, shape, generation),
            marker=self.ref,
            payload=payload,
            due_at=self.now,
            alert_id=self.alert_id,
        )
        self.tx.queue(delivery)


def nonce(rules: Rules, ref: str, channel: str, shape: Shape, generation: int) -> str:
    """A name for this one message that is the same after every restart, at most 25 characters, and unguessable.

    It contains the channel because Discord compares nonces by author, not by channel; and the incident's ref, not its
    id, because a database that was put back from a copy gives the same ids to other incidents.
    """
    digest = bytes.fromhex(rules.sign(f"nonce|{ref}|{channel}|{shape}|{generation}"))
    return base64.b32encode(digest).decode("ascii")[:NONCE_LENGTH]


def as_json(told: Told) -> str:
    """An alert as one line: the fields of `decide`, and which incident and requester, and the words."""
    line = {
        **alert_to(told.alert, ""),
        "account_key": next(iter(told.requester.account_keys), None),
        "incident": told.ref,
        "requester": told.requester.name,
        "text": cards.as_text(told.card),
    }
    return json.dumps(line, ensure_ascii=False)
