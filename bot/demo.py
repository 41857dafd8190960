"""The command demo: an invented community through the real pipeline, at visible speed, then a prompt."""

from __future__ import annotations

import asyncio
import json
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot import archives, outbox, telling
from bot.app import opened, rules_for
from bot.commands import Desk
from bot.config import DATABASE
from bot.console import GUILD, ConsoleAnnouncer, Prompt, feed_line
from bot.errors import InputError
from bot.model import Post
from bot.replay import PostsClock, Replay
from bot.telling import Told

POST_PAUSE = 0.06
ALERT_PAUSE = 1.0
# More deliveries than one alert can make: a bound, not a figure to tune.
PUMPS = 50
# The longest delay before a first public word is minutes: an hour later the story is told to its end.
AFTERWARDS = timedelta(hours=1)


async def run(*, sample: Path | None, data: Path | None, fast: bool, prompt: bool, as_json: bool) -> int:
    """Replay the sample, show what members and moderators would see, then answer commands until the input ends."""
    posts, bad = _posts(_folder(sample))
    data = data or Path(tempfile.mkdtemp(prefix="rejection-watch-"))
    screen = Console(stderr=True) if as_json else Console(highlight=False)
    screen.print(Text(f"{len(posts)} invented posts; everything is written to {data}", style="dim"))
    clock = PostsClock(min(post.posted_at for post in posts if post.posted_at))
    rules = rules_for(data)
    async with opened(str(data / DATABASE), clock) as store:
        await store.write(lambda tx: tx.save_guild(GUILD))
        show = _Show(Replay(store, rules, clock, (GUILD,)), ConsoleAnnouncer(screen), screen, fast, as_json)
        await show.all(posts)
        show.replay.summary.bad = bad
        show.replay.summary.read += bad
        show.end()
        clock.run()
        if prompt and not as_json:
            await Prompt(Desk(store, rules), screen).run()
    return 0


def _folder(sample: Path | None) -> Path:
    """The folder of the sample: the one given, else the checkout's, else the one that was installed."""
    places = [Path(__file__).parent.parent / "data" / "sample"]
    places += [Path(sysconfig.get_path("data")) / "share" / "rejection-watch" / "sample"]
    if sample is not None:
        places = [sample]
    for place in places:
        if any(place.glob("*.jsonl")):
            return place
    raise InputError(f"There are no .jsonl files in {places[0]}; name a folder of posts with --sample DIR.")


def _posts(folder: Path) -> tuple[list[Post], int]:
    """The sample's posts, oldest first, and how many lines of it are none, or have no time."""
    found = list(archives.lines(sorted(folder.glob("*.jsonl"))))
    posts = [line.post for line in found if line.post is not None and line.post.posted_at is not None]
    if not posts:
        raise InputError(f"No line of the files in {folder} is a post with a time.")
    return posts, sum(line.bad is not None or line.post is not None for line in found) - len(posts)


@dataclass(slots=True)
class _Show:
    """Lets the replay be watched: a line a post, a card an alert."""

    replay: Replay
    announcer: ConsoleAnnouncer
    screen: Console
    fast: bool
    as_json: bool

    async def all(self, posts: Sequence[Post]) -> None:
        """Every post in its order, and then whatever falls due by time alone."""
        for post in posts:
            if not self.as_json:
                self.screen.print(feed_line(post), no_wrap=True, overflow="ellipsis")
            taken = await self.replay.take((post,))
            await self._tell(taken.told)
            await self._pause(ALERT_PAUSE if taken.told else POST_PAUSE)
        end = self.replay.clock.at + AFTERWARDS
        told = await self.replay.afterwards(end)
        self.replay.clock.at = end
        await self._tell(told)

    async def _tell(self, told: Sequence[Told]) -> None:
        """Alerts go through the real outbox to the screen; with --json each is a line instead."""
        if self.as_json:
            for alert in told:
                sys.stdout.write(telling.as_json(alert) + "\n")
            return
        for _ in range(PUMPS):
            if not await outbox.pump(self.replay.store, self.announcer):
                return

    async def _pause(self, seconds: float) -> None:
        if not self.fast and not self.as_json:
            await asyncio.sleep(seconds)

    def end(self) -> None:
        """The counts, as a line of JSON or in words."""
        counts = self.replay.summary.as_dict()
        if self.as_json:
            sys.stdout.write(json.dumps({"summary": counts}) + "\n")
        else:
            self.screen.print(Text(", ".join(f"{count} {name}" for name, count in counts.items()), style="dim"))
