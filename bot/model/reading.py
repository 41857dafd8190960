"""Reading: what the machine made of one post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What a post tells, not when. The definitions are in docs/decisions.md."""

    MASS = "mass"
    SINGLE = "single"
    REVERSAL = "reversal"
    TALK = "talk"
    OTHER = "other"


class Share(StrEnum):
    """How much of the work was rejected."""

    ALL = "all"
    MOST = "most"
    SOME = "some"


class Reversal(StrEnum):
    """How far a rejection was taken back. Only the requester can; a promise or a bonus is not a reversal.

    `compensated`: money was sent, and the rejection stays.
    """

    DONE = "done"
    PARTLY = "partly"
    PROMISED = "promised"
    ASKED = "asked"
    COMPENSATED = "compensated"


class Cause(StrEnum):
    """The reason given or supposed for a rejection."""

    OWN_FAULT = "own_fault"
    ATTENTION_CHECK = "attention_check"
    WRONG_CODE = "wrong_code"
    QUALITY = "quality"
    NO_REASON = "no_reason"
    IDENTICAL_FEEDBACK = "identical_feedback"
    TECHNICAL = "technical"


class Origin(StrEnum):
    """Where in a post a requester is named."""

    TEXT = "text"
    TITLE = "title"
    QUOTE = "quote"
    EXPORT = "export"
    LINK = "link"
    PARENT = "parent"


@dataclass(frozen=True, slots=True)
class Amount:
    """Money lost, as written. `currency` is an ISO 4217 code."""

    value: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a claim states. None is "not said"; `n_rejected` is the largest number stated or implied."""

    n_rejected: int | None = None
    n_submitted: int | None = None
    n_reversed: int | None = None
    share: Share | None = None
    amount: Amount | None = None
    first_hand: bool | None = None
    reversal: Reversal | None = None
    cause: Cause | None = None
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A HIT, study or batch as somebody posted it. `reward` is per task.

    `approval` is the approval rate that the platform showed for the requester, in per cent; `reviews` is how many
    reviews of the requester were shown (0: "no reviews"; None: nothing was said of any).
    """

    title: str | None = None
    reward: Amount | None = None
    n_tasks: int | None = None
    task_key: str | None = None
    url: str | None = None
    approval: int | None = None
    reviews: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A requester as the post names them: `text` exactly as written, or the id where only an id or link is given."""

    text: str
    account_key: str | None = None
    origin: Origin = Origin.TEXT
    platform: str | None = None
    task: Task | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """One named reason, the words that gave it, and its weight in log-odds of 'mass' (negative: against)."""

    name: str
    quote: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the post says about one requester (None: about nobody it names). Probabilities sum to 1."""

    mention: Mention | None
    kind: Kind
    probability: Mapping[Kind, float]
    facts: Facts
    contrary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the machine made of one post. Top-level values are those of the strongest claim.

    `contrary` marks a voice that says the opposite ("all mine were approved").
    `tasks` are the exports and batches the post shows, whether or not anything is claimed about them.
    """

    kind: Kind
    probability: Mapping[Kind, float]
    reportable: bool
    facts: Facts
    platform: str | None = None
    mentions: tuple[Mention, ...] = ()
    claims: tuple[Claim, ...] = ()
    signals: tuple[Signal, ...] = ()
    tasks: tuple[Mention, ...] = ()
    truncated: bool = False
