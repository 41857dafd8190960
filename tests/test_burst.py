"""B9: fifty thousand posts come at once. Nothing piles up, nothing is lost, and the report among them is told early."""

from __future__ import annotations

import resource
from pathlib import Path
from typing import Any

import pytest

from bot import intake, watcher
from bot.model import Page, Post
from bot.rules import Rules
from tests.harness.forum import TEXTS
from tests.harness.memory import Memory
from tests.making import MINUTE, NOW, guild
from tests.storage.build import Clock
from tests.test_poison import WEATHER, reader

SOURCE = "reddit:exampleturkers"
POSTS, PAGE = 50_000, 1_000
MIB = 2**20
CLAIMS = TEXTS[:6]


class Flood:
    """A source that has everything at once, and shows what a listing shows: a page, and the next one after it."""

    kind, address, every = "reddit", "exampleturkers", MINUTE

    def __init__(self) -> None:
        said = {100 + 37 * number: text for number, text in enumerate(CLAIMS)}
        self.posts = [
            Post(source=SOURCE, key=f"t3_{n}", text=said.get(n, f"{WEATHER} {n}"), author_key=f"w{n}", posted_at=NOW)
            for n in range(POSTS)
        ]

    async def read(self, cursor: str | None, validators: Any) -> Page:
        start = int(cursor or 0)
        return Page(source=SOURCE, posts=tuple(self.posts[start : start + PAGE]), cursor=str(start + PAGE))


def held() -> int:
    """Bytes of memory that this process has now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


@pytest.mark.long
async def test_a_flood_is_taken_in_page_by_page_and_what_matters_is_told_with_its_page(by: Rules) -> None:
    clock = Clock()
    clock.now = NOW
    memory: Any = Memory(clock)
    flood, waiting, at_once = Flood(), list[int](), list[int]()
    await memory.write(lambda tx: (tx.add_source(SOURCE), tx.save_guild(guild())))

    async def take(page: Page, watch: Any, next_at: Any) -> None:
        at_once.append(len(page.posts))
        settled = intake.Settled(watch=watch, next_at=clock.now)
        await intake.take(memory, by, page, settled=settled, reader=reader)

    before, most = held(), 0
    for _ in range(POSTS // PAGE):
        await watcher.poll_due(memory, lambda _: flood, take, random=lambda: 0.5)
        waiting.append(len(await memory.read(lambda tx: tx.outbox())))
        most = max(most, held() - before)

    assert await memory.read(lambda tx: tx.count_posts()) == POSTS
    assert max(at_once) == PAGE
    assert waiting[0] > 0
    # The posts themselves among it: the database is in memory too.
    assert most <= 128 * MIB
