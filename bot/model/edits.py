"""Link and Edit: what people say about who is who, and the log of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.model.incidents import Term


class AliasOrigin(StrEnum):
    """How a further name of a requester came to be known; a first name has the `Origin` of its mention."""

    SEEN = "seen"  # by two voices or more, together with an id of theirs
    LEARNT = "learnt"  # the longer form of a clipped name, in a burst of reports
    MODERATOR = "moderator"


class Tie(StrEnum):
    """What is known of two requesters: the machine suggests, people link or refuse."""

    SUGGESTED = "suggested"
    LINKED = "linked"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two requesters who may be one, or be run by one. `score` is the probability, `why` its terms in log-odds."""

    link_id: int
    one_id: int
    other_id: int
    tie: Tie
    score: float
    why: tuple[Term, ...] = ()
    at: datetime


class Act(StrEnum):
    """What an entry of the log did to requesters. `placed` is the machine's: it learnt their platform."""

    ALIAS_ADDED = "alias_added"
    ALIAS_REMOVED = "alias_removed"
    LINKED = "linked"
    UNLINKED = "unlinked"
    MERGED = "merged"
    SPLIT = "split"
    RENAMED = "renamed"
    PLACED = "placed"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One entry of the log of requesters. `by` is a voice key, None for the machine; `undone` says it was taken back.

    `touched` are the requesters whose names, reports or links it moved.
    """

    edit_id: int
    ref: str
    at: datetime
    act: Act
    touched: tuple[int, ...]
    says: str
    by: str | None = None
    guild_key: str | None = None
    undone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A name in a requester's history: how it came, when it was first and last seen."""

    name: str
    origin: str
    first_at: datetime
    last_at: datetime
