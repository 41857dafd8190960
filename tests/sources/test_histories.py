"""B1, B2, B3: whatever happens to a subreddit between two polls, each post is stored once, or a gap is told.

The real paging, cursor and intake on a listing in memory: posts, comments, edits, deletions, removals, posts that come
up again, failures in the middle of a read, and deaths between reading and storing.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any

import praw
import pytest
from praw.models import Comment, Submission

from bot import intake
from bot.errors import SourceError
from bot.model import Post, Reading
from bot.reading import read
from bot.rules import Rules
from bot.sources.reddit import _read
from tests.harness.memory import Memory
from tests.making import MINUTE, NOW, PLATFORMS, rules
from tests.storage.build import Clock

# The rest of the 500 and 20,000 histories are in the soak.
HISTORIES, VANISHED = 500, 500
CAP, PAGE = 1_000, 100
SOURCE = "reddit:exampleturkers"


@cache
def nobody() -> praw.Reddit:
    return praw.Reddit(client_id="x", client_secret="x", user_agent="test", check_for_updates=False)


@cache
def plain() -> Reading:
    return read(Post(source=SOURCE, key="", text="Lovely weather."), PLATFORMS, None)


def reader(*_: Any) -> Reading:
    """What is read is not what is tested here."""
    return plain()


@dataclass
class Subreddit:
    """Two listings, newest first, as Reddit shows them; it stands where `bot.sources.reddit` has its `Line`."""

    name: str = "exampleturkers"
    things: list[dict[str, str]] = field(default_factory=list)
    written: set[str] = field(default_factory=set)
    fail_after: int | None = None

    def write(self, count: int, kind: str = "t3") -> list[str]:
        first = len(self.written)
        names = [f"{kind}_{number:06x}" for number in range(first, first + count)]
        self.written.update(names)
        self.things += [{"name": name, "text": "Lovely weather."} for name in names]
        return names

    def delete(self, gone: list[dict[str, str]]) -> None:
        """They are in no listing any more."""
        names = {thing["name"] for thing in gone}
        self.things = [thing for thing in self.things if thing["name"] not in names]

    def standing(self) -> set[str]:
        """What is there to be read."""
        return {thing["name"] for thing in self.things if thing["text"] != "[removed]"}

    def happen(self, dice: random.Random) -> None:
        """What people and moderators do between two reads."""
        for _ in range(dice.randrange(1, 4)):
            some = dice.sample(self.things, k=min(len(self.things), dice.randrange(1, 8)))
            match dice.randrange(6):
                case 0 | 1:
                    self.write(dice.choice((1, 1, 2, 3, 4)))
                case 2:
                    self.write(dice.randrange(1, 4), "t1")
                case 3:
                    self.delete(some if dice.random() < 0.7 else self.things[-60:])
                case 4:
                    for thing in some:
                        thing["text"] = dice.choice(("[removed]", "Edited: lovely weather."))
                case 5:
                    # Old posts come up again, approved late or pinned, maybe above more than one page of new ones.
                    self.write(120 if dice.random() < 0.15 else 0)
                    self.delete(some)
                    self.things += some

    def newest(self, kind: str) -> list[dict[str, str]]:
        return [thing for thing in self.things if thing["name"].startswith(kind)][::-1][:CAP]

    def listing(self, path: str, params: dict[str, Any]) -> Any:
        if self.fail_after is not None:
            self.fail_after -= 1
            if self.fail_after < 0:
                raise SourceError("Reddit answered HTTP 503 instead of a listing.")
        kind = "t3" if path.endswith("/new") else "t1"
        things = self.newest(kind)
        names = [thing["name"] for thing in things]
        after = params.get("after")
        start = (names.index(after) + 1 if after in names else len(names)) if after else 0
        shown = things[start : start + PAGE]
        more = shown[-1]["name"] if shown and start + PAGE < len(things) else None
        return SimpleNamespace(children=[_thing(each["name"], self.name, each["text"]) for each in shown], after=more)


@cache
def _thing(name: str, subreddit: str, text: str) -> Any:
    told = {"name": name, "id": name[3:], "subreddit": subreddit, "author": "ExampleWorker", "created_utc": 1.7e9}
    told |= {"permalink": f"/r/{subreddit}/{name}/", "edited": False}
    if name.startswith("t3"):
        return Submission(nobody(), _data={**told, "title": "A title", "selftext": text})
    return Comment(nobody(), _data={**told, "body": text})


class Watching:
    """Polls it, as the watcher does: the cursor is kept with the posts, or nothing is."""

    def __init__(self, by: Rules) -> None:
        self.clock, self.by = Clock(), by
        self.clock.now = NOW
        self.memory: Any = Memory(self.clock)

    async def poll(self, place: Subreddit, *, dies: bool = False) -> bool:
        """Read on from where the database says; True if it went well. `dies` between reading and storing."""
        self.clock.pass_by(10 * MINUTE)
        (watch,) = await self.memory.write(lambda tx: tx.claim_sources(("reddit",), 1, MINUTE))
        try:
            page = _read(place, place.name, watch.cursor)
        except SourceError:
            return False
        if dies:
            return False
        settled = intake.Settled(watch=watch, next_at=self.clock.now)
        await intake.take(self.memory, self.by, page, settled=settled, reader=reader)
        return True

    async def stored(self, place: Subreddit) -> list[str]:
        keys = f"SELECT key FROM posts WHERE source = 'reddit:{place.name}'"
        found = await self.memory.read(lambda tx: tx.connection.exec_driver_sql(keys).all())
        return [key for (key,) in found]

    async def history(self, dice: random.Random, name: str) -> str:
        """One history; what is wrong at its end."""
        place = Subreddit(name)
        await self.memory.write(lambda tx: tx.add_source(f"reddit:{name}"))
        place.write(dice.randrange(4))
        await self.poll(place)
        seen: set[str] = set(place.written)
        for _ in range(dice.randrange(3, 9)):
            place.happen(dice)
            place.fail_after = dice.choice((None, None, None, 0, 1))
            if await self.poll(place, dies=dice.random() < 0.15):
                seen |= place.standing()
        place.fail_after = None
        await self.poll(place)
        stored, due = await self.stored(place), seen | place.standing()
        await self.memory.write(lambda tx: tx.drop_source(f"reddit:{name}"))
        if len(stored) != len(set(stored)) or due - set(stored):
            return f"lost {sorted(due - set(stored))[:5]}, stored {len(stored)}"
        return ""


async def told_wrong(seeds: range) -> list[str]:
    """What is wrong with these histories."""
    watching = Watching(rules())
    told = [(seed, await watching.history(random.Random(f"history {seed}"), f"sub{seed}")) for seed in seeds]
    return [f"history {seed}: {wrong}" for seed, wrong in told if wrong]


@pytest.mark.long
@pytest.mark.parametrize("part", range(4))
async def test_of_any_history_every_post_that_stood_there_is_stored_once(part: int) -> None:
    assert await told_wrong(range(part, HISTORIES, 4)) == []


def test_newest_posts_that_vanish_between_two_reads_cost_nothing() -> None:
    for seed in range(VANISHED):
        dice, place = random.Random(f"vanished {seed}"), Subreddit()
        place.write(dice.randrange(60, 160))
        first = _read(place, place.name, None)
        place.delete(place.newest("t3")[: dice.randint(1, 100)])
        new = place.write(dice.randrange(120))

        second = _read(place, place.name, first.cursor)

        assert {name for name in new if name.startswith("t3")} <= {post.key for post in second.posts}, seed


@pytest.mark.parametrize("new", [*range(1, 950, 50), 1_001, *range(1_200, 5_001, 400)])
def test_after_a_long_silence_all_is_read_or_one_gap_is_told(new: int) -> None:
    place = Subreddit()
    place.write(60)
    first = _read(place, place.name, None)
    written = place.write(new)

    second = _read(place, place.name, first.cursor)
    third = _read(place, place.name, second.cursor)

    missed = set(written) - {post.key for post in second.posts}
    assert (len(missed) > 0) == (second.gap is not None) == (new > CAP)
    assert len(missed) == max(0, new - CAP)
    assert third.gap is None
