"""Guild, Delivery, Standing, Card: whom we tell, how far that is, and in which words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.model.incidents import Incident
from bot.model.naming import Candidate, Requester
from bot.model.reading import Task


class Mode(StrEnum):
    """Whether a guild's members are told, or in trial only its moderators."""

    TRIAL = "trial"
    ON = "on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guild:
    """A community we serve. `platforms` empty means all; channel keys are the medium's own.

    `asks`: its members may be asked a neutral question while nobody is warned.
    """

    guild_key: str
    name: str
    mode: Mode = Mode.TRIAL
    policy: str = "cautious"
    alert_channel: str | None = None
    moderator_channel: str | None = None
    moderator_role: str | None = None
    platforms: tuple[str, ...] = ()
    asks: bool = False


class Tone(StrEnum):
    """What a card is at a glance: a colour in Discord, a border in the terminal."""

    NEUTRAL = "neutral"
    WATCH = "watch"
    WARN = "warn"
    ALARM = "alarm"
    GOOD = "good"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Button:
    """Something a person can do with a card: the action's name and the words on it."""

    action: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Words and fields, before any medium. All of it is plain text: every medium escapes the whole of it."""

    title: str
    tone: Tone = Tone.NEUTRAL
    lines: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    buttons: tuple[Button, ...] = ()
    footer: str | None = None


class Slot(StrEnum):
    """Which of a guild's channels a delivery is for."""

    PUBLIC = "public"
    MODERATORS = "moderators"


class Shape(StrEnum):
    """A living card that is edited as the incident grows, a short new message beside it, or a question.

    The generation of a question to moderators is the id of the requester it asks about; those to members are
    counted as notices are.
    """

    CARD = "card"
    NOTICE = "notice"
    QUESTION = "question"


class State(StrEnum):
    """How far a delivery is. `uncertain`: it may have arrived, so look before trying again; `parked`: ask a person."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    SUPPRESSED = "suppressed"
    DEAD = "dead"
    PARKED = "parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One row of the outbox: one message in one channel, from queued to visible.

    `payload` is the Card as JSON, frozen at the first attempt; a later `wanted` with a higher `rev` goes out as an
    edit once the message is there (`sent_rev` is what the channel shows). `nonce` (at most 25 characters) and
    `marker` (a reference people can type) are made from incident, channel, shape and generation and never change.
    `fence` counts claims: whoever settles with an old fence is refused.
    """

    incident_id: int
    guild_key: str
    channel_key: str
    slot: Slot
    shape: Shape
    generation: int
    nonce: str
    marker: str
    payload: str
    due_at: datetime
    delivery_id: int | None = None
    alert_id: int | None = None
    wanted: str | None = None
    rev: int = 1
    sent_rev: int = 0
    state: State = State.DUE
    attempts: int = 0
    fence: int = 0
    first_attempt_at: datetime | None = None
    last_attempt_at: datetime | None = None
    message_key: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A source we poll, and how it is doing. `last_success_at` None means never read."""

    source: str
    cursor: str | None = None
    validators: tuple[tuple[str, str], ...] = ()
    next_at: datetime | None = None
    failures: int = 0
    trouble: str | None = None
    last_success_at: datetime | None = None
    last_post_at: datetime | None = None
    baseline_at: datetime | None = None
    fence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The answer to `!check`: where a requester stands. `incidents` are newest first, with their evidence.

    `read_at` is when we last heard from any source, `blind` the sources we cannot hear with the time since when.
    `linked` are those whom a person linked to them, each with the newest incident that somebody was told of.
    """

    requester: Requester
    incidents: tuple[Incident, ...] = ()
    tasks: tuple[tuple[datetime, Task], ...] = ()
    read_at: datetime | None = None
    blind: tuple[tuple[str, datetime | None], ...] = ()
    linked: tuple[tuple[Requester, Incident | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """`!check` knows who is meant."""

    standing: Standing
    how: str


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """`!check` needs a person to pick; at most five, best first."""

    asked: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """`!check` knows nobody by that name; `near` come close. `private`: what was asked may be a person's own id."""

    asked: str
    near: tuple[Candidate, ...] = ()
    private: bool = False
