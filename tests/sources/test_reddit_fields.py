"""E13: a thing of Reddit's with any field missing, empty, of another kind or huge does not stop its page."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import praw
import pytest
from praw.models import Comment, Submission

from bot import intake
from bot.model import Page
from bot.rules import Rules
from bot.sources.reddit import _read
from tests.harness.memory import Memory
from tests.making import NOW
from tests.storage.build import Clock

MISSING = object()
ODD = (MISSING, None, "", 0, -1.5e300, [], {"a": [1]}, "x" * 100_000)
LINK = {
    "name": "t3_odd", "id": "odd", "subreddit": "exampleturkers", "author": "ExampleWorker", "created_utc": 1.7e9,
    "title": "A title", "selftext": "Lovely weather.", "is_self": True, "url": "https://www.reddit.com/x",
    "edited": False, "permalink": "/r/exampleturkers/odd/", "crosspost_parent_list": [{"selftext": "Shared."}],
}  # fmt: skip
ANSWER = {
    "name": "t1_odd", "id": "odd", "subreddit": "exampleturkers", "author": "ExampleWorker", "created_utc": 1.7e9,
    "body": "Lovely weather.", "link_title": "A title", "parent_id": "t3_good", "permalink": "/r/x/odd/",
    "edited": False,
}  # fmt: skip
KINDS = {"new": (Submission, LINK), "comments": (Comment, ANSWER)}


def odd_ones() -> list[tuple[str, str, Any]]:
    return [(listing, name, odd) for listing, (_, told) in KINDS.items() for name in told for odd in ODD]


@pytest.mark.parametrize("listing", KINDS)
async def test_an_odd_thing_does_not_stop_what_stands_beside_it(listing: str, by: Rules) -> None:
    reddit = praw.Reddit(client_id="x", client_secret="x", user_agent="test", check_for_updates=False)
    clock = Clock()
    clock.now = NOW
    memory: Any = Memory(clock)
    kind, told = KINDS[listing]
    tried = 0
    good = Submission(reddit, _data={**LINK, "name": "t3_good", "id": "good"})

    for _, name, odd in (each for each in odd_ones() if each[0] == listing):
        given = {field: value for field, value in {**told, name: odd}.items() if value is not MISSING}
        try:
            thing = kind(reddit, _data=given)
        except (TypeError, ValueError):
            continue  # praw itself refuses an answer with this in it, which is one failed read of the source
        tried += 1
        shown = {"new": [good], "comments": []}
        shown[listing] = [thing, *shown[listing]]
        line: Any = SimpleNamespace(
            listing=lambda path, _, shown=shown: SimpleNamespace(children=shown[path.rpartition("/")[2]], after=None)
        )

        page: Page = _read(line, "exampleturkers", None)
        await intake.take(memory, by, page)

        assert "t3_good" in {post.key for post in page.posts}, (name, odd)

    assert tried > 50
