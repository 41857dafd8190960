"""What the stories of deaths read: a source that shows what invented workers have written by now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bot.model import Page, Post
from bot.sources.base import Source
from tests.harness import virtual

SOURCE = "reddit:exampleturkers"


class Forum(Source):
    """A source that shows what was written by now, newest first."""

    def __init__(self, posts: tuple[Post, ...], clock: Callable[[], datetime]) -> None:
        self._posts, self._clock = posts, clock

    @property
    def every(self) -> timedelta:
        return timedelta(minutes=2)

    async def read(self, cursor: str | None, validators: Any) -> Page:
        seen = tuple(post for post in self._posts if post.posted_at is None or post.posted_at <= self._clock())
        return Page(source=SOURCE, posts=seen, cursor=str(len(seen)))


TEXTS = (
    "Brightlane Labelling on Connect rejected all 40 of mine this morning, no reason given.",
    "Same requester here. Brightlane Labelling rejected 52 of my 52 tasks an hour ago.",
    "Brightlane Labelling just mass rejected me, 120 gone, every single one.",
    "Add me to the list: Brightlane Labelling rejected all 31 I did on Sunday.",
    "I had 88 in with Brightlane Labelling and they rejected every one of them.",
    "Brightlane Labelling rejected 17 out of 17 for me. What on earth.",
    "Brightlane Labelling rejected all 64 of mine too, just now.",
    "All 23 of mine were rejected by Brightlane Labelling today.",
)


def posts(seed: int) -> tuple[Post, ...]:
    """Invented workers tell of one invented requester over an hour; others talk of the weather."""
    began = virtual.BEGAN
    told = [
        Post(
            source=SOURCE,
            key=f"t3_{number}",
            text=text,
            author_key=f"worker-{number}-{seed}",
            posted_at=began + timedelta(minutes=4 * number + seed % 4),
            platform="connect",
        )
        for number, text in enumerate(TEXTS)
    ]
    weather = [
        Post(
            source=SOURCE,
            key=f"t3_w{n}",
            text="Lovely weather.",
            author_key="gus",
            posted_at=began + timedelta(minutes=9 * n),
        )
        for n in range(4)
    ]
    return (*told, *weather)
