"""Report, Verdict, Incident: what is known, and Alert: what is to be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.model.reading import Facts, Task


class Stance(StrEnum):
    """What a report says of the requester."""

    REPORT = "report"
    CONTRARY = "contrary"
    REVERSAL = "reversal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One person on one site. Ages and counts are None where the site does not tell."""

    key: str
    site: str
    age_days: float | None = None
    n_posts: int | None = None
    n_true: int = 0
    n_false: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One voice's claim. `probability` is the reader's that it is a current mass-rejection claim.

    `same_text_as` is the key of an earlier report whose text is nearly the same.
    """

    key: str
    at: datetime
    voice: Voice
    stance: Stance = Stance.REPORT
    probability: float = 0.5
    facts: Facts = Facts()
    source: str | None = None
    same_text_as: str | None = None


class Tap(StrEnum):
    """What members can answer by one tap when they are asked about a requester. None of it accuses anybody."""

    ALL_APPROVED = "all_approved"
    SOME_REJECTED = "some_rejected"
    ALL_REJECTED = "all_rejected"
    PENDING = "pending"


class Decision(StrEnum):
    """What a moderator can say about an incident."""

    CONFIRM = "confirm"
    DISMISS = "dismiss"
    REVERSED = "reversed"
    UNDO = "undo"
    COMPENSATED = "compensated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A moderator's judgement. `guild_key` None speaks for every guild (the event streams of `decide`)."""

    key: str
    at: datetime
    decision: Decision
    by: str
    guild_key: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Work seen for a requester. `reviews` is how many independent reviews there were, None if nobody knows."""

    key: str
    at: datetime
    task: Task
    reviews: int | None = None


class Stage(StrEnum):
    """How sure we are. Only people make 'confirmed' and 'dismissed'."""

    WATCHED = "watched"
    SUSPECTED = "suspected"
    CORROBORATED = "corroborated"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class Outcome(StrEnum):
    """What became of the rejected work."""

    OPEN = "open"
    PARTLY_REVERSED = "partly_reversed"
    REVERSED = "reversed"
    COMPENSATED = "compensated"


class Reason(StrEnum):
    """Why something is told: the closed list."""

    SUSPECTED = "suspected"
    CORROBORATED = "corroborated"
    CONFIRMED = "confirmed"
    AGAIN = "again"
    GROWN = "grown"
    DISPUTED = "disputed"
    PARTLY_REVERSED = "partly_reversed"
    REVERSED = "reversed"
    COMPENSATED = "compensated"
    WITHDRAWN = "withdrawn"
    DISMISSED = "dismissed"
    EXPIRED = "expired"
    MERGED = "merged"
    UNPROVEN = "unproven"
    ASKED = "asked"
    LONE = "lone"


@dataclass(frozen=True, slots=True)
class Term:
    """One named summand of a score, in points (log-odds)."""

    term: str
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """The evidence about one requester that belongs together in time, and what the rules make of it.

    Evidence (`reports`, `verdicts`, `batches`, `volume`, `again`) comes first; everything from `stage` on is
    derived from it by `bot.incidents` and never set by anybody else.
    `volume` is the number of rejection posts about the requester in the 90 days before `opened_at`, `praise` that
    of the voices that said in this time that all was approved;
    `again` says that an earlier incident of the requester was told in public or confirmed.
    `asked_at` is when the audience was last asked about the requester, set by who tells.
    `public_after` is the earliest moment for a public word, `next_at` when time alone changes something.
    `reversed_of` is how many rejections those had who count `n_reversed`, `n_reversing` how many workers say that
    something came back. `accident`: the reasons that workers were given sound like a mistake. `strongest_at` is when
    reports, or a moderator's word, last made it stronger. These four are worked out whenever it is assessed, and not
    stored. `merged`: its reports have just gone into another one.
    """

    platform: str | None
    rules_version: int
    opened_at: datetime
    incident_id: int | None = None
    requester_id: int | None = None
    reports: tuple[Report, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    batches: tuple[Batch, ...] = ()
    volume: int = 0
    praise: int = 0
    again: bool = False
    asked_at: datetime | None = None

    stage: Stage = Stage.WATCHED
    outcome: Outcome = Outcome.OPEN
    disputed: bool = False
    unproven: bool = False
    closed_at: datetime | None = None
    last_at: datetime | None = None
    public_after: datetime | None = None
    next_at: datetime | None = None
    score: float = 0.0
    why: tuple[Term, ...] = ()
    n_voices: int = 0
    n_sites: int = 0
    n_contrary: int = 0
    n_rejected: int | None = None
    n_reversed: int | None = None
    reversed_of: int | None = None
    n_reversing: int = 0
    accident: bool = False
    strongest_at: datetime | None = None
    merged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing to tell one guild, once.

    `public` is true only where members get a new message: the first public word and a rise of stage.
    `seen` says whether members have been told of the incident at all, by this alert or an earlier one.
    """

    reason: Reason
    stage: Stage
    outcome: Outcome
    public: bool
    seen: bool
    at: datetime
    score: float
    why: tuple[Term, ...]
    n_voices: int
    n_rejected: int | None = None
    n_reversed: int | None = None
    incident_id: int | None = None
    guild_key: str | None = None
