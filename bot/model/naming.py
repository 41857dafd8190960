"""Name, Match, Requester: who is meant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """One name of a requester. `owner` is opaque to naming: our requester id, or somebody's account key."""

    owner: str
    name: str
    platform: str | None = None
    account_key: str | None = None
    activity: float = 1.0


class Result(StrEnum):
    """How a mention resolved."""

    FOUND = "found"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One requester that a mention may mean, with the probability that it does.

    `seen_at` and `task` (a title) tell namesakes apart; they come from the store, never from the names alone.
    """

    owner: str
    name: str
    probability: float
    platform: str | None = None
    account_key: str | None = None
    seen_at: datetime | None = None
    task: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a mention was resolved to. `owner` is set only for found; candidates are best first, at most five."""

    result: Result
    probability: float
    how: str
    owner: str | None = None
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """Who posts work, on one platform. `account_keys` may be empty: most platforms show none."""

    requester_id: int
    platform: str | None
    name: str
    account_keys: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
