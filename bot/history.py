"""The command replay: archives become history. What they tell counts in `check`, and no channel is told."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from bot import archives, config, telling
from bot.app import opened, rules_for
from bot.clock import utc_now
from bot.console import panel
from bot.lines import FAILED
from bot.replay import PostsClock, Replay, pages
from bot.telling import Told

MARK = "history: nobody was told"
EPOCH = datetime.fromtimestamp(0, UTC)


async def run(files: Sequence[Path], *, data: Path | None, as_json: bool) -> int:
    """Take the files in, in the order of their posts' times; the exit code says whether all of them could be used.

    Raises InputError if one cannot be read at all.
    """
    for path in files:
        archives.check(path)
    settings = config.load(data)
    rules = rules_for(settings.data)
    clock = PostsClock(EPOCH)
    # Only a person watches a bar; a log would be full of it.
    screen = Console(stderr=True)
    async with opened(settings.database_url, clock) as store:
        replay = Replay(store, rules, clock, (telling.HISTORY,))
        with _progress(screen) as progress:
            task = progress.add_task("reading", total=archives.size(files))
            for page in pages(archives.lines(files), replay.summary):
                posts = [line.post for line in page if line.post is not None]
                if clock.at == EPOCH:  # posts without a time come first: theirs is that of the others, else today
                    clock.at = min((post.posted_at for post in posts if post.posted_at), default=utc_now())
                taken = await replay.take(posts)
                _show(taken.told, as_json=as_json)
                progress.advance(task, sum(line.size for line in page))
        _show(await replay.afterwards(utc_now()), as_json=as_json)
    for bad in replay.summary.bad_lines:
        screen.print(f"left out: {bad}", markup=False, soft_wrap=True)
    if as_json:
        sys.stdout.write(json.dumps({"summary": replay.summary.as_dict()}) + "\n")
    else:
        screen.print(", ".join(f"{count} {name}" for name, count in replay.summary.as_dict().items()))
    return FAILED if replay.summary.bad else 0


def _progress(screen: Console) -> Progress:
    parts = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    return Progress(*parts, console=screen, disable=not screen.is_terminal)


def _show(told: Sequence[Told], *, as_json: bool) -> None:
    """Each alert as a line of JSON, or as a card that says it is history."""
    for alert in told:
        if as_json:
            sys.stdout.write(telling.as_json(alert) + "\n")
        else:
            Console().print(panel(alert.card, subtitle=f"{alert.alert.at:%d %b %Y %H:%M} UTC · {MARK}"))
