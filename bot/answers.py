"""Person, Answer, Command: who asks the desk, what they get, and what can be typed. Shared by all that answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.model import Candidate, Card, Guild

D = TypeVar("D")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is asking: `key` is the medium's own and is hashed before it is stored; their guild, and if they moderate."""

    key: str
    site: str
    guild: Guild
    moderator: bool = False
    age_days: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to show, and to whom. `choices` can be picked by number; `report_key` can be undone for five minutes.

    `plan` is the key of a previewed edit that can be carried out or left. `secret`: by private message where it was
    typed before others; where none can be sent, `instead` is shown, or the card if that is None.
    """

    card: Card
    private: bool = False
    secret: bool = False
    instead: Card | None = None
    choices: tuple[Candidate, ...] = ()
    report_key: str | None = None
    plan: str | None = None


@dataclass(frozen=True, slots=True)
class Command(Generic[D]):
    """A command as it is typed. `run` gets the desk, the person, and the rest of the line."""

    name: str
    usage: str
    sentence: str
    run: Callable[[D, Person, str], Awaitable[Answer]] = field(repr=False)
    moderators: bool = False
