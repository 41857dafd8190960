"""B8: a post that the reader or the rules cannot bear is put aside; it stops no other, and is told of."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from bot import intake
from bot.model import Page, Post, Reading
from bot.patience import TooLong, at_most
from bot.reading import read
from bot.rules import Rules
from bot.storage import Transaction
from tests.harness.memory import Memory
from tests.making import MINUTE, NOW, PLATFORMS
from tests.storage.build import Clock

SOURCE = "reddit:exampleturkers"
POSTS, PAGE = 10_000, 500
CLAIM = "Brightlane Labelling on Connect rejected all 40 of mine this morning, no reason given."
ANOTHER = "Same requester here. Brightlane Labelling rejected 52 of my 52 tasks an hour ago."
WEATHER = "Lovely weather."
RAISES, HANGS, OUT_OF_MEMORY, SPOILT = "raises", "hangs", "memory", "spoilt"


class Poison(Exception):
    pass


@cache
def plain() -> Reading:
    return read(Post(source=SOURCE, key="", text=WEATHER), PLATFORMS, None)


def reader(post: Post, *about: Any) -> Reading:
    """The real one, with the faults it might have."""
    if post.text == RAISES:
        raise Poison
    if post.text == OUT_OF_MEMORY:
        raise MemoryError
    while post.text == HANGS:
        pass
    found = plain() if post.text.startswith(WEATHER) else read(post, *about)
    # A reading that the rules stumble over, later and within the transaction.
    return replace(found, claims=(None,)) if post.text == SPOILT else found


def page(*texts: str, first: int = 0) -> Page:
    posts = [
        Post(source=SOURCE, key=f"t3_{first + n}", text=text, author_key=f"worker {n}", posted_at=NOW + n * MINUTE)
        for n, text in enumerate(texts)
    ]
    return Page(source=SOURCE, posts=tuple(posts), cursor="further")


@pytest.fixture
def memory() -> Memory:
    clock = Clock()
    clock.now = NOW
    return Memory(clock)


async def stored(memory: Any) -> tuple[int, list[str]]:
    return await memory.read(lambda tx: (tx.count_posts(), [post.key for post in tx.aside(1_000)]))


@pytest.mark.long
async def test_one_post_in_a_hundred_is_put_aside_and_all_others_are_taken_in(memory: Any, by: Rules) -> None:
    faults = (RAISES, OUT_OF_MEMORY)
    texts = [faults[n // 100 % 2] if n % 100 == 7 else f"{WEATHER} {n}" for n in range(POSTS)]

    for first in range(0, POSTS, PAGE):
        taken = await intake.take(memory, by, page(*texts[first : first + PAGE], first=first), reader=reader)
        assert taken.new == PAGE

    count, aside = await stored(memory)
    assert count == POSTS
    assert aside == [f"t3_{n}" for n in range(POSTS) if n % 100 == 7]


async def test_a_post_that_hangs_the_reader_is_given_up_after_its_time(
    memory: Any, by: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "LONGEST_READ", 0.2)

    taken = await intake.take(memory, by, page("Before.", HANGS, CLAIM), reader=reader)

    assert (taken.new, taken.reports) == (3, 1)
    assert await stored(memory) == (3, ["t3_1"])


async def test_what_the_rules_stumble_over_stops_neither_its_neighbours_nor_the_cursor(memory: Any, by: Rules) -> None:
    await memory.write(lambda tx: tx.add_source(SOURCE))
    (watch,) = await memory.write(lambda tx: tx.claim_sources(("reddit",), 1, MINUTE))
    settled = intake.Settled(watch=watch, next_at=NOW + MINUTE)

    taken = await intake.take(memory, by, page(CLAIM, SPOILT, CLAIM), settled=settled, reader=reader)

    assert (taken.read, taken.new, taken.reports) == (3, 3, 2)
    assert await stored(memory) == (3, ["t3_1"])
    assert (await memory.read(lambda tx: tx.find_source(SOURCE))).cursor == "further"


async def test_what_was_put_aside_is_told_and_is_not_asked_for_again(memory: Any, by: Rules) -> None:
    await intake.take(memory, by, page(RAISES), reader=reader)
    again = await intake.take(memory, by, page(RAISES), reader=reader)

    ((source, _, why),) = await memory.read(lambda tx: tx.gaps(9))
    assert again.new == 0
    assert (source, "t3_0" in why) == (SOURCE, True)


async def test_a_version_that_can_read_it_makes_up_for_it(memory: Any, by: Rules) -> None:
    def never(post: Post, *about: Any) -> Reading:
        raise Poison

    def voices(tx: Transaction) -> list[int]:
        return [incident.n_voices for incident in tx.recent_incidents(NOW - MINUTE, 9)]

    await intake.take(memory, by, page(CLAIM, ANOTHER, "Fine."), reader=never)

    assert await intake.read_again(memory, by, never) == 0
    assert await intake.read_again(memory, by) == 3
    assert await intake.read_again(memory, by) == 0
    assert await stored(memory) == (3, [])
    assert await memory.read(voices) == [2]


def test_only_time_of_computing_counts_and_only_while_it_is_counted() -> None:
    with pytest.raises(TooLong), at_most(0.02):
        while True:
            pass

    with at_most(0.02):
        done = sum(range(1_000))
    assert done == 499_500
    sum(range(3_000_000))
