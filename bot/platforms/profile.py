"""What a platform's profile says, as frozen values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from bot.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Noun:
    """A word of the platform, for one and for many: HIT, HITs."""

    one: str
    many: str

    def counted(self, n: int) -> str:
        """`n` of them in words: "1 HIT", "1,204 HITs"."""
        return f"{n:,} {self.one if n == 1 else self.many}"


@dataclass(frozen=True, slots=True)
class Words:
    """What the platform's people call who posts work, the work, and who does it."""

    requester: Noun
    task: Noun
    worker: Noun


@dataclass(frozen=True, slots=True)
class Cue:
    """A word or phrase by which a post is recognised as being about the platform; `weight` > 0, summed.

    With a capital letter it is looked for exactly so, else in any case.
    """

    text: str
    weight: float
    exact: bool = field(init=False, compare=False)  # whether capitals count
    phrase: bool = field(init=False, compare=False)  # whether it is more than one word, or an address

    def __post_init__(self) -> None:
        """Works out once what every post would ask again."""
        object.__setattr__(self, "exact", self.text != self.text.lower())
        object.__setattr__(self, "phrase", not self.text.isalnum())


@dataclass(frozen=True, slots=True, kw_only=True)
class IdShape:
    """How an id of the platform looks. `names` is "account" or "task"; `may_be` is all that has this very shape.

    `pattern` is the shape where the place tells what it is; without such a place (`bare`) a digit is asked for as well.
    """

    names: str
    pattern: str
    upper: bool
    bare: bool
    may_be: tuple[str, ...]
    source: str

    def key(self, text: str) -> str | None:
        """`text` as the platform writes it, if it is such an id: all in its proper case, or with a digit in it."""
        key = text.upper() if self.upper else text.lower()
        sure = text == key or any("0" <= c <= "9" for c in key)
        return key if sure and re.fullmatch(self.pattern, key, re.ASCII) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkShape:
    """Addresses of one kind; `regex` has the named groups `account` or `task`, or both."""

    name: str
    hosts: tuple[str, ...]
    regex: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Marks:
    """Words that say, straight before an id, whose it is."""

    worker: tuple[str, ...] = ()
    requester: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pages:
    """Templates of addresses on the platform's site, with `{account}` or `{task}`."""

    requester: str | None = None
    task: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingRule:
    """Approved out of approved and rejected, for life, cut off to a whole per cent; 100 below `full_below` decided.

    `gates`: the per cents that requesters ask for most, highest first.
    """

    full_below: int
    gates: tuple[int, ...]
    text: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """Who can undo a rejection, and for how long, as far as it is known."""

    open_for: timedelta | None
    counted_from: str
    by: str
    text: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """How long after submission the work may still be rejected; the shortest and the longest."""

    least_for: timedelta
    most_for: timedelta
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a worker can do, in order. `open_only`: it needs a platform that is still open."""

    text: str
    source: str
    open_only: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """Something worth saying about the platform, and who says so."""

    key: str
    text: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A marketplace, as data. `key` is ours and lower-case; everything else is theirs."""

    key: str
    name: str
    shows_account_id: bool
    words: Words
    cues: tuple[Cue, ...]
    ids: tuple[IdShape, ...]
    links: tuple[LinkShape, ...]
    subreddits: frozenset[str]
    hosts: tuple[str, ...]
    recourse: tuple[Step, ...]
    facts: tuple[Fact, ...]
    marks: Marks = Marks()
    pages: Pages = Pages()
    closed_on: date | None = None
    closed_source: str | None = None
    rating: RatingRule | None = None
    reversal: Reversal | None = None
    review: Review | None = None

    @property
    def closed_at(self) -> datetime | None:
        """The first instant at which nothing may assume it open: the start of its closing day, UTC."""
        return None if self.closed_on is None else datetime.combine(self.closed_on, time(), UTC)

    def closed(self, now: datetime) -> bool:
        """Whether it is closed at `now` (aware; a naive one raises ValueError)."""
        if now.tzinfo is None:
            raise ValueError("`now` must be an aware time, with its offset from UTC.")
        return self.closed_at is not None and now >= self.closed_at

    def id_shape(self, names: str) -> IdShape | None:
        """The shape of its "account" or "task" ids, None where there is none that workers see."""
        return next((shape for shape in self.ids if shape.names == names), None)

    def account_key(self, text: str) -> str | None:
        """`text` (one token, any case, brackets and spaces around it allowed) as an account id, else None."""
        shape = self.id_shape("account")
        return shape.key(text.strip("[](){}<> \t\r\n")) if shape else None

    def requester_page(self, account_key: str, now: datetime) -> str | None:
        """Where to see the requester; None on a closed platform or without such a page: then show the id as text."""
        if self.pages.requester is None or self.closed(now):
            return None
        return self.pages.requester.replace("{account}", account_key)

    def task_page(self, task_key: str, now: datetime) -> str | None:
        """Where to see the task or study; None on a closed platform or without such a page."""
        if self.pages.task is None or self.closed(now):
            return None
        return self.pages.task.replace("{task}", task_key)

    def steps(self, now: datetime) -> tuple[Step, ...]:
        """What a worker can do at `now`, in order: on a closed platform without what needs it open."""
        closed = self.closed(now)
        return tuple(step for step in self.recourse if not (closed and step.open_only))

    def reversible_until(self, submitted_at: datetime) -> datetime | None:
        """The latest instant for a reversal of work submitted then: "at the latest", never "you have".

        None where the platform names no period, or does not count it from submission. Never after its closing.
        """
        rule = self.reversal
        if rule is None or rule.open_for is None or rule.counted_from != "submission":
            return None
        return min(submitted_at + rule.open_for, self.closed_at or datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Platforms:
    """All platforms we know, in the order of their keys."""

    all: tuple[Platform, ...]

    def __iter__(self) -> Iterator[Platform]:
        """Each platform, by key."""
        return iter(self.all)

    def __hash__(self) -> int:
        """By their keys alone: it is asked for with every post, and what the profiles hold would take 80 µs."""
        return hash(tuple([platform.key for platform in self.all]))

    def __len__(self) -> int:
        """How many there are."""
        return len(self.all)

    def find(self, key: str | None) -> Platform | None:
        """The platform with this key (any case), or None."""
        wanted = (key or "").strip().lower()
        return next((platform for platform in self.all if platform.key == wanted), None)

    def get(self, key: str) -> Platform:
        """The platform with this key; raises NotFoundError, which names those we know."""
        platform = self.find(key)
        if platform is None:
            known = ", ".join(p.key for p in self.all)
            raise NotFoundError(f"There is no platform {key[:40]!r}. Known are: {known}.")
        return platform

    def known(self, key: str | None) -> bool:
        """Whether there is a platform with this key."""
        return self.find(key) is not None
