"""Posts that were written before, through the real pipeline: their own times are the clock."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot import intake
from bot.archives import Line
from bot.model import Guild, Page, Post
from bot.rules import Rules
from bot.storage import Store, Transaction
from bot.sweeper import pass_time
from bot.telling import Told

PAGE = 200
# What falls due by time alone is still told this long after the last post.
AFTERWARDS = timedelta(days=7)
BAD_SHOWN = 10


@dataclass(slots=True)
class PostsClock:
    """The time of the posts; once it is let run it goes on at the speed of the wall clock."""

    at: datetime
    running_since: float | None = None

    def __call__(self) -> datetime:
        """Now, in the world of the posts."""
        if self.running_since is None:
            return self.at
        return self.at + timedelta(seconds=time.monotonic() - self.running_since)

    def run(self) -> None:
        """From here on time passes by itself."""
        self.running_since = time.monotonic()


@dataclass(slots=True)
class Summary:
    """What a replay did, in the words of its last line of JSON."""

    read: int = 0
    new: int = 0
    seen: int = 0
    bad: int = 0
    reports: int = 0
    alerts: int = 0
    bad_lines: list[str] = field(default_factory=list)

    def add(self, taken: intake.Taken) -> None:
        """Count a page."""
        self.read += taken.read
        self.new += taken.new
        self.seen += taken.seen
        self.reports += taken.reports
        self.alerts += len(taken.told)

    def add_bad(self, line: Line) -> None:
        """Count a bad line and keep the first few by name."""
        self.read += 1
        self.bad += 1
        if len(self.bad_lines) < BAD_SHOWN:
            self.bad_lines.append(f"{line.path}:{line.number}: {line.bad}")

    def as_dict(self) -> dict[str, int]:
        """The counts."""
        return {name: getattr(self, name) for name in ("read", "new", "seen", "bad", "reports", "alerts")}


@dataclass(slots=True)
class Replay:
    """One replay into a store whose clock is `clock`, told to `guilds`."""

    store: Store
    rules: Rules
    clock: PostsClock
    guilds: Sequence[Guild]
    summary: Summary = field(default_factory=Summary)

    async def take(self, posts: Sequence[Post]) -> intake.Taken:
        """Take some posts in, oldest first, and move the clock to the last of them."""
        page = Page(source="replay", posts=tuple(posts))
        taken = await intake.take(self.store, self.rules, page, own_time=True, guilds=self.guilds)
        self.clock.at = max([self.clock.at, *(post.posted_at for post in posts if post.posted_at)])
        self.summary.add(taken)
        return taken

    async def afterwards(self, until: datetime) -> list[Told]:
        """Let time pass to `until`, at most a week on: what falls due by time alone."""

        def work(tx: Transaction) -> list[Told]:
            return pass_time(tx, self.rules, min(until, self.clock.at + AFTERWARDS), self.guilds)

        told = await self.store.write(work)
        self.summary.alerts += len(told)
        return told


def pages(found: Iterable[Line], summary: Summary, most: int = PAGE) -> Iterator[list[Line]]:
    """The good lines in pages; bad ones are counted and named."""
    page: list[Line] = []
    for line in found:
        if line.bad is not None:
            summary.add_bad(line)
        elif line.post is not None:
            page.append(line)
        if len(page) >= most:
            yield page
            page = []
    if page:
        yield page
